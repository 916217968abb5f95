import type { Tensor, Tensor5D } from "@tensorflow/tfjs-core";
import type { Moments, NormalizationInput, Shape } from "./nn_normalization.ts";
import { onTfjs, type Shape5, type Tfjs, withTfjs, withTfjsGradients } from "./tfjs.ts";

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
  return await withTfjs((tf) =>
    tf.tidy(() => {
      const { output, mean, inverse, variance } = normalized(tf, layer, ...tensorsOf(tf, layer));
      return [output, mean, inverse, variance].map((part) => part.dataSync<"float32">());
    })
  );
}

/**
 * The gradient of {@linkcode tfjsNormalize}'s output by tfjs's automatic differentiation, moments included.
 *
 * @param layer The layer.
 * @param gradient Of a loss by the output.
 * @returns Of the loss by the input, gamma and beta.
 */
export async function tfjsNormalizeGradient(
  layer: Layer,
  gradient: Float32Array,
): Promise<Float32Array[]> {
  return await withTfjsGradients((tf) =>
    tf.tidy(() => {
      const backward = tf.grads((x, gamma, beta) =>
        normalized(tf, layer, x!, gamma!, beta!).output
      );
      const dy = tf.tensor5d(gradient, layer.shape as unknown as Shape5);
      return backward(tensorsOf(tf, layer), dy).map((part) => part.dataSync<"float32">());
    })
  );
}

type LayerTensors = [x: Tensor, gamma: Tensor, beta: Tensor];

function tensorsOf(tf: Tfjs, { input, shape, gamma, beta }: Layer): LayerTensors {
  const x = tf.tensor5d(input, shape as unknown as Shape5);
  return [x, tf.tensor1d(gamma), tf.tensor1d(beta)];
}

function normalized(
  tf: Tfjs,
  { kind, epsilon, slope }: Layer,
  ...[x, gamma, beta]: LayerTensors
) {
  const { mean, variance } = tf.moments(x, kind === "batch" ? [0, 1, 2, 3] : [1, 2, 3], true);
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const y = tf.add(tf.mul(tf.sub(x, mean), tf.mul(inverse, gamma)), beta);
  return { output: tf.leakyRelu(y, slope), mean, inverse, variance };
}

/**
 * Running moments after a step, by tfjs.
 *
 * @param layer The layer; its moments are the batch's.
 * @param running Before the step.
 * @param momentum Share of the batch's, the variance unbiased.
 * @returns Mean and variance.
 */
export async function tfjsRunning(
  { input, shape }: Layer,
  running: { readonly [K in keyof Moments]: Float32Array },
  momentum: number,
): Promise<Float32Array[]> {
  const count = input.length / shape[4];
  return await withTfjs((tf) =>
    tf.tidy(() => {
      const { mean, variance } = tf.moments(tf.tensor2d(input, [count, shape[4]]), 0);
      const unbiased = tf.mul(variance, count / Math.max(1, count - 1));
      const moved = (before: Float32Array, to: Tensor) => {
        const old = tf.tensor1d(before);
        return tf.add(old, tf.mul(tf.sub(to, old), momentum)).dataSync<"float32">();
      };
      return [moved(running.mean, mean), moved(running.variance, unbiased)];
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
 * Upsampling to twice as many voxels along each axis, by tfjs's matrix products: it has no such operation of three axes.
 *
 * @param values [batch, z, y, x, channel].
 * @param shape Its axes.
 * @param mode How, see `upsample3d`.
 * @returns The output.
 */
export async function tfjsUpsample(
  values: Float32Array,
  shape: Shape,
  mode: "nearest" | "trilinear",
): Promise<Float32Array> {
  return await onTfjs((tf) => upsampled(tf, tf.tensor5d(values, shape as unknown as Shape5), mode));
}

/**
 * Its gradient, by tfjs's automatic differentiation.
 *
 * @param gradient Of a loss by the output.
 * @param shape Axes of the input.
 * @param mode How.
 * @returns Of the loss by the input.
 */
export async function tfjsUpsampleGradient(
  gradient: Float32Array,
  [batch, nz, ny, nx, channels]: Shape,
  mode: "nearest" | "trilinear",
): Promise<Float32Array> {
  return await withTfjsGradients((tf) =>
    tf.tidy(() => {
      const backward = tf.grad((x) => upsampled(tf, x, mode));
      const dy = tf.tensor5d(gradient, [batch, 2 * nz, 2 * ny, 2 * nx, channels]);
      return backward(tf.zeros([batch, nz, ny, nx, channels]), dy).dataSync<"float32">();
    })
  );
}

/** Axis after axis: brought to the front, multiplied by the matrix of its interpolation, and put behind z, y and x, so that all come round. */
function upsampled(tf: Tfjs, x: Tensor, mode: "nearest" | "trilinear"): Tensor {
  return [0, 1, 2].reduce((at) => {
    const turned = tf.transpose(at, [1, 0, 2, 3, 4]);
    const [n, ...others] = turned.shape;
    const rows = tf.tensor2d(interpolation(n!, mode));
    const doubled = tf.matMul(rows, tf.reshape(turned, [n!, -1]));
    return tf.transpose(tf.reshape(doubled, [2 * n!, ...others]), [1, 2, 3, 0, 4]);
  }, x);
}

/** The share of each of n voxels in each of 2 n: voxel o's middle lies at (o + 1/2) / 2 - 1/2, beyond the ends they stay the same. */
function interpolation(n: number, mode: "nearest" | "trilinear"): number[][] {
  return Array.from({ length: 2 * n }, (_, o) => {
    const place = Math.min(Math.max((o + 0.5) / 2 - 0.5, 0), n - 1);
    const at = mode === "nearest" ? Math.floor(o / 2) : place;
    return Array.from({ length: n }, (_, i) => Math.max(0, 1 - Math.abs(at - i)));
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
 * The gradient of the softmax by logits, by the one that tfjs has registered for it.
 *
 * @param probabilities By voxel and channel.
 * @param gradient Of a loss by them.
 * @param channels How many.
 * @returns Of the loss by the logits.
 */
export async function tfjsSoftmaxGradient(
  probabilities: Float32Array,
  gradient: Float32Array,
  channels: number,
): Promise<Float32Array> {
  return await withTfjsGradients((tf) =>
    tf.tidy(() => {
      const rows: [number, number] = [gradient.length / channels, channels];
      const { gradFunc } = tf.getGradient(tf.Softmax);
      const y = tf.tensor2d(probabilities, rows);
      const backward = gradFunc(tf.tensor2d(gradient, rows), [y], { dim: 1 });
      return backward["logits"]!().dataSync<"float32">();
    })
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
