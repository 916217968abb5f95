// Affine sampling of a label map, nearest neighbour: index floor(x + 0.5), inside by ITK's rule, -0.5 <= index < n - 0.5.
// Labels are bytes, four a u32, little end first, x fastest. One invocation four outputs in a row, stored as one word. An occluded slab of
// slices counts as outside.
// Acceptance: a voxel differs from f64 only where its coordinate lies within rounding of the middle between two voxels.
struct P {
  m0: vec4f, m1: vec4f, m2: vec4f,
  dims: vec3i, outside: u32,
  shape: vec3u, voxels: u32,
  start: u32, occludedFrom: u32, occludedSlices: u32, // start: word of the output's first voxel
};
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read_write> warped: array<u32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;

@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let word = id.x + id.y * groups.x * 64u;
  let first = word * 4u;
  if (first >= p.voxels) { return; }
  var x = first % p.shape.x;
  var y = (first / p.shape.x) % p.shape.y;
  var z = first / (p.shape.x * p.shape.y);
  var four = 0u;
  for (var k = 0u; k < 4u; k++) {
    let v = vec4f(f32(x), f32(y), f32(z), 1.0);
    let at = vec3f(dot(p.m0, v), dot(p.m1, v), dot(p.m2, v));
    let inside = all(at >= vec3f(-0.5)) && all(at < vec3f(p.dims) - 0.5) &&
      z - p.occludedFrom >= p.occludedSlices;
    let n = clamp(vec3i(floor(at + 0.5)), vec3i(0), p.dims - 1);
    let i = u32(n.x + p.dims.x * (n.y + p.dims.y * n.z));
    let label = (labels[i >> 2u] >> (8u * (i & 3u))) & 0xffu;
    four |= select(p.outside, label, inside) << (8u * k);
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
  warped[p.start + word] = four;
}
