import { type JoinedRow, mergeBody } from "./regions_merge.wgsl.ts";
import { NUMBER_BODIES } from "./regions_number.wgsl.ts";

/** What a kernel on the regions of a mask does with each word of 32 voxels; see {@linkcode regionsWgsl}. */
export type RegionsKernel = keyof typeof REGIONS_BINDINGS;

/** What kernels are written for; see {@linkcode regionsWgsl}. */
export interface RegionsShape {
  /** Steps along chains of parents that one invocation takes; more than 400, or a word's joins may never come to an end. */
  readonly chainSteps?: number;
  /** `merge` only: the earlier rows to join with. */
  readonly rows?: readonly JoinedRow[];
}

/**
 * Kernels on the connected regions of a packed mask: union-find over runs of voxels along x (Rosenfeld and Pfaltz 1966), lock-free, roots
 * by smallest index (Komura 2015). One invocation a word; only runs are joined, so a voxel costs next to nothing.
 *
 * A stretch is what a word holds of a run. Its slot is that of its first voxel, two voxels a slot: `x / 2 + ceil(nx / 2) * (y + ny z)`, since
 * two stretches of a row begin at least two voxels apart, or in two words. `parents`: at a stretch's slot, the slot of an earlier stretch of its
 * region, or its own at the root. `marks`: at a root's slot, what is known of the region. Other slots are never read. All exact: whole
 * numbers, and sums, least and largest of them.
 *
 * - `init`: every run its own region, nothing known of it.
 * - `merge`: joins stretches that touch in earlier rows; chains of parents too long for one invocation set `state[0]`, and the
 *   host repeats `merge` and `flatten` until none does.
 * - `flatten`: every stretch's parent becomes its root; `state[1]` counts the regions.
 * - `mark`: regions with a voxel in the marker, or on the faces that `faces` names (1 x, 2 y, 4 z), get the mark 1.
 * - `keep`: writes the voxels of regions with a mark, or those of all others, or all voxels but those.
 * - `count` and the rest: see {@linkcode NUMBER_BODIES}.
 *
 * Workgroup 64. An invocation loops over the stretches of its word, and over words where a run began before it: below 2^16 in all, most of
 * them for chains.
 *
 * Runs, not voxels, were the first version. 160 x 160 x 130 voxels, lavapipe, 2 cores: `labels` 6 ms, `merge` 1.5 to 4, `measure` 2, all others 1 to 1.5.
 *
 * @param kernel Which.
 * @param shape What for.
 * @returns The WGSL.
 */
export function regionsWgsl(
  kernel: RegionsKernel,
  { chainSteps = CHAIN_STEPS, rows = [] }: RegionsShape = {},
): string {
  const extra = REGIONS_BINDINGS[kernel].map((name, i) =>
    `@group(0) @binding(${i + 3}) var<storage, ${DECLARATIONS[name]};`
  );
  return `${PRELUDE}
var<private> steps: i32 = ${chainSteps};
${extra.join("\n")}
${kernel === "merge" ? mergeBody(rows) : BODIES[kernel]}
@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let i = i32(id.x + id.y * groups.x * 64u);
  if (i < p.items) { visit(i, p.firstRow + i / p.width, i % p.width); }
}
`;
}

/** What a kernel binds beside `p`, `mask` and `parents`, in order. */
export const REGIONS_BINDINGS = {
  init: ["marks"],
  merge: ["state"],
  flatten: ["state"],
  mark: ["marks", "marker"],
  keep: ["marks", "kept"],
  count: ["marks"],
  list: ["marks", "list"],
  name: ["marks", "slots", "boxes"],
  measure: ["marks", "boxes"],
  tally: ["marks", "marker", "counts"],
  labels: ["marks", "labels"],
  select: ["marks", "chosen", "kept"],
} as const satisfies Readonly<Record<string, readonly (keyof typeof DECLARATIONS)[]>>;

