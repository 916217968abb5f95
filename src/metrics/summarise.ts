import { bootstrapInterval, RandomStream } from "../random/mod.ts";

/** A figure over cases. */
export interface Summary {
  /** How many cases have it. */
  readonly n: number;
  /** Absent if no case has it. */
  readonly mean?: number;
  /** Standard deviation between cases (n - 1 in the divisor); absent below two cases. */
  readonly sd?: number;
  /** 95 % bootstrap interval of the mean; absent below two cases. */
  readonly ci95?: readonly [low: number, high: number];
}

/**
 * Mean, spread and interval over cases. The interval is the percentile bootstrap's over cases (Efron 1979): it says what another draw of
 * as many cases would give, and is too narrow for few of them (it holds the mean of normal figures in about 84 % for 5, 90 % for 10, 92 % for 20 cases).
 *
 * @param values One figure a case; `undefined` where a case has none, which is not counted.
 * @param options Seed of the bootstrap.
 * @returns The summary.
 *
 * @example
 * ```ts
 * const { mean, ci95, n } = summarise(cases.map(({ dice }) => dice), { seed: 1 });
 * ```
 */
export function summarise(
  values: readonly (number | undefined)[],
  { seed }: { readonly seed: number },
): Summary {
  const counted = values.filter((value) => value !== undefined);
  const n = counted.length;
  if (n === 0) return { n };
  const mean = meanOf(counted);
  if (n === 1) return { n, mean };
  const squares = counted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { n, mean, sd: Math.sqrt(squares / (n - 1)), ci95: meanInterval(counted, seed) };
}

/**
 * The bootstrap interval of a mean.
 *
 * @param values At least one.
 * @param seed Of the bootstrap.
 * @returns The 95 % interval.
 */
export function meanInterval(
  values: readonly number[],
  seed: number,
): [low: number, high: number] {
  const n = values.length;
  const random = new RandomStream({ seed, stream: STREAM });
  return bootstrapInterval(() => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[random.integer(n)]!;
    return sum / n;
  });
}

/** Of the seed's streams the one that cases are resampled from. */
const STREAM = 0x6d65616e;

/**
 * The arithmetic mean.
 *
 * @param values At least one.
 * @returns Their mean.
 */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
