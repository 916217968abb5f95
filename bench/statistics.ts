import { bootstrapInterval, type RandomStream } from "../src/random/mod.ts";
import { studentQuantile } from "./student.ts";

/** A figure with the 95 % interval that the samples leave open. */
export interface Estimate {
  readonly value: number;
  readonly ci95: readonly [low: number, high: number];
}

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
  return { value, ci95: bootstrapInterval(() => resampled()) };
}

/**
 * The ratio of two medians with its percentile bootstrap interval. Whole rounds are resampled, so that a drift that both sides share does
 * not widen it.
 *
 * @param above Samples whose median is divided, in the order taken, one a round.
 * @param below Samples of the same rounds whose median divides it, all above 0.
 * @param random Drives the resampling.
 * @returns Ratio and interval.
 * @throws {RangeError} If the counts differ or are 0, or `below` has a sample that is not above 0.
 */
export function ratioInterval(
  above: readonly number[],
  below: readonly number[],
  random: RandomStream,
): Estimate {
  checkRounds(above, below);
  const resampled = roundResampler([above, below], random);
  return {
    value: median(above) / median(below),
    ci95: bootstrapInterval(() => {
      const [top, bottom] = resampled();
      return top! / bottom!;
    }),
  };
}

/**
 * The mean of a few observations that follow a normal law, with its interval by Student's t.
 *
 * @param values At least two numbers.
 * @returns Mean and interval.
 * @throws {RangeError} If there are fewer.
 */
export function meanInterval(values: readonly number[]): Estimate {
  const dof = values.length - 1;
  const value = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, other) => sum + (other - value) ** 2, 0);
  const half = studentQuantile(0.975, dof) * Math.sqrt(squares / dof / values.length);
  return { value, ci95: [value - half, value + half] };
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

function checkRounds(above: readonly number[], below: readonly number[]): void {
  if (above.length !== below.length || above.length === 0) {
    throw new RangeError(
      `Cannot compare samples round by round: there are ${above.length} and ${below.length}`,
    );
  }
  const refused = below.find((sample) => !(sample > 0));
  if (refused !== undefined) {
    throw new RangeError(`Cannot take a ratio of medians: a divisor is ${refused}, not above 0`);
  }
}

function resampler(samples: readonly number[], random: RandomStream): () => number {
  const resampled = roundResampler([samples], random);
  return () => resampled()[0]!;
}

/**
 * Medians of rounds drawn with replacement, one per side, the same rounds for all. Draws are counted in the order of each side's values,
 * which costs less than to sort them.
 */
function roundResampler(sides: readonly (readonly number[])[], random: RandomStream) {
  const n = sides[0]!.length;
  const half = n >> 1;
  const counts = new Uint32Array(n);
  const orders = sides.map((values) =>
    Uint32Array.from(values, (_, round) => round).sort((a, b) => values[a]! - values[b]!)
  );
  const atRank = (side: number, rank: number) => {
    let seen = 0;
    for (const round of orders[side]!) {
      seen += counts[round]!;
      if (seen > rank) return sides[side]![round]!;
    }
    return NaN;
  };
  return (): number[] => {
    counts.fill(0);
    for (let i = 0; i < n; i++) counts[random.integer(n)]!++;
    return sides.map((_, side) =>
      n % 2 === 1 ? atRank(side, half) : (atRank(side, half - 1) + atRank(side, half)) / 2
    );
  };
}
