import {
  channelSums as channelSumsOnGpu,
  conv3d as conv3dOnGpu,
  conv3dFilterGradient,
  conv3dInputGradient,
  convTranspose3d as convTranspose3dOnGpu,
  elementCount,
  type TensorShape,
} from "../../src/nn/mod.ts";
import {
  convolve,
  convolveFilterGradient,
  convolveInputGradient,
  sumChannels,
  tfjsChannelSums,
  tfjsConvolve,
  tfjsFilterGradient,
  tfjsInputGradient,
} from "../../reference/mod.ts";
import { RandomStream } from "../../src/random/mod.ts";
import {
  convolutionCases,
  F32_SUMS,
  multiplyAdds,
  numbers,
  outputShape,
  randomWeights,
  readBack,
  type Shapes,
  termsOf,
  transposedNameOf,
  uploadTensor,
} from "./_convolutions.ts";
import type { Pair } from "./pair.ts";

type Floats = Float32Array<ArrayBuffer>;

/** A convolution with its bias. */
export interface ConvolutionInput extends Shapes {
  readonly input: Floats;
  readonly weights: Floats;
  readonly bias: Floats;
}

/** Convolution. */
export const conv3d: Pair<ConvolutionInput> = {
  name: "nn/conv3d",
  kernels: [
    "src/nn/ops/correlate.wgsl.ts",
    "src/nn/ops/pack_weights.wgsl.ts",
    "src/nn/ops/winograd.wgsl.ts",
    "src/nn/ops/winograd_transforms.wgsl.ts",
  ],
  cases: convolutionCases((shapes, random) => ({
    ...shapes,
    input: numbers(random, elementCount(shapes.inputShape), 1),
    weights: randomWeights(random, shapes, termsOf(shapes)),
    bias: numbers(random, shapes.channels, 1),
  })),
  gpu: async (gpu, { inputShape, ...options }) => {
    using input = uploadTensor(gpu, options.input, inputShape);
    using weights = gpu.upload(options.weights);
    using bias = gpu.upload(options.bias);
    return await readBack(gpu, conv3dOnGpu(gpu, { ...options, input, weights, bias }));
  },
  references: {
    typescript: (c) => Float32Array.from(convolve(c.input, c.weights, c, c.bias)),
    "tfjs-cpu": tfjsConvolve,
  },
  acceptance: F32_SUMS,
  work: (c) => ({
    bytes: c.input.byteLength + c.weights.byteLength + 4 * elementCount(outputShape(c)),
    flops: 2 * multiplyAdds(c),
  }),
};

/** A convolution's gradient by its input. */
export interface InputGradientInput extends Shapes {
  readonly gradient: Floats;
  readonly weights: Floats;
}

/** Gradient of a convolution by its input. */
export const conv3dInput: Pair<InputGradientInput> = {
  name: "nn/conv3d-input-gradient",
  kernels: [
    "src/nn/ops/correlate.wgsl.ts",
    "src/nn/ops/pack_weights.wgsl.ts",
    "src/nn/ops/winograd.wgsl.ts",
    "src/nn/ops/winograd_transforms.wgsl.ts",
  ],
  cases: convolutionCases((shapes, random) => ({
    ...shapes,
    gradient: numbers(random, elementCount(outputShape(shapes)), 1),
    weights: randomWeights(random, shapes, elementCount(shapes.size) * shapes.channels),
  })),
  gpu: async (gpu, { inputShape, ...options }) => {
    using gradient = uploadTensor(gpu, options.gradient, outputShape({ ...options, inputShape }));
    using weights = gpu.upload(options.weights);
    return await readBack(
      gpu,
      conv3dInputGradient(gpu, { ...options, gradient, weights, inputShape }),
    );
  },
  references: {
    typescript: (c) => Float32Array.from(convolveInputGradient(c.gradient, c.weights, c)),
    "tfjs-cpu": tfjsInputGradient,
  },
  acceptance: F32_SUMS,
  work: (c) => ({
    bytes: c.gradient.byteLength + c.weights.byteLength + 4 * elementCount(c.inputShape),
    flops: 2 * multiplyAdds(c),
  }),
};

/** A convolution's gradient by its weights. */
export interface FilterGradientInput extends Shapes {
  readonly input: Floats;
  readonly gradient: Floats;
}

/** Gradient of a convolution by its weights. */
export const conv3dFilter: Pair<FilterGradientInput> = {
  name: "nn/conv3d-filter-gradient",
  kernels: ["src/nn/ops/filter_gradient.wgsl.ts", "src/nn/ops/column_sums.wgsl.ts"],
  cases: convolutionCases((shapes, random) => {
    const output = outputShape(shapes);
    // Sums of as many products as the output has voxels, of the inputs' size.
    const reach = Math.sqrt(3 * shapes.channels / elementCount(output));
    return {
      ...shapes,
      input: numbers(random, elementCount(shapes.inputShape), 1),
      gradient: numbers(random, elementCount(output), reach),
    };
  }),
  gpu: async (gpu, { inputShape, ...options }) => {
    using input = uploadTensor(gpu, options.input, inputShape);
    using gradient = uploadTensor(gpu, options.gradient, outputShape({ ...options, inputShape }));
    return await readBack(gpu, conv3dFilterGradient(gpu, { ...options, input, gradient }));
  },
  references: {
    typescript: (c) => Float32Array.from(convolveFilterGradient(c.input, c.gradient, c)),
    "tfjs-cpu": tfjsFilterGradient,
  },
  acceptance: {
    ...F32_SUMS,
    reason:
      "sums of at most 262,144 products in chains of at most 3,072, with partial sums below 4: roundings of at most " +
      "2^-23, as errors of random sign sqrt(3072 / 3) * 2^-23 = 4e-6, taken five times",
  },
  work: (c) => ({
    bytes: c.input.byteLength + c.gradient.byteLength + 4 * termsOf(c) * c.channels,
    flops: 2 * multiplyAdds(c),
  }),
};

