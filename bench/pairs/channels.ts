import {
  argmaxReference,
  concatReference,
  sliceReference,
  softmaxGradientReference,
  softmaxReference,
  tfjsArgmax,
  tfjsConcat,
  tfjsSlice,
  tfjsSoftmax,
  tfjsSoftmaxGradient,
} from "../../reference/mod.ts";
import {
  argmaxChannels,
  concatChannels,
  elementCount,
  sliceChannels,
  softmax as softmaxOnGpu,
  softmaxGradient as softmaxGradientOnGpu,
  type TensorShape,
} from "../../src/nn/mod.ts";
import { readBack, uploadTensor } from "./_convolutions.ts";
import { cube, nameOf, normals } from "./_layers.ts";
import type { Case, Pair } from "./pair.ts";

type Floats = Float32Array<ArrayBuffer>;

/** Cases by shape: a headline, then edges. */
function casesOf<K extends readonly [TensorShape, ...unknown[]], I extends object>(
  [headline, ...edges]: readonly [K, ...K[]],
  name: (...key: K) => string,
  make: (stream: number, ...key: K) => I,
): Case<I>[] {
  const [{ 4: channels }, ...others] = headline;
  const brief = [cube(20, channels), ...others] as unknown as K;
  return [
    { name: name(...headline), headline: true, input: () => make(3000, ...headline) },
    { name: name(...brief), brief: true, input: () => make(3005, ...brief) },
    ...edges.map((key, i) => ({
      name: name(...key),
      edge: true,
      input: () => make(3010 + 10 * i, ...key),
    })),
  ];
}

const MOVED = { class: "exact", reason: "Floats are moved, not changed" } as const;

/** Two activations. */
export interface ConcatInput {
  readonly a: Floats;
  readonly b: Floats;
  readonly shape: TensorShape;
  /** Channels of `b`. */
  readonly second: number;
}

/** Putting channels together. */
export const concat: Pair<ConcatInput> = {
  name: "nn/concat-channels",
  kernels: ["src/nn/ops/copy_channels.wgsl.ts"],
  cases: casesOf(
    [
      [cube(48, 8), 8],
      [[1, 1, 1, 1, 1], 1],
      [[2, 3, 4, 5, 7], 8],
      [[1, 5, 3, 7, 4], 33],
    ] as [[TensorShape, number], ...[TensorShape, number][]],
    (shape, second) => `${nameOf(shape)}, and ${second}`,
    (stream, shape, second) => ({
      a: normals(elementCount(shape), stream),
      b: normals(elementCount(shape) / shape[4] * second, stream + 1),
      shape,
      second,
    }),
  ),
  gpu: async (gpu, { shape, second, ...host }) => {
    const [batch, nz, ny, nx] = shape;
    using a = uploadTensor(gpu, host.a, shape);
    using b = uploadTensor(gpu, host.b, [batch, nz, ny, nx, second]);
    return await readBack(gpu, concatChannels(gpu, a, b));
  },
  references: {
    typescript: ({ a, b, shape, second }) =>
      concatReference([{ values: a, channels: shape[4] }, { values: b, channels: second }]),
    "tfjs-cpu": ({ a, b, shape }) => tfjsConcat(a, b, a.length / shape[4]),
  },
  acceptance: MOVED,
  work: ({ a, b }) => ({ bytes: 2 * (a.byteLength + b.byteLength), flops: 0 }),
};

/** Some channels of an activation. */
export interface SliceInput {
  readonly values: Floats;
  readonly shape: TensorShape;
  readonly from: number;
  readonly count: number;
}

/** Taking channels. */
export const slice: Pair<SliceInput> = {
  name: "nn/slice-channels",
  kernels: ["src/nn/ops/copy_channels.wgsl.ts"],
  cases: casesOf(
    [
      [cube(48, 16), 8, 8],
      [[1, 1, 1, 1, 1], 0, 1],
      [[2, 3, 4, 5, 7], 1, 5],
      [[1, 5, 3, 7, 33], 32, 1],
      [[1, 5, 3, 7, 12], 4, 4],
    ] as [[TensorShape, number, number], ...[TensorShape, number, number][]],
    (shape, from, count) => `${count} from ${from} of ${nameOf(shape)}`,
    (stream, shape, from, count) => ({
      values: normals(elementCount(shape), stream),
      shape,
      from,
      count,
    }),
  ),
  gpu: async (gpu, { values, shape, from, count }) => {
    using tensor = uploadTensor(gpu, values, shape);
    return await readBack(gpu, sliceChannels(gpu, tensor, from, count));
  },
  references: {
    typescript: ({ values, shape, from, count }) => sliceReference(values, shape[4], from, count),
    "tfjs-cpu": ({ values, shape, from, count }) => tfjsSlice(values, shape, from, count),
  },
  acceptance: MOVED,
  work: ({ values, shape, count }) => ({
    bytes: 2 * values.byteLength * count / shape[4],
    flops: 0,
  }),
};

/** Values by voxel and channel. */
export interface ChannelsInput {
  readonly values: Floats;
  readonly shape: TensorShape;
}

