import {
  checkIterations,
  defineKernel,
  type Gpu,
  type GpuArray,
  memo,
  uniforms,
} from "../../gpu/mod.ts";
import { allocateTensor, type GpuTensor } from "../tensor.ts";
import { checkLayer, mergeIterations, summingLanes, writingLanes } from "./_normalization.ts";
import { checkFloats, checkShape } from "./convolution.ts";
import { lanesGroups, lanesUniform, type NormalizationKind } from "./lanes.wgsl.ts";
import { gradientSumsWgsl, gradientWgsl, mergeGradientWgsl } from "./normalize.wgsl.ts";

/** What {@linkcode normalizeGradient} takes. */
export interface NormalizeGradientOptions {
  /** The layer's input. */
  readonly input: GpuTensor;
  /** Of the loss by the layer's output. */
  readonly gradient: GpuTensor;
  /** Factor of each channel. */
  readonly gamma: GpuArray;
  /** Shift of each channel. */
  readonly beta: GpuArray;
  /** Of `normalize`, which took the same input. */
  readonly statistics: GpuArray;
  /** As given to `normalize`. */
  readonly kind: NormalizationKind;
  /** As given to `normalize`. */
  readonly slope: number;
}

/** Gradients of the loss by what `normalize` took; disposing of it frees all three. */
export interface NormalizeGradients extends Disposable {
  /** By the input. */
  readonly input: GpuTensor;
  /** By gamma, [channels]. */
  readonly gamma: GpuArray;
  /** By beta, [channels]. */
  readonly beta: GpuArray;
}

const sums = memo((channels: number, width: 1 | 4, lanes: number) =>
  defineKernel({
    label: "nn/normalize-gradient sums",
    code: gradientSumsWgsl({ channels, width, lanes }),
    bindings: {
      p: "uniform",
      x: "read",
      gradient: "read",
      gamma: "read",
      beta: "read",
      statistics: "read",
      partial: "write",
    },
  })
);

const merge = memo((channels: number, groups: number) =>
  defineKernel({
    label: "nn/normalize-gradient merge",
    code: mergeGradientWgsl(channels, groups),
    bindings: { p: "uniform", partial: "read", means: "write", dgamma: "write", dbeta: "write" },
  })
);

const written = memo((channels: number, width: 1 | 4, lanes: number) =>
  defineKernel({
    label: "nn/normalize-gradient",
    code: gradientWgsl({ channels, width, lanes }),
    bindings: {
      p: "uniform",
      x: "read",
      gradient: "read",
      gamma: "read",
      beta: "read",
      statistics: "read",
      means: "read",
      dx: "write",
    },
  })
);

/**
 * Records the gradient through normalization and leaky ReLU in one. With u = (x - mean) / sd and dy = f'(gamma u + beta) dz, N values a
 * channel and group: dbeta = sum dy, dgamma = sum dy u, dx = gamma / sd (dy - sum(dy) / N - u sum(dy u) / N); Ioffe and Szegedy 2015,
 * section 3. The derivative at y = 0 is the slope, as in PyTorch.
 *
 * @param gpu Where the input is.
 * @param options The layer, what it took and the gradient of what it gave.
 * @returns The gradients.
 * @throws {TypeError} If shapes differ, or an array does not fit the channels.
 * @throws {RangeError} If the slope is not finite.
 */
export function normalizeGradient(
  gpu: Gpu,
  { input, gradient, gamma, beta, statistics, kind, slope }: NormalizeGradientOptions,
): NormalizeGradients {
  checkLayer({ input, gamma, beta, slope });
  checkShape("the gradient of a normalization", gradient.shape, input.shape);
  const summing = summingLanes(input.shape, kind);
  const { channels, groups, width, lanes, perGroup, rows } = summing;
  checkFloats("statistics", statistics, 3 * groups * channels);
  checkIterations("nn/normalize-gradient merge", groups * (mergeIterations(summing) + 15));
  using held = new DisposableStack();
  const dx = held.use(allocateTensor(gpu, input.shape, "gradient of a normalization's input"));
  const dgamma = held.use(gpu.allocate(4 * channels, "gradient of gamma"));
  const dbeta = held.use(gpu.allocate(4 * channels, "gradient of beta"));
  const entries = perGroup * width;
  using partial = gpu.allocate(4 * 2 * groups * entries, "partial sums");
  using means = gpu.allocate(4 * 2 * groups * channels, "means of gradients");
  const layer = { x: input.array, gradient: gradient.array, gamma, beta, statistics };
  gpu.dispatch(
    sums(channels, width, lanes),
    { p: lanesUniform(summing, { slope }), ...layer, partial },
    lanesGroups(gpu, summing),
  );
  gpu.dispatch(merge(channels, groups), {
    p: uniforms({ u32: [entries, groups * entries] }, { f32: [rows] }),
    partial,
    means,
    dgamma,
    dbeta,
  }, [channels]);
  const writing = writingLanes(input.shape, kind);
  gpu.dispatch(
    written(channels, width, writing.lanes),
    { p: lanesUniform(writing, { slope }), ...layer, means, dx: dx.array },
    lanesGroups(gpu, writing),
  );
  const owned = held.move();
  return { input: dx, gamma: dgamma, beta: dbeta, [Symbol.dispose]: () => owned.dispose() };
}
