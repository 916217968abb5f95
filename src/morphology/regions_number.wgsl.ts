/**
 * Kernels of `regionsWgsl` that number regions. The host gives the numbers, since only sorting makes them the same on every run:
 *
 * - `count`: regions get their number of voxels as mark.
 * - `list`: regions, each with the mark of its number of voxels, are listed in any order: slot, and the complement of the size, so that
 *   64-bit keys put large regions first, and those of equal size by slot. `list[0]` counts them.
 * - `name`: one invocation a region: its root's mark becomes its number from 1, its box nothing.
 * - `measure`: boxes: first and last voxel along x, y, z of each region.
 * - `tally`: how many voxels of the marker each region holds.
 * - `labels`: a number a voxel, 0 outside; of some slices.
 * - `select`: writes the voxels of regions that are chosen by their numbers.
 */
export const NUMBER_BODIES = {
  count: `
fn visit(i: i32, row: i32, w: i32) {
  for (var left = voxels(row, w); left != 0u; left &= ~stretch(left)) {
    let slot = slotAt(row, w, firstTrailingBit(left));
    atomicAdd(&marks[atomicLoad(&parents[slot])], countOneBits(stretch(left)));
  }
}`,
  list: `
fn visit(i: i32, row: i32, w: i32) {
  for (var left = voxels(row, w); left != 0u; left &= ~stretch(left)) {
    let slot = slotAt(row, w, firstTrailingBit(left));
    if (atomicLoad(&parents[slot]) == slot) {
      let at = 2u * (atomicAdd(&list[0], 1u) + 1u);
      atomicStore(&list[at], slot);
      atomicStore(&list[at + 1u], ~atomicLoad(&marks[slot]));
    }
  }
}`,
  name: `
fn visit(i: i32, row: i32, w: i32) {
  atomicStore(&marks[slots[i]], u32(i + 1));
  for (var k = 0; k < 6; k++) { atomicStore(&boxes[i * 6 + k], select(0u, 0xffffffffu, k < 3)); }
}`,
  measure: `
/** Most stretches lie within what is known already: a look is cheaper than an atomic change. */
fn least(at: u32, value: u32) {
  if (value < atomicLoad(&boxes[at])) { atomicMin(&boxes[at], value); }
}

fn most(at: u32, value: u32) {
  if (value > atomicLoad(&boxes[at])) { atomicMax(&boxes[at], value); }
}

fn visit(i: i32, row: i32, w: i32) {
  let y = u32(row % p.ny);
  let z = u32(row / p.ny);
  for (var left = voxels(row, w); left != 0u; left &= ~stretch(left)) {
    let first = firstTrailingBit(left);
    let x = u32(w) * 32u + first;
    let box = 6u * (atomicLoad(&marks[atomicLoad(&parents[slotAt(row, w, first)])]) - 1u);
    least(box, x);
    least(box + 1u, y);
    least(box + 2u, z);
    most(box + 3u, x + countOneBits(stretch(left)) - 1u);
    most(box + 4u, y);
    most(box + 5u, z);
  }
}`,
  tally: `
fn visit(i: i32, row: i32, w: i32) {
  for (var left = voxels(row, w); left != 0u; left &= ~stretch(left)) {
    let counted = countOneBits(stretch(left) & marker[i]);
    let slot = slotAt(row, w, firstTrailingBit(left));
    if (counted > 0u) {
      atomicAdd(&counts[atomicLoad(&marks[atomicLoad(&parents[slot])]) - 1u], counted);
    }
  }
}`,
  labels: `
fn visit(i: i32, row: i32, w: i32) {
  let word = voxels(row, w);
  let first = (row - p.firstRow) * p.nx + w * 32;
  var label = 0u;
  for (var k = 0; k < min(32, p.nx - w * 32); k++) {
    let on = ((word >> u32(k)) & 1u) != 0u;
    if (!on) {
      label = 0u;
    } else if (label == 0u) {
      label = atomicLoad(&marks[atomicLoad(&parents[slotAt(row, w, u32(k))])]);
    }
    labels[first + k] = label;
  }
}`,
  select: `
fn visit(i: i32, row: i32, w: i32) {
  var found = 0u;
  for (var left = voxels(row, w); left != 0u; left &= ~stretch(left)) {
    let slot = slotAt(row, w, firstTrailingBit(left));
    let number = atomicLoad(&marks[atomicLoad(&parents[slot])]);
    found |= stretch(left) & chosen[number - 1u];
  }
  kept[i] = found;
}`,
} as const;
