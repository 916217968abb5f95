import type { Tensor, Tensor5D } from "@tensorflow/tfjs-core";
import { convolvedShape, type ReferenceConvolution } from "./nn_conv.ts";

/** tfjs, however it was loaded. */
export type Tfjs = typeof import("@tensorflow/tfjs-core");
/** Axes as tfjs wants them. */
export type Shape5 = [number, number, number, number, number];

/**
 * Does something with TensorFlow.js on its CPU backend, which is loaded with the first call. What backend was set before is set again behind
 * it, since tfjs keeps one for the whole process.
 *
 * @param run What to do; whatever it makes is its own to dispose of.
 * @returns What it gives.
 */
export async function withTfjs<T>(run: (tf: Tfjs) => Promise<T> | T): Promise<T> {
  const tf = await import("@tensorflow/tfjs-core");
  await import("@tensorflow/tfjs-backend-cpu");
  // It would greet on every start.
  tf.env().set("PROD", true);
  const before = tf.getBackend();
  await tf.setBackend("cpu");
  try {
    return await run(tf);
  } finally {
    if (before && before !== "cpu") await tf.setBackend(before);
  }
}

/**
 * The same with the gradients of TensorFlow.js's operations, which the first call registers.
 *
 * @param run What to do; whatever it makes is its own to dispose of.
 * @returns What it gives.
 */
export async function withTfjsGradients<T>(run: (tf: Tfjs) => Promise<T> | T): Promise<T> {
  // For its side effect alone: tfjs-core keeps them out of its bundle.
  await import("@tensorflow/tfjs-layers");
  return await withTfjs(run);
}

/**
 * Computes a tensor with TensorFlow.js; see {@linkcode withTfjs}.
 *
 * @param run Computes a tensor; whatever else it makes is disposed of.
 * @returns The tensor's elements.
 */
export async function onTfjs<T extends Float32Array | Int32Array = Float32Array>(
  run: (tf: Tfjs) => Tensor,
): Promise<T> {
  return await withTfjs((tf) => {
    const result = tf.tidy(() => run(tf));
    const values = result.dataSync() as T;
    result.dispose();
    return values;
  });
}

/** Inputs of a convolution and its gradients; see {@linkcode ReferenceConvolution}. */
export interface TfjsConvolution extends ReferenceConvolution {
  readonly input?: Float32Array;
  readonly weights?: Float32Array;
  readonly bias?: Float32Array;
  readonly gradient?: Float32Array;
}

/**
 * Convolution by tfjs, which knows padding "same" and "valid" alone: the input is padded before.
 *
 * @param options Input, weights, bias and shapes.
 * @returns [batch, z, y, x, channel].
 */
export async function tfjsConvolve(
  options: TfjsConvolution & { readonly input: Float32Array; readonly weights: Float32Array },
): Promise<Float32Array> {
  const { input, weights, bias, inputShape, stride } = options;
  return await onTfjs((tf) => {
    const convolved = tf.conv3d(
      tf.pad(tf.tensor5d(input, inputShape as Shape5), paddings(options)),
      tf.tensor5d(weights, weightShape(options)),
      [stride, stride, stride],
      "valid",
    );
    return bias ? tf.add(convolved, tf.tensor1d(bias)) : convolved;
  });
}

/**
 * Gradient of a convolution by its input, by tfjs; a transposed convolution is this with a bias for each input channel.
 *
 * @param options The output's gradient, weights, bias and shapes.
 * @returns Elements of `inputShape`.
 */
export async function tfjsInputGradient(
  options: TfjsConvolution & { readonly gradient: Float32Array; readonly weights: Float32Array },
): Promise<Float32Array> {
  const { gradient, weights, bias, inputShape } = options;
  const zeros = paddings(options);
  return await onTfjs((tf) => {
    const padded = tf.engine().runKernel<Tensor5D>("Conv3DBackpropInputV2", {
      dy: tf.tensor5d(gradient, convolvedShape(options) as Shape5),
      filter: tf.tensor5d(weights, weightShape(options)),
    }, {
      ...kernelOptions(options),
      inputShape: inputShape.map((n, axis) => n + 2 * zeros[axis]![0]),
    });
    const back = tf.slice(padded, zeros.map(([before]) => before), inputShape as Shape5);
    return bias ? tf.add(back, tf.tensor1d(bias)) : back;
  });
}

/**
 * Gradient of a convolution by its weights, by tfjs.
 *
 * @param options Input, the output's gradient and shapes.
 * @returns [kz, ky, kx, input channel, output channel].
 */
export async function tfjsFilterGradient(
  options: TfjsConvolution & { readonly input: Float32Array; readonly gradient: Float32Array },
): Promise<Float32Array> {
  const { input, gradient, inputShape } = options;
  return await onTfjs((tf) =>
    tf.engine().runKernel("Conv3DBackpropFilterV2", {
      x: tf.pad(tf.tensor5d(input, inputShape as Shape5), paddings(options)),
      dy: tf.tensor5d(gradient, convolvedShape(options) as Shape5),
    }, { ...kernelOptions(options), filterShape: weightShape(options) })
  );
}

/**
 * The sum of two arrays, by tfjs.
 *
 * @param a One.
 * @param b The other, as long.
 * @returns Their sum.
 */
export async function tfjsAdd(a: Float32Array, b: Float32Array): Promise<Float32Array> {
  return await onTfjs((tf) => tf.add(tf.tensor1d(a), tf.tensor1d(b)));
}

/**
 * Sums over all voxels of all images, by tfjs.
 *
 * @param values Channel fastest.
 * @param channels How many.
 * @returns One sum for each channel.
 */
export async function tfjsChannelSums(
  values: Float32Array,
  channels: number,
): Promise<Float32Array> {
  return await onTfjs((tf) => tf.sum(tf.tensor2d(values, [values.length / channels, channels]), 0));
}

/** What tfjs's gradient kernels want. */
function kernelOptions({ stride }: ReferenceConvolution) {
  return { strides: [stride, stride, stride], pad: "valid" };
}

/** Zeros before and after each axis. */
function paddings({ size }: ReferenceConvolution): [number, number][] {
  return [1, ...size, 1].map((k) => Math.floor((k - 1) / 2)).map((p) => [p, p]);
}

function weightShape({ inputShape, size, channels }: ReferenceConvolution): Shape5 {
  return [...size, inputShape[4]!, channels] as Shape5;
}