/** Values with channels. */
export interface ChannelSumsInput {
  readonly values: Floats;
  readonly shape: TensorShape;
}

const SUMMED: readonly [TensorShape, "headline" | "edge"][] = [
  [[1, 48, 48, 48, 8], "headline"],
  [[1, 64, 64, 64, 8], "edge"],
  [[1, 1, 1, 1, 1], "edge"],
  [[1, 1, 5, 13, 1], "edge"],
  [[2, 5, 9, 11, 7], "edge"],
];

/** Sums over voxels: the gradient by a bias. */
export const channelSums: Pair<ChannelSumsInput> = {
  name: "nn/channel-sums",
  kernels: ["src/nn/ops/column_sums.wgsl.ts"],
  cases: SUMMED.map(([shape, kind], i) => ({
    name: `${shape[4]} channels, ${shape[3]} x ${shape[2]} x ${shape[1]}, batch ${shape[0]}`,
    [kind]: true,
    input: () => {
      const count = elementCount(shape);
      const reach = Math.sqrt(3 * shape[4] / count);
      return { shape, values: numbers(new RandomStream({ seed: 42, stream: i }), count, reach) };
    },
  })),
  gpu: async (gpu, { values, shape }) => {
    using tensor = uploadTensor(gpu, values, shape);
    return await readBack(gpu, channelSumsOnGpu(gpu, tensor));
  },
  references: {
    typescript: ({ values, shape }) => Float32Array.from(sumChannels(values, shape[4])),
    "tfjs-cpu": ({ values, shape }) => tfjsChannelSums(values, shape[4]),
  },
  acceptance: {
    ...F32_SUMS,
    reason:
      "sums of at most 262,144 numbers in chains of at most 512, with partial sums below 4: roundings of at most 2^-23, " +
      "as errors of random sign sqrt(1024 / 3) * 2^-23 = 2e-6, taken nearly ten times",
  },
  work: ({ values, shape }) => ({
    bytes: values.byteLength + 4 * shape[4],
    flops: values.length,
  }),
};

/** A transposed convolution: `inputShape` and `channels` are those of the convolution whose input gradient it is. */
export interface TransposedInput extends Shapes {
  readonly input: Floats;
  readonly weights: Floats;
  readonly bias: Floats;
}

/** Twice as many voxels along each axis: shapes of the convolution from the output to the input. */
function doubling(
  [batch, nz, ny, nx, cin]: TensorShape,
  size: Shapes["size"],
  channels: number,
): Shapes {
  const inputShape = [batch, 2 * nz, 2 * ny, 2 * nx, channels] as const;
  return { inputShape, size, stride: 2, channels: cin };
}

/** Transposed convolution. */
export const convTranspose3d: Pair<TransposedInput> = {
  name: "nn/conv-transpose3d",
  kernels: ["src/nn/ops/correlate.wgsl.ts", "src/nn/ops/pack_weights.wgsl.ts"],
  cases: convolutionCases(
    (shapes, random) => ({
      ...shapes,
      input: numbers(random, elementCount(outputShape(shapes)), 1),
      weights: randomWeights(random, shapes, elementCount(shapes.size) * shapes.channels),
      bias: numbers(random, shapes.inputShape[4], 1),
    }),
    [
      doubling([1, 24, 24, 24, 16], [3, 3, 3], 8),
      doubling([1, 24, 24, 24, 16], [2, 2, 2], 8),
      doubling([1, 12, 12, 12, 32], [2, 2, 2], 16),
    ],
    [
      doubling([1, 1, 1, 1, 1], [3, 3, 3], 1),
      doubling([1, 1, 1, 1, 1], [2, 2, 2], 1),
      doubling([2, 3, 4, 5, 6], [3, 3, 3], 4),
      doubling([2, 3, 4, 5, 6], [2, 2, 2], 7),
      doubling([1, 5, 4, 3, 3], [2, 3, 2], 5),
    ],
    transposedNameOf,
  ),
  gpu: async (gpu, c) => {
    using input = uploadTensor(gpu, c.input, outputShape(c));
    using weights = gpu.upload(c.weights);
    using bias = gpu.upload(c.bias);
    const { size, inputShape: { 4: channels } } = c;
    return await readBack(
      gpu,
      convTranspose3dOnGpu(gpu, { input, weights, bias, size, channels }),
    );
  },
  references: {
    typescript: (c) => Float32Array.from(convolveInputGradient(c.input, c.weights, c, c.bias)),
    "tfjs-cpu": ({ input: gradient, ...c }) => tfjsInputGradient({ ...c, gradient }),
  },
  acceptance: F32_SUMS,
  work: (c) => ({
    bytes: c.input.byteLength + c.weights.byteLength + 4 * elementCount(c.inputShape),
    flops: 2 * multiplyAdds(c),
  }),
};
