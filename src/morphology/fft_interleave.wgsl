// Puts slabs of a bit-packed mask side by side, for the Fourier transform: bit s of an element is slab s, eight elements a word.
// One invocation a word.
// words: as PackedMask, of the input's dims; elements: rows of `rowWords` words, of the transform's dims along y and z. The input's voxel
// `origin` is the first element of slab 0; each slab begins `depth` slices behind the one before. Elements beyond the input are 0. Exact.
struct P {
  nx: i32, ny: i32, nz: i32, wordsPerRow: i32, // input
  rowWords: u32, ly: u32, lz: u32, flip: u32, // transform
  origin: vec3i, depth: i32,
  slabs: i32,
};
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> words: array<u32>;
@group(0) @binding(2) var<storage, read_write> elements: array<u32>;

// A word of the row that begins at word `row`, without what lies beyond its ends.
fn wordOf(row: i32, word: i32) -> u32 {
  let inside = word >= 0 && word < p.wordsPerRow;
  let ended = select(0xffffffffu, (1u << u32(p.nx & 31)) - 1u, (word + 1) * 32 > p.nx);
  return select(0u, (words[row + select(0, word, inside)] ^ p.flip) & ended, inside);
}

@compute @workgroup_size(128) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let i = id.x + id.y * groups.x * 128u;
  if (i >= p.rowWords * p.ly * p.lz) { return; }
  let row = i / p.rowWords;
  let x = i32(i % p.rowWords) * 8 + p.origin.x;
  let y = i32(row % p.ly) + p.origin.y;
  let z = i32(row / p.ly) + p.origin.z;
  var together = 0u;
  for (var slab = 0; slab < p.slabs; slab++) {
    let slice = z + slab * p.depth;
    let inside = y >= 0 && y < p.ny && slice >= 0 && slice < p.nz;
    let start = select(0, p.wordsPerRow * (y + p.ny * slice), inside);
    // Eight bits, of one word or two; a shift by 32 would be one by 0.
    let shift = u32(x & 31);
    let low = wordOf(start, x >> 5u) >> shift;
    let high = (wordOf(start, (x >> 5u) + 1) << (31u - shift)) << 1u;
    var bits = select(0u, (low | high) & 0xffu, inside);
    // Three bits of room behind each.
    bits = (bits | (bits << 12u)) & 0x000f000fu;
    bits = (bits | (bits << 6u)) & 0x03030303u;
    bits = (bits | (bits << 3u)) & 0x11111111u;
    together |= bits << u32(slab);
  }
  elements[i] = together;
}
