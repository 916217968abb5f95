// Self-test of half precision: rounding to f16, a sum and a product in f16, f16 in storage, and back to f32.
// pairs: n pairs of f32; stored and widened: (x, y, x + y, x * y) of each pair, rounded to f16, as f16 and as f32.
// Each within one f16 step of the host's rounding to nearest even (WGSL lets either neighbour be taken); stored equals widened.
enable f16;
@group(0) @binding(0) var<storage, read> pairs: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> stored: array<vec4<f16>>;
@group(0) @binding(2) var<storage, read_write> widened: array<vec4f>;

@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= arrayLength(&pairs)) { return; }
  let pair = vec2<f16>(pairs[id.x]);
  let results = vec4<f16>(pair, pair.x + pair.y, pair.x * pair.y);
  stored[id.x] = results;
  widened[id.x] = vec4f(results);
}
