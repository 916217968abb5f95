/** What a kernel on the regions of a mask does with each word of 32 voxels; see {@linkcode regionsWgsl}. */
export type RegionsKernel =
  | "init"
  | "merge"
  | "flatten"
  | "mark"
  | "count"
  | "largest-size"
  | "largest-first"
  | "pick"
  | "keep";

/**
 * Kernels on the connected regions of a packed mask: union-find over runs of voxels along x (Rosenfeld and Pfaltz 1966), lock-free, roots
 * by smallest index (Komura 2015). One invocation a word; only runs are joined, so a voxel costs next to nothing.
 *
 * A run's slot is that of its first voxel, two voxels a slot: `x / 2 + ceil(nx / 2) * (y + ny z)`, since two runs of a row are at least two
 * voxels apart. `parents`: at a run's slot, the slot of an earlier run of its region, or its own at the root. `marks`: at a root's slot, what
 * is known of the region. Other slots are never read. All exact: whole numbers, and sums, least and largest of them.
 *
 * - `init`: every run its own region, nothing known of it.
 * - `merge`: joins runs that touch in up to four earlier rows, `others`; chains of parents too long for one invocation set `state[0]`, and the
 *   host repeats `merge` and `flatten` until none does.
 * - `flatten`: every run's parent becomes its root.
 * - `mark`: regions with a voxel in the marker, or on the faces that `faces` names (1 x, 2 y, 4 z), get the mark 1.
 * - `count`: regions get their number of voxels as mark.
 * - `largest-size`, `largest-first`, `pick`: the largest region not picked yet, the one with the earliest voxel of several, gets the mark
 *   0xffffffff.
 * - `keep`: writes the voxels of regions whose mark is at least `least`, or those of all others, or all voxels but those.
 *
 * Workgroup 64. An invocation loops over the runs of its word, and over words where a run began before it: below 2^16 in all, most of them
 * for chains.
 *
 * Runs, not voxels, were the first version. 160 x 160 x 130 voxels with readback, lavapipe, ms of processor time: two largest of blobs 52
 * (20 of it to unpack and read), at the percolation threshold 250.
 *
 * @param kernel Which.
 * @param chainSteps Steps along chains of parents that one invocation takes; more than 400, or a word's joins may never come to an end.
 * @returns The WGSL.
 */
export function regionsWgsl(kernel: RegionsKernel, chainSteps: number = CHAIN_STEPS): string {
  const extra = REGIONS_BINDINGS[kernel].map((name, i) =>
    `@group(0) @binding(${i + 3}) var<storage, ${DECLARATIONS[name]};`
  );
  return `${PRELUDE}
var<private> steps: i32 = ${chainSteps};
${extra.join("\n")}
${BODIES[kernel]}
@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let i = i32(id.x + id.y * groups.x * 64u);
  if (i < p.width * p.ny * p.nz) { visit(i, i / p.width, i % p.width); }
}
`;
}

/** What a kernel binds beside `p`, `mask` and `parents`, in order. */
export const REGIONS_BINDINGS = {
  init: ["marks"],
  merge: ["state"],
  flatten: ["state"],
  mark: ["marks", "marker"],
  count: ["marks"],
  "largest-size": ["marks", "state"],
  "largest-first": ["marks", "state"],
  pick: ["marks", "state"],
  keep: ["marks", "kept"],
} as const satisfies Readonly<Record<RegionsKernel, readonly (keyof typeof DECLARATIONS)[]>>;

const DECLARATIONS = {
  marks: "read_write> marks: array<atomic<u32>>",
  // 1 if a chain was too long; size of the largest region not picked yet, and its first slot.
  state: "read_write> state: array<atomic<u32>>",
  marker: "read> marker: array<u32>",
  kept: "read_write> kept: array<u32>",
} as const;

/** What one invocation takes by default. */
export const CHAIN_STEPS = 30_000;

