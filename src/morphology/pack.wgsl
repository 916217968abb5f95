// Packs bytes into bits, any byte but 0 being inside. One invocation a word of 32 voxels along x.
// bytes: four voxels a u32, little end first, x fastest; words: as PackedMask, from word `start`. Exact.
// Four voxels at a time: 1.0 ms for 160 x 160 x 130 voxels on lavapipe, 2 cores; one at a time took 2.8.
struct P { nx: u32, wordsPerRow: u32, words: u32, start: u32 };
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> bytes: array<u32>;
@group(0) @binding(2) var<storage, read_write> words: array<u32>;
@compute @workgroup_size(128) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let i = id.x + id.y * groups.x * 128u;
  if (i >= p.words) { return; }
  let row = i / p.wordsPerRow;
  let x0 = (i - row * p.wordsPerRow) * 32u;
  let first = row * p.nx + x0;
  let at = first >> 2u;
  let shift = 8u * (first & 3u);
  var bits = 0u;
  var low = bytes[at];
  for (var k = 0u; k < 8u; k++) {
    let high = bytes[at + k + 1u];
    var four = (low >> shift) | select(high << ((32u - shift) & 31u), 0u, shift == 0u);
    low = high;
    // A byte's bits come together in its lowest, the four lowest in bits 24 to 27.
    four |= four >> 4u;
    four |= four >> 2u;
    four |= four >> 1u;
    bits |= ((((four & 0x01010101u) * 0x01020408u) >> 24u) & 15u) << (4u * k);
  }
  let left = p.nx - x0;
  words[p.start + i] = bits & select((1u << (left & 31u)) - 1u, 0xffffffffu, left >= 32u);
}
