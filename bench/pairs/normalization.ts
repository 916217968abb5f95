import {
  momentsReference,
  type NormalizationInput,
  normalizeGradientReference,
  normalizeReference,
  runningReference,
  tfjsNormalize,
  tfjsNormalizeGradient,
  tfjsNormalizeWith,
  tfjsRunning,
} from "../../reference/mod.ts";
import {
  elementCount,
  normalize as normalizeOnGpu,
  normalizeGradient as normalizeGradientOnGpu,
  normalizeWith as normalizeWithOnGpu,
  type TensorShape,
  updateRunningStatistics,
} from "../../src/nn/mod.ts";
import { readBack, uploadTensor } from "./_convolutions.ts";
import { cube, nameOf, normals } from "./_layers.ts";
import type { Acceptance, Case, Pair } from "./pair.ts";

type Floats = Float32Array<ArrayBuffer>;

/** A layer with what it works on. */
export interface LayerInput extends NormalizationInput {
  readonly input: Floats;
  readonly shape: TensorShape;
  readonly gamma: Floats;
  readonly beta: Floats;
}

/** What is particular of a case. */
interface Particulars {
  readonly kind?: "batch" | "instance";
  readonly slope?: number;
  /** Of the input. */
  readonly mean?: number;
  readonly sd?: number;
}

const KERNELS = [
  "src/nn/ops/lanes.wgsl.ts",
  "src/nn/ops/normalize.wgsl.ts",
  "src/nn/total.wgsl.ts",
];

const EPSILON = 1e-3;

function layer(
  shape: TensorShape,
  stream: number,
  { kind = "batch", slope = 0, mean = 0.5, sd = 1 }: Particulars = {},
): LayerInput {
  const channels = shape[4];
  return {
    input: normals(elementCount(shape), 10 * stream, { mean, sd }),
    shape,
    gamma: normals(channels, 10 * stream + 1, { mean: 1, sd: 0.25 }),
    beta: normals(channels, 10 * stream + 2, { sd: 0.5 }),
    kind,
    epsilon: EPSILON,
    slope,
  };
}

const HEADLINES: readonly TensorShape[] = [cube(48, 8), cube(24, 16), cube(12, 32), cube(64, 8)];

const EDGES: readonly (readonly [name: string, shape: TensorShape, particulars?: Particulars])[] = [
  ["one voxel", [1, 1, 1, 1, 5]],
  ["two voxels, a channel", [1, 1, 1, 2, 1]],
  ["odd axes", [1, 5, 7, 9, 7], { slope: 0.01 }],
  ["batch of two", [2, 5, 3, 4, 7], { slope: 1 }],
  ["instances", [2, 6, 5, 7, 8], { kind: "instance", slope: 0.1 }],
  ["instances of odd length", [3, 3, 3, 3, 7], { kind: "instance" }],
  ["33 channels", [1, 3, 5, 6, 33]],
  ["300 channels", [2, 2, 3, 2, 300], { kind: "instance" }],
  ["one channel of many voxels", [1, 41, 43, 45, 1]],
  ["constant input", [1, 4, 5, 6, 8], { mean: 3.25, sd: 0 }],
  ["mean of 100 standard deviations", [1, 20, 21, 22, 8], { mean: 100 }],
];

/** Cases; `without` says what is not run on the large ones. */
function casesOf<I extends object>(
  make: (layer: LayerInput, stream: number) => I,
  without: NonNullable<Case["without"]> = {},
): Case<I>[] {
  const one = (shape: TensorShape, stream: number) => ({
    name: nameOf(shape),
    without,
    input: () => make(layer(shape, stream), stream),
  });
  return [
    ...HEADLINES.map((shape, i) => ({ ...one(shape, i), headline: true })),
    { ...one(cube(20, 8), 40), brief: true },
    ...EDGES.map(([name, shape, particulars], k) => ({
      name: `${name}: ${nameOf(shape)}`,
      edge: true,
      input: () => make(layer(shape, 50 + k, particulars), 50 + k),
    })),
  ];
}

