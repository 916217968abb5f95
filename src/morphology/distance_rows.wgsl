// First pass of the exact distance transform: along each row, the squared distance to the nearest feature of that row.
// mask: as PackedMask, of the input's dims; a feature is a bit that is 1 after `flip`, or all bits beyond the faces if `fill` is all ones.
// squared: f32, mm^2, rows padded to whole fours; FAR where the row holds no feature within `reach` words. One invocation a word of 32
// voxels: the nearest bits before and behind it are looked for once, those in it come from firstLeadingBit and firstTrailingBit.
// extents: first and last row with a feature of each slice, then first and last such slice; left alone unless `track`, since features
// beyond the ends of the output's rows are not seen.
// Exact but for the rounding of one product. At most one iteration a word of a row, and 8.
//
// Versions tried, 160 x 160 x 130, lavapipe, 2 cores, ms of processor time:
//   four voxels an invocation    23
//   32 voxels an invocation      11 (this)
struct P {
  nx: i32, ny: i32, nz: i32, wordsPerRow: i32, // input
  fours: i32, height: i32, depth: i32, // output: fours of a row, rows, slices
  reach: i32, // words
  origin: vec3i, // input word, row and slice of the output's first voxel
  flip: u32, fill: u32, track: u32, spacing: f32,
};
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> mask: array<u32>;
@group(0) @binding(2) var<storage, read_write> squared: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> extents: array<atomic<i32>>;

const FAR = 1e30;
const NOWHERE = 1 << 20; // voxels

/** Word w of the row that starts at `row`, or of a row beyond the faces if that is negative. */
fn features(row: i32, w: i32) -> u32 {
  let left = p.nx - w * 32;
  let bits = select((1u << u32(left & 31)) - 1u, 0xffffffffu, left >= 32);
  let inside = select(0u, bits, row >= 0 && w >= 0 && left > 0);
  let found = mask[max(row, 0) + clamp(w, 0, p.wordsPerRow - 1)] ^ p.flip;
  return (found & inside) | (p.fill & ~inside);
}

@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let i = i32(id.x + id.y * groups.x * 64u);
  let width = (p.fours + 7) / 8;
  if (i >= width * p.height * p.depth) { return; }
  let line = i / width;
  let first = (i % width) * 8;
  let y = line % p.height + p.origin.y;
  let z = line / p.height + p.origin.z;
  let there = y >= 0 && y < p.ny && z >= 0 && z < p.nz;
  let row = select(-1, p.wordsPerRow * (y + p.ny * z), there);
  let w = i % width + p.origin.x;
  let own = vec4u(features(row, w));

  if (p.track != 0u && own.x != 0u) {
    let slice = line / p.height;
    atomicMin(&extents[2 * slice], line % p.height);
    atomicMax(&extents[2 * slice + 1], line % p.height);
    atomicMin(&extents[2 * p.depth], slice);
    atomicMax(&extents[2 * p.depth + 1], slice);
  }

  // Beyond the first word on either side of the input all words are alike.
  var below = -NOWHERE;
  for (var k = w - 1; k >= max(w - p.reach, -1); k--) {
    let word = features(row, k);
    if (word != 0u) {
      below = (k - w) * 32 + i32(firstLeadingBit(word));
      break;
    }
  }
  var above = NOWHERE;
  for (var k = w + 1; k <= min(w + p.reach, p.wordsPerRow); k++) {
    let word = features(row, k);
    if (word != 0u) {
      above = (k - w) * 32 + i32(firstTrailingBit(word));
      break;
    }
  }
  for (var q = 0; q < min(8, p.fours - first); q++) {
    let bit = vec4i(4 * q) + vec4i(0, 1, 2, 3);
    let low = own & (vec4u(0xffffffffu) >> vec4u(31 - bit));
    let high = own & (vec4u(0xffffffffu) << vec4u(bit));
    let before = select(vec4i(firstLeadingBit(low)), vec4i(below), low == vec4u(0));
    let behind = select(vec4i(firstTrailingBit(high)), vec4i(above), high == vec4u(0));
    let voxels = min(bit - before, behind - bit);
    let mm = vec4f(voxels) * p.spacing;
    squared[line * p.fours + first + q] = select(mm * mm, vec4f(FAR), voxels >= vec4i(NOWHERE / 2));
  }
}