/** How the kernels see what they bind. */
export const DECLARATIONS = {
  marks: "read_write> marks: array<atomic<u32>>",
  // 1 if a chain was too long; how many regions.
  state: "read_write> state: array<atomic<u32>>",
  marker: "read> marker: array<u32>",
  kept: "read_write> kept: array<u32>",
  list: "read_write> list: array<atomic<u32>>",
  slots: "read> slots: array<u32>",
  boxes: "read_write> boxes: array<atomic<u32>>",
  counts: "read_write> counts: array<atomic<u32>>",
  labels: "read_write> labels: array<u32>",
  chosen: "read> chosen: array<u32>",
} as const;

/** What one invocation takes by default. */
export const CHAIN_STEPS = 30_000;

const PRELUDE = `
struct P {
  nx: i32, ny: i32, nz: i32, width: i32, // voxels; words a row
  flip: u32, faces: u32, output: u32, items: i32, firstRow: i32, // invocations; of the slices that are written
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

/** The slot of a stretch that begins at a bit of word w of a row. */
fn slotAt(row: i32, w: i32, bit: u32) -> u32 {
  return u32(row * ((p.nx + 1) / 2) + w * 16) + bit / 2u;
}

/** The bit at which the stretch that holds a bit begins. */
fn beginning(word: u32, bit: u32) -> u32 {
  // Of no bits firstLeadingBit is all ones, and one more is 0.
  return firstLeadingBit(~word & ((1u << bit) - 1u)) + 1u;
}

fn slotOf(row: i32, w: i32, word: u32, bit: u32) -> u32 {
  return slotAt(row, w, beginning(word, bit));
}

/** The first stretch of ones of a word that is not 0. */
fn stretch(word: u32) -> u32 {
  let first = firstTrailingBit(word);
  let length = firstTrailingBit(~(word >> first));
  return select(((1u << length) - 1u) << first, 0xffffffffu << first, length + first >= 32u);
}
`;

const BODIES: Readonly<Record<Exclude<RegionsKernel, "merge">, string>> = {
  ...NUMBER_BODIES,
  init: `
fn visit(i: i32, row: i32, w: i32) {
  let word = voxels(row, w);
  var first = w * 32;
  for (var k = w - 1; k >= 0; k--) {
    let gaps = ~voxels(row, k);
    if (gaps != 0u) {
      first = k * 32 + i32(firstLeadingBit(gaps)) + 1;
      break;
    }
    first = k * 32;
  }
  let run = slotAt(row, 0, u32(first));
  for (var left = word; left != 0u; left &= ~stretch(left)) {
    let bit = firstTrailingBit(left);
    let slot = slotAt(row, w, bit);
    atomicStore(&parents[slot], select(slot, run, bit == 0u));
    atomicStore(&marks[slot], 0u);
  }
}`,
  flatten: `
fn visit(i: i32, row: i32, w: i32) {
  let word = voxels(row, w);
  var roots = 0u;
  for (var left = word; left != 0u; left &= ~stretch(left)) {
    let slot = slotAt(row, w, firstTrailingBit(left));
    var at = slot;
    while (steps > 0) {
      let next = atomicLoad(&parents[at]);
      if (next == at) { break; }
      at = next;
      steps--;
    }
    atomicStore(&parents[slot], at);
    roots += select(0u, 1u, at == slot);
  }
  if (roots > 0u) { atomicAdd(&state[1], roots); }
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
  keep: `
fn visit(i: i32, row: i32, w: i32) {
  let word = voxels(row, w);
  var found = 0u;
  for (var left = word; left != 0u; left &= ~stretch(left)) {
    let slot = slotAt(row, w, firstTrailingBit(left));
    let mark = atomicLoad(&marks[atomicLoad(&parents[slot])]);
    found |= select(0u, stretch(left), mark != 0u);
  }
  if (p.output == 1u) { found = word & ~found; }
  if (p.output == 2u) { found = valid(w) & ~found; }
  kept[i] = found;
}`,
};