const PRELUDE = `
struct P {
  nx: i32, ny: i32, nz: i32, width: i32, // voxels; words a row
  flip: u32, faces: u32, least: u32, output: u32,
  others: array<vec4i, 4>, // rows to join with: dy, dz, 1 if also by corners along x, 1 if used
};
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> mask: array<u32>;
@group(0) @binding(2) var<storage, read_write> parents: array<atomic<u32>>;

fn valid(w: i32) -> u32 {
  let left = p.nx - w * 32;
  return select((1u << u32(left & 31)) - 1u, 0xffffffffu, left >= 32);
}

fn voxels(row: i32, w: i32) -> u32 {
  return (mask[row * p.width + w] ^ p.flip) & valid(w);
}

fn voxelsBefore(row: i32, w: i32) -> u32 {
  if (w == 0) { return 0u; }
  return voxels(row, w - 1);
}

fn voxelsAfter(row: i32, w: i32) -> u32 {
  if (w == p.width - 1) { return 0u; }
  return voxels(row, w + 1);
}

/** The slot of the run that holds a bit of word w of a row. */
fn slotOf(row: i32, w: i32, word: u32, bit: u32) -> u32 {
  let gaps = ~word & ((1u << bit) - 1u);
  var x = w * 32;
  if (gaps != 0u) {
    x += i32(firstLeadingBit(gaps)) + 1;
  } else {
    for (var k = w - 1; k >= 0; k--) {
      let before = ~voxels(row, k);
      if (before != 0u) {
        x = k * 32 + i32(firstLeadingBit(before)) + 1;
        break;
      }
      x = k * 32;
    }
  }
  return u32(row * ((p.nx + 1) / 2) + x / 2);
}

/** Bits of a word in which runs begin. */
fn beginnings(word: u32, before: u32) -> u32 {
  return word & ~((word << 1u) | (before >> 31u));
}

/** The first stretch of ones of a word that is not 0. */
fn stretch(word: u32) -> u32 {
  let first = firstTrailingBit(word);
  let length = firstTrailingBit(~(word >> first));
  return select(((1u << length) - 1u) << first, 0xffffffffu << first, length + first >= 32u);
}

fn rootOf(slot: u32) -> u32 {
  var at = slot;
  while (steps > 0) {
    let next = atomicLoad(&parents[at]);
    if (next == at) { break; }
    at = next;
    steps--;
  }
  return at;
}
`;

