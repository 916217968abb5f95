/** A mean over cases. */
export interface MeanDice {
  /** Of the cases that have the organ; absent if none has. */
  readonly mean?: number;
  /** How many cases have it. */
  readonly n: number;
}

/**
 * Mean Dice over cases, after the rule of `dice`: a case whose Dice is `undefined` has the organ in neither volume and is
 * not counted.
 *
 * @param values Dice of each case.
 * @returns The mean and how many cases it is of.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(meanDice([0.5, undefined, 1]), { mean: 0.75, n: 2 });
 * ```
 */
export function meanDice(values: readonly (number | undefined)[]): MeanDice {
  const counted = values.filter((value) => value !== undefined);
  const n = counted.length;
  return n === 0 ? { n } : { mean: counted.reduce((sum, value) => sum + value, 0) / n, n };
}
