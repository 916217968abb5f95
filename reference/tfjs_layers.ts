import type { Tensor5D } from "@tensorflow/tfjs-core";
import type { Moments, NormalizationInput, Shape } from "./nn_normalization.ts";
import { onTfjs, type Shape5, withTfjs } from "./tfjs.ts";

/** A layer with typed arrays, as tfjs wants them. */
type Layer = NormalizationInput & {
  readonly input: Float32Array;
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
};

/**
 * Normalization and leaky ReLU by tfjs's `moments`, arithmetic and `leakyRelu`.
 *
 * @param layer The layer.
 * @returns The output, mean, 1 / sd and variance.
 */
export async function tfjsNormalize(layer: Layer): Promise<Float32Array[]> {
  const { input, shape, gamma, beta, kind, epsilon, slope } = layer;
  return await withTfjs((tf) =>
    tf.tidy(() => {
      const x = tf.tensor5d(input, shape as unknown as Shape5);
      const axes = kind === "batch" ? [0, 1, 2, 3] : [1, 2, 3];
      const { mean, variance } = tf.moments(x, axes, true);
      const inverse = tf.rsqrt(tf.add(variance, epsilon));
      const scale = tf.mul(inverse, tf.tensor1d(gamma));
      const y = tf.add(tf.mul(tf.sub(x, mean), scale), tf.tensor1d(beta));
      return [tf.leakyRelu(y, slope), mean, inverse, variance]
        .map((part) => part.dataSync<"float32">());
    })
  );
}

/**
 * Normalization by given moments and leaky ReLU, by tfjs's `batchNorm` and `leakyRelu`.
 *
 * @param layer The layer.
 * @param moments What to normalize by.
 * @returns The output.
 */
export async function tfjsNormalizeWith(
  { input, shape, gamma, beta, epsilon, slope }: Layer,
  { mean, variance }: { readonly [K in keyof Moments]: Float32Array },
): Promise<Float32Array> {
  return await onTfjs((tf) => {
    const x = tf.tensor2d(input, [input.length / shape[4], shape[4]]);
    const [m, v, b, g] = [mean, variance, beta, gamma].map((values) => tf.tensor1d(values));
    return tf.leakyRelu(tf.batchNorm(x, m!, v!, b!, g!, epsilon), slope);
  });
}

const STRIDE = 2;

/** Voxels by which a window begins before the first. */
function paddingOf(size: 2 | 3): number {
  return size === 3 ? 1 : 0;
}

/**
 * Max-pooling with stride 2 by tfjs.
 *
 * @param input [batch, z, y, x, channel].
 * @param shape Its axes.
 * @param size Edge of a window; those of 3 begin one voxel before the first.
 * @returns The output.
 */
export async function tfjsMaxPool(
  input: Float32Array,
  shape: Shape,
  size: 2 | 3,
): Promise<Float32Array> {
  return await onTfjs((tf) =>
    tf.maxPool3d(
      tf.tensor5d(input, shape as unknown as Shape5),
      size,
      STRIDE,
      paddingOf(size),
      "floor",
    )
  );
}

/**
 * Its gradient by tfjs, which gives it to the last of equal maxima.
 *
 * @param input [batch, z, y, x, channel].
 * @param shape Its axes.
 * @param size Edge of a window.
 * @param gradient Of the loss by the output.
 * @returns Of the loss by the input.
 */
export async function tfjsMaxPoolGradient(
  input: Float32Array,
  shape: Shape,
  size: 2 | 3,
  gradient: Float32Array,
): Promise<Float32Array> {
  return await onTfjs((tf) => {
    const x = tf.tensor5d(input, shape as unknown as Shape5);
    const output = tf.maxPool3d(x, size, STRIDE, paddingOf(size), "floor");
    const dy = tf.tensor5d(gradient, output.shape);
    return tf.engine().runKernel<Tensor5D>(
      "MaxPool3DGrad",
      { dy, input: x, output },
      { filterSize: size, strides: STRIDE, pad: paddingOf(size), dimRoundingMode: "floor" },
    );
  });
}

/**
 * The channels of two activations behind each other, by tfjs.
 *
 * @param a Values by voxel and channel.
 * @param b The same of other channels.
 * @param voxels How many voxels.
 * @returns All channels of a voxel, then those of the next.
 */
export async function tfjsConcat(
  a: Float32Array,
  b: Float32Array,
  voxels: number,
): Promise<Float32Array> {
  return await onTfjs((tf) =>
    tf.concat([a, b].map((part) => tf.tensor2d(part, [voxels, part.length / voxels])), 1)
  );
}

/**
 * Some channels of an activation, by tfjs.
 *
 * @param values [batch, z, y, x, channel].
 * @param shape Its axes.
 * @param from The first channel to take.
 * @param count How many to take.
 * @returns Values by voxel and channel taken.
 */
export async function tfjsSlice(
  values: Float32Array,
  shape: Shape,
  from: number,
  count: number,
): Promise<Float32Array> {
  return await onTfjs((tf) =>
    tf.slice(
      tf.tensor5d(values, shape as unknown as Shape5),
      [0, 0, 0, 0, from],
      [shape[0], shape[1], shape[2], shape[3], count],
    )
  );
}

/**
 * The softmax over channels, by tfjs.
 *
 * @param logits By voxel and channel.
 * @param channels How many.
 * @returns Probabilities.
 */
export async function tfjsSoftmax(logits: Float32Array, channels: number): Promise<Float32Array> {
  return await onTfjs((tf) =>
    tf.softmax(tf.tensor2d(logits, [logits.length / channels, channels]))
  );
}

/**
 * The channel with the largest value, the first of equal ones, by tfjs.
 *
 * @param values By voxel and channel.
 * @param channels How many.
 * @returns A whole number a voxel.
 */
export async function tfjsArgmax(values: Float32Array, channels: number): Promise<Int32Array> {
  return await onTfjs((tf) =>
    tf.argMax(tf.tensor2d(values, [values.length / channels, channels]), 1)
  );
}