const BODIES: Readonly<Record<RegionsKernel, string>> = {
  init: `
fn visit(i: i32, row: i32, w: i32) {
  let word = voxels(row, w);
  for (var left = beginnings(word, voxelsBefore(row, w)); left != 0u; left &= left - 1u) {
    let slot = slotOf(row, w, word, firstTrailingBit(left));
    atomicStore(&parents[slot], slot);
    atomicStore(&marks[slot], 0u);
  }
}`,
  merge: `
fn unite(a: u32, b: u32) {
  var x = rootOf(a);
  var y = rootOf(b);
  while (x != y && steps > 0) {
    let high = max(x, y);
    let low = min(x, y);
    let found = atomicMin(&parents[high], low);
    steps--;
    // Another invocation may have joined it elsewhere meanwhile: that region must be joined too.
    x = rootOf(select(found, low, found == high));
    y = rootOf(low);
  }
}

fn visit(i: i32, row: i32, w: i32) {
  let here = voxels(row, w);
  if (here == 0u) { return; }
  let before = voxelsBefore(row, w);
  let after = voxelsAfter(row, w);
  let y = row % p.ny;
  let z = row / p.ny;
  for (var n = 0; n < 4; n++) {
    let other = p.others[n];
    let oy = y + other.x;
    let oz = z + other.y;
    if (other.w == 0 || oy < 0 || oy >= p.ny || oz < 0) { continue; }
    let oRow = oy + p.ny * oz;
    let there = voxels(oRow, w);
    let oBefore = voxelsBefore(oRow, w);
    for (var left = beginnings(here & there, before & oBefore); left != 0u; left &= left - 1u) {
      let bit = firstTrailingBit(left);
      unite(slotOf(row, w, here, bit), slotOf(oRow, w, there, bit));
    }
    if (other.z == 0) { continue; }
    // What touches by a corner alone: neither run holds a voxel beside the other's.
    let oAfter = voxelsAfter(oRow, w);
    let alone = here & ~there;
    for (
      var left = alone & ~((here >> 1u) | (after << 31u)) & ((there >> 1u) | (oAfter << 31u));
      left != 0u;
      left &= left - 1u
    ) {
      let bit = firstTrailingBit(left);
      let over = bit == 31u;
      unite(
        slotOf(row, w, here, bit),
        slotOf(oRow, select(w, w + 1, over), select(there, oAfter, over), (bit + 1u) & 31u),
      );
    }
    for (
      var left = alone & ~((here << 1u) | (before >> 31u)) & ((there << 1u) | (oBefore >> 31u));
      left != 0u;
      left &= left - 1u
    ) {
      let bit = firstTrailingBit(left);
      let over = bit == 0u;
      unite(
        slotOf(row, w, here, bit),
        slotOf(oRow, select(w, w - 1, over), select(there, oBefore, over), (bit + 31u) & 31u),
      );
    }
  }
  if (steps <= 0) { atomicStore(&state[0], 1u); }
}`,
  flatten: `
fn visit(i: i32, row: i32, w: i32) {
  let word = voxels(row, w);
  for (var left = beginnings(word, voxelsBefore(row, w)); left != 0u; left &= left - 1u) {
    let slot = slotOf(row, w, word, firstTrailingBit(left));
    atomicStore(&parents[slot], rootOf(slot));
  }
  if (steps <= 0) { atomicStore(&state[0], 1u); }
}`,
  mark: `
fn visit(i: i32, row: i32, w: i32) {
  let word = voxels(row, w);
  let y = row % p.ny;
  let z = row / p.ny;
  var marked = word & marker[i];
  if (p.faces != 0u) {
    let onY = (p.faces & 2u) != 0u && (y == 0 || y == p.ny - 1);
    let onZ = (p.faces & 4u) != 0u && (z == 0 || z == p.nz - 1);
    let ends = select(0u, 1u, w == 0) | select(0u, 1u << u32((p.nx - 1) & 31), w == p.width - 1);
    marked = word & select(select(0u, ends, (p.faces & 1u) != 0u), 0xffffffffu, onY || onZ);
  }
  for (var left = marked; left != 0u; left &= ~stretch(left)) {
    let slot = slotOf(row, w, word, firstTrailingBit(left));
    atomicMax(&marks[atomicLoad(&parents[slot])], 1u);
  }
}`,
  count: `
fn visit(i: i32, row: i32, w: i32) {
  let word = voxels(row, w);
  for (var left = word; left != 0u; left &= ~stretch(left)) {
    let slot = slotOf(row, w, word, firstTrailingBit(left));
    atomicAdd(&marks[atomicLoad(&parents[slot])], countOneBits(stretch(left)));
  }
}`,
  "largest-size": `
fn visit(i: i32, row: i32, w: i32) {
  let word = voxels(row, w);
  for (var left = beginnings(word, voxelsBefore(row, w)); left != 0u; left &= left - 1u) {
    let slot = slotOf(row, w, word, firstTrailingBit(left));
    let size = atomicLoad(&marks[slot]);
    if (size != 0xffffffffu && atomicLoad(&parents[slot]) == slot) { atomicMax(&state[1], size); }
  }
}`,
  "largest-first": `
fn visit(i: i32, row: i32, w: i32) {
  let word = voxels(row, w);
  let most = atomicLoad(&state[1]);
  for (var left = beginnings(word, voxelsBefore(row, w)); left != 0u; left &= left - 1u) {
    let slot = slotOf(row, w, word, firstTrailingBit(left));
    if (atomicLoad(&marks[slot]) == most && atomicLoad(&parents[slot]) == slot) {
      atomicMin(&state[2], slot);
    }
  }
}`,
  pick: `
fn visit(i: i32, row: i32, w: i32) {
  if (i > 0) { return; }
  if (atomicLoad(&state[1]) > 0u) { atomicStore(&marks[atomicLoad(&state[2])], 0xffffffffu); }
  atomicStore(&state[1], 0u);
  atomicStore(&state[2], 0xffffffffu);
}`,
  keep: `
fn visit(i: i32, row: i32, w: i32) {
  let word = voxels(row, w);
  var found = 0u;
  for (var left = word; left != 0u; left &= ~stretch(left)) {
    let slot = slotOf(row, w, word, firstTrailingBit(left));
    let mark = atomicLoad(&marks[atomicLoad(&parents[slot])]);
    found |= select(0u, stretch(left), mark >= p.least);
  }
  if (p.output == 1u) { found = word & ~found; }
  if (p.output == 2u) { found = valid(w) & ~found; }
  kept[i] = found;
}`,
};
