// First half of the packed spread: each row of the mask, widened along x by each run of the element's rows.
// A level holds, for one run of offsets [from, to], the OR of the mask shifted by each: bit x of the level = OR over d of bit x + d.
// The runs are handed over as steps; each adds offsets to what the invocation has gathered so far, and emits it as a level.
//
// mask: as PackedMask, of the input's dims. levels: one after the other, each x fastest, of the output's dims and `reach` rows more on
// every side of y and z, so that gather.wgsl needs no bounds. The four lanes of an element are the same word of four blocks of
// slices, z = k + lane * block: whatever the shift, four words come with one load. Exact.
//
// Tried for a 25 mm ball at 3 mm on 160 x 160 x 130, lavapipe: 1.8 ms; 3.8 where `far` is a condition on the offsets, never met.
struct P {
  nx: i32, ny: i32, nz: i32, wordsPerRow: i32, // input
  width: i32, height: i32, depth: i32, block: i32, // level: words a row, rows, slices of a block; z from lane to lane
  origin: vec3i, // input word, row and slice of the level's first element
  flip: u32, fill: u32, steps: u32,
};
// Whether offsets reach beyond the words next to a word's.
override far: bool;
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<uniform> steps: array<vec4i, 1024>; // first offset, last offset, 1 to start afresh, level or -1
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read_write> levels: array<vec4u>;

/** Word w of the rows that start at four places; `valid` is 0 where there is no such row. */
fn words(rows: vec4i, valid: vec4u, w: i32) -> vec4u {
  let left = p.nx - w * 32;
  let bits = select((1u << u32(left & 31)) - 1u, 0xffffffffu, left >= 32);
  let inside = valid & vec4u(select(0u, bits, w >= 0 && left > 0));
  let at = rows + clamp(w, 0, p.wordsPerRow - 1);
  let found = vec4u(mask[at.x], mask[at.y], mask[at.z], mask[at.w]) ^ vec4u(p.flip);
  return (found & inside) | (vec4u(p.fill) & ~inside);
}

@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let i = i32(id.x + id.y * groups.x * 64u);
  let count = p.width * p.height * p.depth;
  if (i >= count) { return; }
  let w = i % p.width + p.origin.x;
  let y = (i / p.width) % p.height + p.origin.y;
  let z = vec4i(i / (p.width * p.height) + p.origin.z) + vec4i(0, 1, 2, 3) * p.block;
  let there = vec4<bool>(y >= 0 && y < p.ny) & (z >= vec4i(0)) & (z < vec4i(p.nz));
  let valid = select(vec4u(0), vec4u(0xffffffffu), there);
  let rows = select(vec4i(0), p.wordsPerRow * (y + p.ny * z), there);
  let here = words(rows, valid, w);
  let before = words(rows, valid, w - 1);
  let after = words(rows, valid, w + 1);
  var bits = vec4u(0);
  for (var s = 0u; s < p.steps; s++) {
    let step = steps[s];
    if (step.z == 1) { bits = vec4u(0); }
    for (var d = step.x; d <= step.y; d++) {
      let q = d >> 5u;
      let r = u32(d & 31);
      var low = select(before, here, q == 0);
      var high = select(here, after, q == 0);
      if (far && (q < -1 || q > 0)) {
        low = words(rows, valid, w + q);
        high = words(rows, valid, w + q + 1);
      }
      bits |= select((low >> vec4u(r)) | (high << vec4u((32u - r) & 31u)), low, r == 0u);
    }
    if (step.w >= 0) { levels[step.w * count + i] = bits; }
  }
}
