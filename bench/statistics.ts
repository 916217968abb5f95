import type { RandomStream } from "../src/random/mod.ts";

/** A figure with the 95 % interval that the samples leave open. */
export interface Estimate {
  readonly value: number;
  readonly ci95: readonly [low: number, high: number];
}

/** One less than a round number, so that the 2.5 % and 97.5 % points fall on whole ranks: 250 and 9750. */
const RESAMPLES = 9_999;

/**
 * The middle of some numbers: of an even count, the mean of the two in the middle.
 *
 * @param samples At least one number, in any order.
 * @returns Their median.
 * @throws {RangeError} If there are none.
 */
export function median(samples: readonly number[]): number {
  if (samples.length === 0) throw new RangeError("Cannot take a median: there are no samples");
  return middle(Float64Array.from(samples).sort());
}

/**
 * The median with its percentile bootstrap interval (Efron 1979). It holds the true median in 93.7, 96.1, 95.1 and 94.8 % of
 * repetitions for 5, 9, 17 and 27 samples; for counts between, as few as 87 % (7 samples): the sampler stops at those four.
 *
 * @param samples At least one number.
 * @param random Drives the resampling.
 * @returns Median and interval.
 * @throws {RangeError} If there are no samples.
 */
export function medianInterval(samples: readonly number[], random: RandomStream): Estimate {
  const value = median(samples);
  const resampled = resampler(samples, random);
  return { value, ci95: percentiles(() => resampled()) };
}

/**
 * The ratio of two medians with its percentile bootstrap interval, both sides resampled on their own.
 *
 * @param above Samples whose median is divided.
 * @param below Samples whose median divides it, all above 0.
 * @param random Drives the resampling.
 * @returns Ratio and interval.
 * @throws {RangeError} If a side has no samples, or `below` one that is not above 0.
 */
export function ratioInterval(
  above: readonly number[],
  below: readonly number[],
  random: RandomStream,
): Estimate {
  const refused = below.find((sample) => !(sample > 0));
  if (refused !== undefined) {
    throw new RangeError(`Cannot take a ratio of medians: a divisor is ${refused}, not above 0`);
  }
  const value = median(above) / median(below);
  const [top, bottom] = [resampler(above, random), resampler(below, random)];
  return { value, ci95: percentiles(() => top() / bottom()) };
}

/**
 * How many samples lie more than 1.5 interquartile ranges outside the quartiles (Tukey 1977). They are counted, never dropped.
 *
 * @param samples Any numbers.
 * @returns The count. Quartiles are interpolated linearly between ranks (type 7 of Hyndman and Fan 1996).
 */
export function outlierCount(samples: readonly number[]): number {
  const sorted = Float64Array.from(samples).sort();
  const [low, high] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
  const fence = 1.5 * (high - low);
  return samples.filter((sample) => sample < low - fence || sample > high + fence).length;
}

function quantile(sorted: Float64Array, share: number): number {
  const rank = share * (sorted.length - 1);
  const below = Math.floor(rank);
  const value = sorted[below]!;
  return value + (rank - below) * ((sorted[below + 1] ?? value) - value);
}

function middle(sorted: Float64Array): number {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Medians of samples drawn with replacement; indices of sorted samples are sorted by counting, which costs less than a sort. */
function resampler(samples: readonly number[], random: RandomStream): () => number {
  const sorted = Float64Array.from(samples).sort();
  const n = sorted.length;
  const counts = new Uint32Array(n);
  const atRank = (rank: number) => {
    let seen = 0;
    for (let i = 0; i < n; i++) {
      seen += counts[i]!;
      if (seen > rank) return sorted[i]!;
    }
    return sorted[n - 1]!;
  };
  return () => {
    counts.fill(0);
    for (let i = 0; i < n; i++) counts[random.integer(n)]!++;
    const half = n >> 1;
    return n % 2 === 1 ? atRank(half) : (atRank(half - 1) + atRank(half)) / 2;
  };
}

function percentiles(draw: () => number): [low: number, high: number] {
  const values = new Float64Array(RESAMPLES);
  for (let i = 0; i < RESAMPLES; i++) values[i] = draw();
  values.sort();
  return [values[249]!, values[9749]!];
}
