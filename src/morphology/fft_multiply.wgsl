// Multiplies two complex volumes element by element, into the first. One invocation an element. Tolerance: one rounding a product.
@group(0) @binding(0) var<storage, read_write> data: array<vec2f>;
@group(0) @binding(1) var<storage, read> factor: array<vec2f>;
@compute @workgroup_size(128) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let i = id.x + id.y * groups.x * 128u;
  if (i >= arrayLength(&data)) { return; }
  let u = data[i];
  let v = factor[i];
  data[i] = vec2f(u.x * v.x - u.y * v.y, u.x * v.y + u.y * v.x);
}
