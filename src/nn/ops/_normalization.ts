import type { GpuArray } from "../../gpu/mod.ts";
import type { GpuTensor, Precision, TensorShape } from "../tensor.ts";
import { TOTAL_WORKGROUP } from "../total.wgsl.ts";
import { checkFloats } from "./convolution.ts";
import { type Lanes, lanesOf, type NormalizationKind } from "./lanes.wgsl.ts";

/** Partial sums of a channel at most, about: more, and merging them would take longer than summing. */
const MOST_PARTIALS = 16_384;

/**
 * How invocations walk that sum. Of few items each takes few, so that many can work; of many 64, and more where there would be too many
 * sums to merge.
 */
export function summingLanes(shape: TensorShape, kind: NormalizationKind): Lanes {
  const { items, rows } = lanesOf(shape, kind, 1);
  const steps = Math.min(64, Math.max(16, Math.ceil(items / 4096)));
  return lanesOf(shape, kind, Math.max(steps, Math.ceil(rows / MOST_PARTIALS)));
}

/** How invocations walk that write what they read. */
export function writingLanes(shape: TensorShape, kind: NormalizationKind): Lanes {
  const { items } = lanesOf(shape, kind, 1);
  return lanesOf(shape, kind, Math.min(16, Math.max(8, Math.ceil(items / 8192))));
}

/** Iterations of one invocation's loop over the partial sums of a channel and group, its end included. */
export function mergeIterations({ perGroup, width, channels }: Lanes): number {
  return Math.ceil(perGroup * width / channels / TOTAL_WORKGROUP) + 1;
}

/** Refuses a layer whose parts do not fit. */
export function checkLayer(
  { input, gamma, beta, slope }: {
    readonly input: GpuTensor<Precision>;
    readonly gamma: GpuArray;
    readonly beta: GpuArray;
    readonly slope: number;
  },
): void {
  const channels = input.shape[4];
  checkFloats("gamma", gamma, channels);
  checkFloats("beta", beta, channels);
  if (!Number.isFinite(slope)) {
    throw new RangeError(`Cannot normalize: the slope must be finite, found ${slope}`);
  }
}

/** Refuses what would divide by zero. */
export function checkEpsilon(epsilon: number): void {
  if (epsilon > 0 && Number.isFinite(epsilon)) return;
  throw new RangeError(`Cannot normalize: epsilon must be positive, found ${epsilon}`);
}