const SOFT: [[TensorShape, number], ...[TensorShape, number][]] = [
  [cube(48, 7), 3],
  [[1, 1, 1, 1, 1], 1],
  [[2, 3, 4, 5, 7], 30],
  [[1, 3, 5, 7, 8], 1],
  [[2, 3, 2, 4, 16], 3],
  [[1, 5, 3, 7, 33], 3],
  [[1, 2, 2, 3, 255], 3],
];

const softName = (shape: TensorShape, sd: number) => `${nameOf(shape)}, logits of size ${sd}`;

/** Softmax over channels. */
export const softmax: Pair<ChannelsInput> = {
  name: "nn/softmax",
  kernels: ["src/nn/ops/softmax.wgsl.ts", "src/nn/ops/voxels.wgsl.ts"],
  cases: casesOf(SOFT, softName, (stream, shape, sd) => ({
    values: normals(elementCount(shape), stream, { sd }),
    shape,
  })),
  gpu: async (gpu, { values, shape }) => {
    using logits = uploadTensor(gpu, values, shape);
    return await readBack(gpu, softmaxOnGpu(gpu, logits));
  },
  references: {
    typescript: ({ values, shape }) => softmaxReference(values, shape[4]),
    "tfjs-cpu": ({ values, shape }) => tfjsSoftmax(values, shape[4]),
  },
  acceptance: {
    class: "absolute",
    tolerance: 2e-6,
    reason:
      "WGSL's exp(x) is within 3 + 2 |x| units of the last place, for x <= 0 at most 3e-7; a probability is a ratio of them",
  },
  work: ({ values }) => ({ bytes: 2 * values.byteLength, flops: 5 * values.length }),
};

/** The gradient of the softmax. */
export const softmaxGradient: Pair<ChannelsInput & { readonly gradient: Floats }> = {
  name: "nn/softmax-gradient",
  kernels: ["src/nn/ops/softmax.wgsl.ts", "src/nn/ops/voxels.wgsl.ts"],
  cases: casesOf(SOFT, softName, (stream, shape, sd) => ({
    values: Float32Array.from(
      softmaxReference(normals(elementCount(shape), stream, { sd }), shape[4]),
    ),
    gradient: normals(elementCount(shape), stream + 1),
    shape,
  })),
  gpu: async (gpu, { values, shape, ...host }) => {
    using probabilities = uploadTensor(gpu, values, shape);
    using gradient = uploadTensor(gpu, host.gradient, shape);
    return await readBack(gpu, softmaxGradientOnGpu(gpu, { probabilities, gradient }));
  },
  references: {
    typescript: ({ values, gradient, shape }) =>
      softmaxGradientReference(values, gradient, shape[4]),
    "tfjs-cpu": ({ values, gradient, shape }) => tfjsSoftmaxGradient(values, gradient, shape[4]),
  },
  acceptance: {
    class: "absolute",
    tolerance: 4e-6,
    reason:
      "gradients below 6 by probabilities that sum to 1 in up to 255 terms of random sign, so partial sums below 6 with " +
      "roundings of 2^-22, a few of which add up; probabilities that do not sum to 1 exactly make 6 * 2^-23 more",
  },
  work: ({ values }) => ({ bytes: 3 * values.byteLength, flops: 4 * values.length }),
};

/** Labels of the largest channel. */
export const argmax: Pair<ChannelsInput> = {
  name: "nn/argmax-channels",
  kernels: ["src/nn/ops/argmax_channels.wgsl.ts", "src/nn/ops/voxels.wgsl.ts"],
  cases: casesOf(
    [
      [cube(48, 7)],
      [[1, 1, 1, 1, 1]],
      [[2, 3, 3, 5, 7]],
      [[3, 1, 1, 2, 8]],
      [[2, 3, 2, 2, 16]],
      [[1, 5, 3, 7, 255]],
    ] as [[TensorShape], ...[TensorShape][]],
    nameOf,
    (stream, shape) => ({ values: normals(elementCount(shape), stream, { step: 0.5 }), shape }),
  ),
  gpu: async (gpu, { values, shape }) => {
    using tensor = uploadTensor(gpu, values, shape);
    using labels = argmaxChannels(gpu, tensor);
    return await gpu.read(labels, Uint8Array);
  },
  references: {
    typescript: ({ values, shape }) => argmaxReference(values, shape),
    "tfjs-cpu": async ({ values, shape }) => {
      const [batch, nz, ny, nx, channels] = shape;
      const voxels = nz * ny * nx;
      const labels = await tfjsArgmax(values, channels);
      // Images begin on whole words.
      const padded = new Uint8Array(batch * 4 * Math.ceil(voxels / 4));
      labels.forEach((label, i) =>
        padded[i + Math.floor(i / voxels) * (padded.length / batch - voxels)] = label
      );
      return padded;
    },
  },
  acceptance: { class: "exact", reason: "Comparisons of equal floats have one answer" },
  work: ({ values, shape }) => ({
    bytes: values.byteLength + values.length / shape[4],
    flops: values.length,
  }),
};
