import { defineKernel, type Gpu, type GpuArray, uniforms } from "../../gpu/mod.ts";
import { checkFloats } from "./convolution.ts";
import updateWgsl from "./running_statistics.wgsl" with { type: "text" };

/** Mean and variance of each channel that a layer keeps for inference. */
export interface RunningMoments {
  /** [channels]. */
  readonly mean: GpuArray;
  /** [channels]. */
  readonly variance: GpuArray;
}

/** What {@linkcode updateRunningStatistics} takes. */
export interface RunningStatisticsOptions {
  /** Changed in place. */
  readonly running: RunningMoments;
  /** Of `normalize` with `kind: "batch"`. */
  readonly statistics: GpuArray;
  /** Values of a channel that the statistics were taken from: batch nz ny nx. */
  readonly count: number;
  /** Share of the new value: PyTorch's `momentum` (0.1), one minus TensorFlow's. */
  readonly momentum: number;
}

const kernel = defineKernel({
  label: "nn/running-statistics",
  code: updateWgsl,
  bindings: { p: "uniform", statistics: "read", mean: "write", variance: "write" },
});

/**
 * Records running += momentum (batch's - running). As in PyTorch the batch's variance is made unbiased first, by count / (count - 1); with
 * a count of 1, which PyTorch refuses, it is 0.
 *
 * @param gpu Where the arrays are.
 * @param options The arrays and the momentum.
 * @throws {TypeError} If the arrays are of different channels.
 * @throws {RangeError} If the momentum is not in [0, 1].
 */
export function updateRunningStatistics(
  gpu: Gpu,
  { running: { mean, variance }, statistics, count, momentum }: RunningStatisticsOptions,
): void {
  const channels = mean.byteLength / 4;
  checkFloats("a running variance", variance, channels);
  checkFloats("a batch's statistics", statistics, 3 * channels);
  if (!(momentum >= 0 && momentum <= 1)) {
    throw new RangeError(
      `Cannot update running statistics: the momentum must be in [0, 1], found ${momentum}`,
    );
  }
  gpu.dispatch(kernel, {
    p: uniforms({ u32: [channels] }, { f32: [momentum, count / Math.max(1, count - 1)] }),
    statistics,
    mean,
    variance,
  }, gpu.workgroups(channels, 64));
}
