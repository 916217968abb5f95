import type { GpuArray } from "../../gpu/mod.ts";
import type { GpuTensor, Precision, TensorShape } from "../tensor.ts";
import { checkFloats } from "./convolution.ts";
import { type Lanes, lanesOf, type NormalizationKind } from "./lanes.wgsl.ts";
import { MERGE_WORKGROUP } from "./normalize.wgsl.ts";

/** Items an invocation sums at least. */
const SUMMED = 32;
/** Partial sums of a channel at most, about: more, and merging them would take longer than summing. */
const MOST_PARTIALS = 16_384;
/** Items an invocation writes. */
const WRITTEN = 8;

/** How invocations walk that sum. */
export function summingLanes(shape: TensorShape, kind: NormalizationKind): Lanes {
  const { rows } = lanesOf(shape, kind, 1);
  return lanesOf(shape, kind, Math.max(SUMMED, Math.ceil(rows / MOST_PARTIALS)));
}

/** How invocations walk that write what they read. */
export function writingLanes(shape: TensorShape, kind: NormalizationKind): Lanes {
  return lanesOf(shape, kind, WRITTEN);
}

/** Iterations of one invocation's loop over the partial sums of a channel and group, its end included. */
export function mergeIterations({ perGroup, width, channels }: Lanes): number {
  return Math.ceil(perGroup * width / channels / MERGE_WORKGROUP) + 1;
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
