// Turns the counts of a Fourier convolution into bits: inside where the count passes a threshold. One invocation a word.
// data: complex f32 of the transform's dims, count times scale in the real part; spread: as PackedMask, of the output's dims.
struct P {
  nx: u32, ny: u32, words: u32, wordsPerRow: u32, // output
  lx: u32, ly: u32, lz: u32, below: u32,
  offset: vec3i, threshold: f32,
};
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> data: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> spread: array<u32>;
@compute @workgroup_size(128) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let i = id.x + id.y * groups.x * 128u;
  if (i >= p.words) { return; }
  let l = vec3i(vec3u(p.lx, p.ly, p.lz));
  let row = i / p.wordsPerRow;
  let x0 = (i - row * p.wordsPerRow) * 32u;
  let n = min(32u, p.nx - x0);
  let y = (i32(row % p.ny) + p.offset.y + l.y) % l.y;
  let z = (i32(row / p.ny) + p.offset.z + l.z) % l.z;
  var bits = 0u;
  for (var k = 0u; k < n; k++) {
    let x = (i32(x0 + k) + p.offset.x + l.x) % l.x;
    let above = data[x + l.x * (y + l.y * z)].x > p.threshold;
    bits |= select(0u, 1u << k, above != (p.below == 1u));
  }
  spread[i] = bits;
}
