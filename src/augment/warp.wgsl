// The fused augmentation of an image: affine sample, Gaussian noise, window, in one pass, output -> input.
// Put behind philox.wgsl (noise) and one of warp_exact.wgsl, warp_fast.wgsl (`fn sample(at: vec3f) -> f32`, bindings from 2).
//
// Shapes: input p.dims, x fastest; output p.shape, element (x, y, z) at p.start + dot(p.stride, (x, y, z)).
// Units: HU in; HU or, windowed, [0, 1] out. Inside by ITK's rule: -0.5 <= index < n - 0.5 along every axis; an occluded slab of
// slices counts as outside. One invocation four outputs in a row, one block of noise: normal 4 i + k of channel c is number
// 4 i + k + c * 2^34 of the key.
//
// Tolerance of the exact filter: absolute. Coordinates are f32: at n voxels along an axis they are off by some n * 2^-22, which an edge of
// e HU a voxel turns into e * n * 2^-22 HU.
//
// Versions tried, 160 x 160 x 130 without noise, lavapipe, 2 cores, `deno task bench --suite augment` for today's figures:
//   noise behind a uniform's branch      30 ms: lavapipe runs both sides of it under a mask
//   noise and window behind overrides    24 ms (this), noise itself 5 ms
//   workgroups of 32, 128, 256           31, 30, 30 ms beside the 30 of 64
//   a + (b - a) t instead of mix         31 ms
//   output index without strides         24 ms
struct P {
  m0: vec4f, m1: vec4f, m2: vec4f,
  dims: vec3i, outside: f32,
  shape: vec3u, voxels: u32,
  key: vec2u, stream: vec2u,
  low: f32, scale: f32, sigma: f32,
  channel: u32,
  stride: vec3u, start: u32,
  occludedFrom: u32, occludedSlices: u32,
};
override noisy: bool;
override windowed: bool;
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read_write> warped: array<f32>;

@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let block = id.x + id.y * groups.x * 64u;
  let first = block * 4u;
  if (first >= p.voxels) { return; }
  var x = first % p.shape.x;
  var y = (first / p.shape.x) % p.shape.y;
  var z = first / (p.shape.x * p.shape.y);
  var noise = vec4f(0);
  if (noisy) {
    let bits = philox(vec4u(block, p.channel, p.stream), p.key);
    noise = p.sigma * vec4f(normal_pair(bits.xy), normal_pair(bits.zw));
  }
  for (var k = 0u; k < 4u; k++) {
    let v = vec4f(f32(x), f32(y), f32(z), 1.0);
    let at = vec3f(dot(p.m0, v), dot(p.m1, v), dot(p.m2, v));
    let inside = all(at >= vec3f(-0.5)) && all(at < vec3f(p.dims) - 0.5) &&
      z - p.occludedFrom >= p.occludedSlices;
    var value = sample(at) + noise[k];
    if (windowed) { value = clamp((value - p.low) * p.scale, 0.0, 1.0); }
    if (first + k < p.voxels) {
      warped[p.start + dot(p.stride, vec3u(x, y, z))] = select(p.outside, value, inside);
    }
    x++;
    if (x == p.shape.x) {
      x = 0u;
      y++;
      if (y == p.shape.y) {
        y = 0u;
        z++;
      }
    }
  }
}
