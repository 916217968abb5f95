import { assertLess } from "@std/assert";
import {
  type AugmentRanges,
  type SampleShape,
  sampleTransform,
  type Transform,
} from "../../src/augment/mod.ts";

/** Draws that tests of distributions make: bounds are five standard errors, so a sound sampler passes almost surely. */
export const DRAWS = 20_000;

/**
 * Transforms under one seed, streams 0, 1, ...
 *
 * @param ranges What to draw from.
 * @param shape Sizes.
 * @param count How many.
 * @returns The transforms.
 */
export function draw(
  ranges: AugmentRanges,
  shape: SampleShape = { input: [40, 30, 20], output: [20, 20, 20] },
  count: number = DRAWS,
): Transform[] {
  return Array.from(
    { length: count },
    (_, stream) => sampleTransform(ranges, shape, { seed: 5, stream }),
  );
}

/** Asserts that a share of `count` draws lies within five standard errors of a probability. */
export function assertShare(share: number, probability: number, count: number = DRAWS): void {
  const error = Math.sqrt(probability * (1 - probability) / count);
  assertLess(Math.abs(share - probability), 5 * error, `found ${share}, expected ${probability}`);
}

/** Asserts that a mean of `count` draws lies within five standard errors. */
export function assertMean(
  values: readonly number[],
  expected: number,
  sd: number,
): void {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const error = sd / Math.sqrt(values.length);
  assertLess(Math.abs(mean - expected), 5 * error, `found ${mean}, expected ${expected}`);
}

/** Asserts that values are uniform from `low` to `high`, by Kolmogorov and Smirnov (1 % of a million tests would fail by chance). */
export function assertUniform(values: readonly number[], low: number, high: number): void {
  const sorted = values.toSorted((a, b) => a - b);
  const n = sorted.length;
  const distance = Math.max(
    ...sorted.map((value, i) => {
      const share = (value - low) / (high - low);
      return Math.max(share - i / n, (i + 1) / n - share);
    }),
  );
  // 2 exp(-2 t^2) is the chance of t / sqrt(n) and more: 1e-8 at t = 3.1.
  assertLess(distance, 3.1 / Math.sqrt(n), `from ${sorted[0]} to ${sorted.at(-1)}`);
}

/** Asserts that counts fit probabilities by chi-square: mean and five standard deviations of its distribution. */
export function assertCounts(counts: readonly number[], probabilities: readonly number[]): void {
  const n = counts.reduce((sum, count) => sum + count, 0);
  const chiSquare = counts.reduce((sum, count, i) => {
    const expected = n * probabilities[i]!;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
  const freedom = counts.length - 1;
  assertLess(chiSquare, freedom + 5 * Math.sqrt(2 * freedom), `counts ${counts}`);
}
