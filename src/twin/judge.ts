import type { TwinVerdict } from "../report/twin_schema.ts";

/**
 * How far a training in 32-bit numbers may be from the same training in f64. Two trainings in f32 that add in different orders part, and
 * what parts them grows from step to step, so no fixed bound holds along a curve. The measure is therefore PyTorch itself against PyTorch in
 * f64 on the same batches: in f32, with the axes of all volumes turned three ways (the same training, other orders of its sums), and in f64
 * from weights that are off by a rounding error.
 *
 * The f32 runs alone were the measure at first, and too few: where a maximum of a pool or a sign before a ReLU is as good as a tie, one
 * rounding in a few takes the other branch and the losses part at once, tenfold. IOU with Adam has such a tie at step 5. Of PyTorch's six
 * orders of axes none or two fell the other way from one run of the program to the next; of eight nudged runs in f64 six did. With the better
 * measure the factor was halved, from 8.
 */
export const RULE = {
  /**
   * Ours may be this many times as far from f64 as PyTorch's farthest. WGSL allows a division 2.5 units in the last place, an inverse root
   * 2, exp 3 + 2 |x|, where PyTorch's are within 1; and a few runs do not show PyTorch's worst.
   */
  factor: 4,
  /** And this much more, relative to losses above 1, absolute below: 16 units in the last place of a loss of 1, for steps where PyTorch happens to be exact. */
  floor: 1e-6,
  /** The nudged runs' weights are each off by at most this share: 2^-20, what a sum of some 250 products in f32 loses (2^-24 times its root). */
  nudge: 2 ** -20,
  /**
   * Gradients are taken of so many batches, and of each parameter the median one counts. Where an activation is within a rounding of 0, the
   * slope of its ReLU is 0 or 1 by luck: one voxel among 10^5 then moved the gradients before it by a hundredth, in one batch of many.
   */
  batches: 3,
  /** Once PyTorch's own runs are this far from f64, the rest of a curve decides nothing. */
  decisive: 0.01,
} as const;

/** A curve of ours beside PyTorch's. */
export interface CurveVerdict {
  /** Our largest distance from f64 over the steps that are judged. */
  readonly deviation: number;
  /** That of PyTorch's farthest run. */
  readonly yardstick: number;
  /** The largest share of the tolerance that ours took; above 1 it differs. */
  readonly share: number;
  /** The step of that share, from 1. */
  readonly worstStep: number;
  /** Steps that are judged: those before PyTorch's own runs part. */
  readonly judged: number;
  /** Undecided if not all steps could be judged and none differs. */
  readonly verdict: TwinVerdict;
}

/**
 * Judges a loss curve by {@linkcode RULE}: at each step the tolerance is `factor` times the farthest that a run of PyTorch has been up to
 * then, plus `floor`.
 *
 * @param ours Loss of each step.
 * @param exact PyTorch's in f64.
 * @param others PyTorch's in f32 and its nudged ones.
 * @returns The verdict.
 * @throws {RangeError} If the curves have different lengths, or no step.
 */
export function judgeCurve(
  ours: readonly number[],
  exact: readonly number[],
  others: readonly (readonly number[])[],
): CurveVerdict {
  if (exact.length === 0 || [ours, ...others].some(({ length }) => length !== exact.length)) {
    throw new RangeError(
      `Cannot compare loss curves of ${[ours, exact, ...others].map(({ length }) => length)} steps`,
    );
  }
  let [deviation, yardstick, share, worstStep, judged] = [0, 0, 0, 1, 0];
  for (const [i, loss] of exact.entries()) {
    const farthest = Math.max(yardstick, ...others.map((curve) => Math.abs(curve[i]! - loss)));
    // What is not a number is no yardstick either.
    if (!(farthest <= RULE.decisive)) break;
    yardstick = farthest;
    judged++;
    const distance = Math.abs(ours[i]! - loss);
    const found = distance /
      (RULE.factor * yardstick + RULE.floor * Math.max(1, Math.abs(loss)));
    if (Number.isNaN(found)) {
      return {
        deviation: NaN,
        yardstick,
        share: Infinity,
        worstStep: i + 1,
        judged,
        verdict: "differs",
      };
    }
    deviation = Math.max(deviation, distance);
    if (found > share) [share, worstStep] = [found, i + 1];
  }
  const verdict = share > 1 ? "differs" : judged < exact.length ? "undecided" : "agrees";
  return { deviation, yardstick, share, worstStep, judged, verdict };
}

/** A gradient of ours beside PyTorch's; distances are Euclidean, relative to f64's length. */
export interface GradientVerdict {
  /** The parameter whose gradient takes the largest share of its tolerance. */
  readonly parameter: string;
  readonly deviation: number;
  readonly yardstick: number;
  /** Share of the tolerance; above 1 it differs. */
  readonly share: number;
  readonly verdict: TwinVerdict;
}

/** Gradients by parameter. */
export type Gradients = ReadonlyMap<string, ArrayLike<number>>;

/** The gradients of one batch. */
export interface BatchGradients {
  readonly ours: Gradients;
  /** PyTorch's in f64. */
  readonly exact: Gradients;
  /** PyTorch's in f32, one an order of sums, in the axes of the others. */
  readonly turned: readonly Gradients[];
}

/**
 * Judges the gradients of one step by {@linkcode RULE}, each parameter's as one vector, by the median of the batches.
 *
 * @param batches At least one, all of the same parameters.
 * @returns The verdict of the worst parameter.
 * @throws {RangeError} If there is no batch, or ours has not the parameters of PyTorch's.
 */
export function judgeGradients(batches: readonly BatchGradients[]): GradientVerdict {
  const [first] = batches;
  if (!first) throw new RangeError("Cannot compare gradients: there is no batch");
  const all = [...first.exact.keys()].map((parameter) => {
    const verdicts = batches.map((batch) => judgeParameter(parameter, batch));
    verdicts.sort((a, b) => a.share < b.share ? -1 : 1);
    return verdicts[Math.floor(verdicts.length / 2)]!;
  });
  return all.reduce((worst, next) => next.share > worst.share ? next : worst);
}

function judgeParameter(
  parameter: string,
  { ours, exact, turned }: BatchGradients,
): GradientVerdict {
  const values = exact.get(parameter)!;
  const length = distance(values, new Float64Array(values.length));
  // A channel that is dead has a gradient of zeros, and must have it everywhere.
  const off = (gradients: Gradients) => over(distance(gradients.get(parameter), values), length);
  const deviation = off(ours);
  const yardstick = Math.max(...turned.map(off));
  const found = deviation / (RULE.factor * yardstick + RULE.floor);
  // What is not a number is the farthest off.
  const share = Number.isNaN(found) ? Infinity : found;
  return { parameter, deviation, yardstick, share, verdict: share <= 1 ? "agrees" : "differs" };
}

function distance(found: ArrayLike<number> | undefined, expected: ArrayLike<number>): number {
  if (found?.length !== expected.length) {
    throw new RangeError(
      `Cannot compare ${found?.length} elements of a gradient with ${expected.length}`,
    );
  }
  return Math.sqrt(
    Array.from(expected).reduce((sum, value, i) => sum + (found[i]! - value) ** 2, 0),
  );
}

function over(part: number, whole: number): number {
  return part === 0 ? 0 : part / whole;
}
