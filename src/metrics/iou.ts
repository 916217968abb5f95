import { countOverlap } from "./_overlap.ts";

/**
 * Intersection over union (Jaccard index) of one label in two label volumes: |A and B| / |A or B|. With Dice D it holds
 * that IOU = D / (2 - D).
 *
 * The rule for absent organs is Dice's: `undefined` where neither volume holds the label, 0 where only one does.
 *
 * @param a One label volume, e.g. the prediction.
 * @param b The other, voxel for voxel on the same grid.
 * @param value The label.
 * @returns 0 to 1, or `undefined` where neither volume holds the label.
 * @throws {TypeError} If the volumes differ in length.
 * @throws {RangeError} If `value` is not an integer from 0 to 255.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(iou(new Uint8Array([5, 5, 0]), new Uint8Array([0, 5, 0]), 5), 1 / 2);
 * ```
 */
export function iou(a: Uint8Array, b: Uint8Array, value: number): number | undefined {
  const count = countOverlap("IOU", a, b, value);
  const union = count.a + count.b - count.both;
  return union === 0 ? undefined : count.both / union;
}
