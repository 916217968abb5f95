// Spreads a bit-packed mask into a complex volume of zeros, for the Fourier transform. One invocation an element.
// words: as PackedMask, of the input's dims; data: complex f32, x fastest, of the transform's dims, in which the input's voxel `origin`
// is the first. Exact.
struct P {
  nx: u32, ny: u32, nz: u32, wordsPerRow: u32, // input
  lx: u32, ly: u32, lz: u32, flip: u32, // transform
  origin: vec3u,
};
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> words: array<u32>;
@group(0) @binding(2) var<storage, read_write> data: array<vec2f>;
@compute @workgroup_size(128) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let i = id.x + id.y * groups.x * 128u;
  if (i >= p.lx * p.ly * p.lz) { return; }
  let x = (i % p.lx + p.origin.x) % p.lx;
  let y = (i / p.lx + p.origin.y) % p.ly;
  let z = (i / (p.lx * p.ly) + p.origin.z) % p.lz;
  let inside = x < p.nx && y < p.ny && z < p.nz;
  let word = words[select(0u, (x >> 5u) + p.wordsPerRow * (y + p.ny * z), inside)] ^ p.flip;
  data[i] = vec2f(select(0.0, f32((word >> (x & 31u)) & 1u), inside), 0.0);
}
