// Packs the voxels whose value lies in [low, high] into bits. One invocation a word of 32 voxels along x.
// image: f32, x fastest, rows `pitch` floats apart; words: as PackedMask, from word `start`. Exact: comparisons only, NaN is outside.
struct P { nx: u32, wordsPerRow: u32, words: u32, start: u32, low: f32, high: f32, pitch: u32 };
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> image: array<f32>;
@group(0) @binding(2) var<storage, read_write> words: array<u32>;
@compute @workgroup_size(128) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let i = id.x + id.y * groups.x * 128u;
  if (i >= p.words) { return; }
  let row = i / p.wordsPerRow;
  let x0 = (i - row * p.wordsPerRow) * 32u;
  let first = row * p.pitch + x0;
  let n = min(32u, p.nx - x0);
  var bits = 0u;
  for (var k = 0u; k < n; k++) {
    let v = image[first + k];
    bits |= select(0u, 1u << k, v >= p.low && v <= p.high);
  }
  words[p.start + i] = bits;
}
