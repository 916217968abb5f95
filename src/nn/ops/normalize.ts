import {
  checkIterations,
  defineKernel,
  filled,
  type Gpu,
  type GpuArray,
  memo,
  uniforms,
} from "../../gpu/mod.ts";
import { allocateTensor, type GpuTensor, type Precision } from "../tensor.ts";
import {
  checkEpsilon,
  checkLayer,
  mergeIterations,
  summingLanes,
  writingLanes,
} from "./_normalization.ts";
import { checkFloats } from "./convolution.ts";
import { lanesGroups, lanesUniform, type NormalizationKind } from "./lanes.wgsl.ts";
import { applyWgsl, mergeMomentsWgsl, momentsWgsl } from "./normalize.wgsl.ts";
import type { RunningMoments } from "./running_statistics.ts";

/** What {@linkcode normalize} takes. */
export interface NormalizeOptions<P extends Precision = "f32"> {
  /** The activation. */
  readonly input: GpuTensor<P>;
  /** Factor of each channel. */
  readonly gamma: GpuArray;
  /** Shift of each channel. */
  readonly beta: GpuArray;
  /** Whether mean and variance are those of the batch or of each image. */
  readonly kind: NormalizationKind;
  /** Added to the variance. */
  readonly epsilon: number;
  /** Of the leaky ReLU: 0 for ReLU, 1 for none. */
  readonly slope: number;
}

/** What {@linkcode normalize} gives; disposing of it frees both. */
export interface Normalized<P extends Precision = "f32"> extends Disposable {
  /** The activation, of the input's shape. */
  readonly output: GpuTensor<P>;
  /**
   * Mean, 1 / sqrt(variance + epsilon) and biased variance, [3][groups][channels]; one group for a batch, one an image for instances.
   */
  readonly statistics: GpuArray;
}

/**
 * Records batch or instance normalization and the leaky ReLU behind it in one: z = f(gamma (x - mean) / sqrt(variance + epsilon) + beta),
 * f(y) = y for y > 0, slope y otherwise. Ioffe and Szegedy 2015, algorithm 1; Ulyanov et al. 2016 for instances. The variance is biased.
 *
 * Sums are taken in two stages in a fixed order, so that results are the same on every run.
 *
 * @param gpu Where the input is.
 * @param options The input and the layer.
 * @returns Output and statistics, for {@linkcode normalizeGradient} and {@linkcode updateRunningStatistics}.
 * @throws {TypeError} If gamma or beta do not hold one float for each channel.
 * @throws {RangeError} If epsilon is not positive or the slope not finite.
 */
export function normalize<P extends Precision>(
  gpu: Gpu,
  { input, gamma, beta, kind, epsilon, slope }: NormalizeOptions<P>,
): Normalized<P> {
  checkLayer({ input, gamma, beta, slope });
  checkEpsilon(epsilon);
  const walk = writingLanes(input.shape, kind);
  const { groups, channels, width, lanes } = walk;
  using held = new DisposableStack();
  const statistics = held.use(gpu.allocate(4 * 3 * groups * channels, "statistics"));
  const { precision } = input;
  const output = held.use(allocateTensor(gpu, input.shape, "normalized activation", precision));
  measure(gpu, input, { kind, epsilon, statistics });
  gpu.dispatch(byStatistics(channels, width, lanes, precision), {
    p: lanesUniform(walk, { slope }),
    x: input.array,
    gamma,
    beta,
    statistics,
    z: output.array,
  }, lanesGroups(gpu, walk));
  const owned = held.move();
  return { output, statistics, [Symbol.dispose]: () => owned.dispose() };
}

/** What {@linkcode normalizeWith} takes. */
export interface NormalizeWithOptions<P extends Precision = "f32">
  extends Omit<NormalizeOptions<P>, "kind"> {
  /** Mean and biased or unbiased variance of each channel. */
  readonly running: RunningMoments;
}

/**
 * Records normalization by running statistics and the leaky ReLU behind it, as inference uses it.
 *
 * @param gpu Where the input is.
 * @param options The input and the layer.
 * @returns The activation, of the input's shape.
 * @throws {TypeError} If an array does not fit the channels.
 * @throws {RangeError} If epsilon is not positive or the slope not finite.
 */
export function normalizeWith<P extends Precision>(
  gpu: Gpu,
  { input, gamma, beta, running, epsilon, slope }: NormalizeWithOptions<P>,
): GpuTensor<P> {
  checkLayer({ input, gamma, beta, slope });
  checkEpsilon(epsilon);
  const walk = writingLanes(input.shape, "batch");
  const { channels, width, lanes } = walk;
  checkFloats("a running mean", running.mean, channels);
  checkFloats("a running variance", running.variance, channels);
  const { shape, precision } = input;
  return filled(allocateTensor(gpu, shape, "normalized activation", precision), (output) => {
    gpu.dispatch(byRunning(channels, width, lanes, precision), {
      p: lanesUniform(walk, { slope, epsilon }),
      x: input.array,
      gamma,
      beta,
      mean: running.mean,
      variance: running.variance,
      z: output.array,
    }, lanesGroups(gpu, walk));
  });
}

const moments = memo((channels: number, width: 1 | 4, lanes: number, precision: Precision) =>
  defineKernel({
    label: "nn/normalize moments",
    code: momentsWgsl({ channels, width, lanes, precision }),
    bindings: { p: "uniform", x: "read", partial: "write" },
  })
);

const merge = memo((channels: number) =>
  defineKernel({
    label: "nn/normalize merge",
    code: mergeMomentsWgsl(channels),
    bindings: { p: "uniform", partial: "read", statistics: "write" },
  })
);

const byStatistics = memo((channels: number, width: 1 | 4, lanes: number, precision: Precision) =>
  defineKernel({
    label: "nn/normalize",
    code: applyWgsl({ channels, width, lanes, precision }, "statistics"),
    bindings: {
      p: "uniform",
      x: "read",
      gamma: "read",
      beta: "read",
      statistics: "read",
      z: "write",
    },
  })
);

const byRunning = memo((channels: number, width: 1 | 4, lanes: number, precision: Precision) =>
  defineKernel({
    label: "nn/normalize-with",
    code: applyWgsl({ channels, width, lanes, precision }, "running"),
    bindings: {
      p: "uniform",
      x: "read",
      gamma: "read",
      beta: "read",
      mean: "read",
      variance: "read",
      z: "write",
    },
  })
);

/** Records the statistics of each channel and group. */
function measure(
  gpu: Gpu,
  input: GpuTensor<Precision>,
  { kind, epsilon, statistics }: Pick<NormalizeOptions, "kind" | "epsilon"> & {
    readonly statistics: GpuArray;
  },
): void {
  const walk = summingLanes(input.shape, kind);
  const { channels, width, lanes, groups, perGroup, rows } = walk;
  const entries = perGroup * width;
  using partial = gpu.allocate(4 * 3 * groups * entries, "partial moments");
  gpu.dispatch(moments(channels, width, lanes, input.precision), {
    p: lanesUniform(walk),
    x: input.array,
    partial,
  }, lanesGroups(gpu, walk));
  checkIterations("nn/normalize merge", 2 * mergeIterations(walk) + 14);
  gpu.dispatch(merge(channels), {
    p: uniforms({ u32: [entries, groups * entries] }, { f32: [rows, epsilon] }),
    partial,
    statistics,
  }, [channels, groups]);
}
