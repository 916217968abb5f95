import { countOverlap } from "./_overlap.ts";

/**
 * Dice coefficient of one label in two label volumes: 2 |A and B| / (|A| + |B|) (Dice 1945; Sorensen 1948).
 *
 * The rule for absent organs: a label in neither volume has no Dice and must not be counted in a mean; a label in only
 * one of them was missed or invented and counts as 0.
 *
 * @param a One label volume, e.g. the prediction.
 * @param b The other, voxel for voxel on the same grid; Dice is symmetric.
 * @param value The label.
 * @returns 0 to 1, or `undefined` where neither volume holds the label.
 * @throws {TypeError} If the volumes differ in length.
 * @throws {RangeError} If `value` is not an integer from 0 to 255.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(dice(new Uint8Array([5, 5, 0]), new Uint8Array([0, 5, 0]), 5), 2 / 3);
 * ```
 */
export function dice(a: Uint8Array, b: Uint8Array, value: number): number | undefined {
  const count = countOverlap("Dice", a, b, value);
  const total = count.a + count.b;
  return total === 0 ? undefined : 2 * count.both / total;
}