/** The same with every output so far from zero that rounding cannot change its sign, and with it the derivative. */
function apartFromZero(layer: LayerInput): LayerInput {
  const input = layer.input.slice();
  for (;;) {
    const output = normalizeReference({ ...layer, input, slope: 1 });
    const near = [...output.keys()].filter((i) => Math.abs(output[i]!) < 1e-4);
    if (near.length === 0) return { ...layer, input };
    for (const i of near) input[i]! += 2e-3;
  }
}

const F32_STATISTICS: Acceptance = {
  class: "absolute",
  tolerance: 3e-5,
  reason:
    "values within 6 standard deviations; sums of 32 values in a row and pairwise from there put mean and deviation at most 40 * 2^-24 " +
    "off relative to the deviation, a mean of 100 is itself rounded by 2^-18",
};

/** Batch or instance normalization with leaky ReLU: the output, mean, 1 / sd and variance. */
export const normalize: Pair<LayerInput> = {
  name: "nn/normalize",
  kernels: KERNELS,
  cases: casesOf((layer) => layer),
  gpu: async (gpu, { shape, kind, epsilon, slope, ...host }) => {
    using input = uploadTensor(gpu, host.input, shape);
    using gamma = gpu.upload(host.gamma);
    using beta = gpu.upload(host.beta);
    using made = normalizeOnGpu(gpu, { input, gamma, beta, kind, epsilon, slope });
    return [
      await gpu.read(made.output.array, Float32Array),
      await gpu.read(made.statistics, Float32Array),
    ];
  },
  references: {
    typescript: (input) => {
      const moments = momentsReference(input);
      const inverse = moments.variance.map((v) => 1 / Math.sqrt(v + input.epsilon));
      return [normalizeReference(input, moments), moments.mean, inverse, moments.variance];
    },
    "tfjs-cpu": tfjsNormalize,
  },
  acceptance: F32_STATISTICS,
  work: ({ input }) => ({ bytes: 2 * input.byteLength, flops: 8 * input.length }),
};

/** Normalization by running statistics with leaky ReLU, as inference has it. */
export const normalizeWith: Pair<
  LayerInput & { readonly mean: Floats; readonly variance: Floats }
> = {
  name: "nn/normalize-with",
  kernels: KERNELS,
  cases: casesOf((layer, stream) => ({
    ...layer,
    mean: normals(layer.shape[4], 10 * stream + 3, { mean: layer.input[0]!, sd: 0.25 }),
    variance: normals(layer.shape[4], 10 * stream + 4, { mean: 1, sd: 0.1 }),
  })).filter(({ name }) => !name.startsWith("instances")),
  gpu: async (gpu, { shape, epsilon, slope, ...host }) => {
    using input = uploadTensor(gpu, host.input, shape);
    using gamma = gpu.upload(host.gamma);
    using beta = gpu.upload(host.beta);
    using mean = gpu.upload(host.mean);
    using variance = gpu.upload(host.variance);
    const running = { mean, variance };
    return await readBack(
      gpu,
      normalizeWithOnGpu(gpu, { input, gamma, beta, running, epsilon, slope }),
    );
  },
  references: {
    typescript: (input) => {
      const [mean, variance] = [Float64Array.from(input.mean), Float64Array.from(input.variance)];
      return normalizeReference({ ...input, kind: "batch" }, { mean, variance });
    },
    "tfjs-cpu": (input) => tfjsNormalizeWith(input, input),
  },
  acceptance: {
    class: "absolute",
    tolerance: 1e-5,
    reason: "values below 12, five roundings of 2^-24 relative to them",
  },
  work: ({ input }) => ({ bytes: 2 * input.byteLength, flops: 4 * input.length }),
};

/** Mean, 1 / sd and variance as `normalize` gives them. */
function statisticsOf(layer: LayerInput): Floats {
  const { mean, variance } = momentsReference(layer);
  const inverse = variance.map((v) => 1 / Math.sqrt(v + layer.epsilon));
  return new Float32Array([...mean, ...inverse, ...variance]);
}

