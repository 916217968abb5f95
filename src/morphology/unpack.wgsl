// Unpacks bits into bytes 0 and 1. One invocation a u32 of four voxels, which may lie in two rows.
// words: as PackedMask, from word `start`; bytes: four voxels a u32, little end first, x fastest. Exact.
struct P { nx: u32, wordsPerRow: u32, voxels: u32, start: u32 };
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> words: array<u32>;
@group(0) @binding(2) var<storage, read_write> bytes: array<u32>;
@compute @workgroup_size(128) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let i = id.x + id.y * groups.x * 128u;
  if (i * 4u >= p.voxels) { return; }
  var row = (i * 4u) / p.nx;
  var x = i * 4u - row * p.nx;
  var four = 0u;
  for (var k = 0u; k < 4u; k++) {
    let inside = i * 4u + k < p.voxels;
    let word = words[p.start + select(0u, row * p.wordsPerRow + (x >> 5u), inside)];
    four |= select(0u, ((word >> (x & 31u)) & 1u) << (8u * k), inside);
    x++;
    if (x == p.nx) {
      x = 0u;
      row++;
    }
  }
  bytes[i] = four;
}
