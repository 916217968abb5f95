import type { Scored } from "./overlap.ts";

/**
 * Lovász-softmax's loss of one class: the Lovász extension of the Jaccard loss, the largest convex function of the errors |y - p| that is
 * 1 - IOU on binary p. With errors m sorted downwards it is sum(m_i (D_i - D_i-1)), D_i = 1 - (P - F_i) / (P + B_i), where P voxels are
 * foreground, F_i of them and B_i of the background among the first i (Berman, Rannen Triki and Blaschko 2018, equations 8 and 9, and
 * algorithm 1). Takes a sort.
 *
 * @param p Predictions from 0 to 1, one a voxel.
 * @param y Labels 0 or 1, as many.
 * @returns The loss from 0 to 1, and its gradient by p: piecewise constant; where errors tie, that of voxels in their own order.
 * @throws {TypeError} If there are not as many labels as predictions.
 */
export function lovaszLoss(p: ArrayLike<number>, y: ArrayLike<number>): Scored {
  if (p.length !== y.length) {
    throw new TypeError(
      `Cannot compare ${p.length} predictions with ${y.length} labels: they must be as many`,
    );
  }
  const errors = Float64Array.from(p, (value, i) => Math.abs(y[i]! - value));
  const order = Uint32Array.from(p, (_, i) => i).sort((a, b) => errors[b]! - errors[a]! || a - b);
  let positives = 0;
  for (let i = 0; i < y.length; i++) positives += y[i]!;
  const gradient = new Float64Array(p.length);
  let value = 0;
  let before = 0;
  let missed = 0;
  let added = 0;
  for (const i of order) {
    missed += y[i]!;
    added += 1 - y[i]!;
    const jaccardLoss = 1 - (positives - missed) / (positives + added);
    const weight = jaccardLoss - before;
    before = jaccardLoss;
    value += errors[i]! * weight;
    gradient[i] = y[i]! > 0 ? -weight : weight;
  }
  return { value, gradient };
}