/** The gradient through normalization and leaky ReLU as one: by the input, by gamma and by beta. */
export const normalizeGradient: Pair<
  LayerInput & { readonly gradient: Floats; readonly statistics: Floats }
> = {
  name: "nn/normalize-gradient",
  kernels: KERNELS,
  cases: casesOf((layer, stream) => {
    const apart = apartFromZero(layer);
    const gradient = normals(layer.input.length, 10 * stream + 5);
    return { ...apart, gradient, statistics: statisticsOf(apart) };
  }, { "tfjs-cpu": "it takes five seconds a call, a tensor for each operation" }),
  gpu: async (gpu, { shape, kind, slope, ...host }) => {
    using input = uploadTensor(gpu, host.input, shape);
    using gradient = uploadTensor(gpu, host.gradient, shape);
    using gamma = gpu.upload(host.gamma);
    using beta = gpu.upload(host.beta);
    using statistics = gpu.upload(host.statistics);
    using gradients = normalizeGradientOnGpu(gpu, {
      input,
      gradient,
      gamma,
      beta,
      statistics,
      kind,
      slope,
    });
    return [
      await gpu.read(gradients.input.array, Float32Array),
      await gpu.read(gradients.gamma, Float32Array),
      await gpu.read(gradients.beta, Float32Array),
    ];
  },
  references: {
    typescript: (input) => {
      const gradients = normalizeGradientReference(input, input.gradient);
      return [gradients.input, gradients.gamma, gradients.beta];
    },
    "tfjs-cpu": (input) => tfjsNormalizeGradient(input, input.gradient),
  },
  acceptance: {
    class: "absolute",
    tolerance: 1e-4,
    reason: "a gradient by a value is of size 1 / sd <= 32, from means as exact as those forward",
  },
  parts: ({ input, shape }) => [
    { name: "input", length: input.length },
    {
      name: "gamma and beta",
      length: 2 * shape[4],
      acceptance: {
        class: "absolute",
        tolerance: 5e-7 * input.length / shape[4] + 1e-5,
        reason: "sums of as many products of size 1 as a channel has values, each within 8 * 2^-24",
      },
    },
  ],
  work: ({ input }) => ({ bytes: 3 * input.byteLength, flops: 16 * input.length }),
};

/** A step of running mean and variance. */
export const runningStatistics: Pair<
  LayerInput & {
    readonly mean: Floats;
    readonly variance: Floats;
    readonly statistics: Floats;
    readonly momentum: number;
  }
> = {
  name: "nn/running-statistics",
  kernels: ["src/nn/ops/running_statistics.wgsl"],
  cases: casesOf((layer, stream) => ({
    ...layer,
    mean: normals(layer.shape[4], 10 * stream + 3, { sd: 0.5 }),
    variance: normals(layer.shape[4], 10 * stream + 4, { mean: 1, sd: 0.1 }),
    statistics: statisticsOf(layer),
    momentum: 0.1,
  })).filter(({ name }) => !name.startsWith("instances") && !name.startsWith("300")),
  gpu: async (gpu, { shape, momentum, ...host }) => {
    using mean = gpu.upload(host.mean);
    using variance = gpu.upload(host.variance);
    using statistics = gpu.upload(host.statistics);
    const count = host.input.length / shape[4];
    updateRunningStatistics(gpu, { running: { mean, variance }, statistics, count, momentum });
    return [await gpu.read(mean, Float32Array), await gpu.read(variance, Float32Array)];
  },
  references: {
    typescript: (input) => {
      const { mean, variance } = runningReference(input, momentsReference(input), {
        count: input.input.length / input.shape[4],
        momentum: input.momentum,
      });
      return [mean, variance];
    },
    "tfjs-cpu": (input) => tfjsRunning(input, input, input.momentum),
  },
  acceptance: {
    class: "absolute",
    tolerance: 3e-6,
    reason: "four roundings of 2^-24 relative to values up to 12",
  },
  work: ({ shape }) => ({ bytes: 4 * 6 * shape[4], flops: 7 * shape[4] }),
};
