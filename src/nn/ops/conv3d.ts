import { filled, type Gpu, type GpuArray } from "../../gpu/mod.ts";
import { allocateTensor, type GpuTensor, type Precision, type TensorShape } from "../tensor.ts";
import { forwardPass, gradientPasses } from "./_correlation.ts";
import {
  checkFloats,
  checkShape,
  convolution,
  type FilterSize,
  type Stride,
  weightCount,
} from "./convolution.ts";
import { correlate } from "./correlate.ts";
import { filterGradient } from "./filter_gradient.ts";

/** Size and stride of a filter. */
export interface FilterOptions {
  /** Voxels of the filter along z, y, x: 1, 2 or 3 each. */
  readonly size: FilterSize;
  /** Voxels between neighbouring outputs. */
  readonly stride: Stride;
}

/** What {@linkcode conv3d} takes. */
export interface Conv3dOptions<P extends Precision = "f32", Q extends Precision = P>
  extends FilterOptions {
  /** [batch, z, y, x, channel]. */
  readonly input: GpuTensor<P>;
  /** Further input channels behind those of `input`: both are convolved as if they were put together. */
  readonly beside?: GpuTensor<P> | undefined;
  /** [kz, ky, kx, input channel, output channel]. */
  readonly weights: GpuArray;
  /** How weights are stored, an odd number of halves padded to a whole word; 32-bit floats by default. */
  readonly weightPrecision?: Precision | undefined;
  /** One 32-bit float for each output channel; none by default. */
  readonly bias?: GpuArray | undefined;
  /** Output channels. */
  readonly channels: number;
  /** Of the leaky ReLU behind it: 0 for ReLU, 1 for none, the default. */
  readonly slope?: number | undefined;
  /** How the output is stored; as the input by default. */
  readonly precision?: Q | undefined;
}

/**
 * Records a convolution (without flipping the filter, as networks do), zeros outside, padding floor((size - 1) / 2) on both sides.
 *
 * @param gpu Where.
 * @param options Input, weights and shape.
 * @returns The output, floor((n + 2 padding - size) / stride) + 1 voxels along each axis.
 * @throws {RangeError} If size, stride or channels are none, or nothing comes out.
 * @throws {TypeError} If weights or bias hold another number of floats than the shapes need, or inputs have other voxels.
 */
export function conv3d<P extends Precision, Q extends Precision = P>(
  gpu: Gpu,
  options: Conv3dOptions<P, Q>,
): GpuTensor<Q> {
  const { input, beside, weights, weightPrecision = "f32", bias, slope = 1 } = options;
  const precision = options.precision ?? input.precision as Precision as Q;
  const [batch, nz, ny, nx, own] = input.shape;
  const voxels = [batch, nz, ny, nx] as const;
  const shapes = convolution([...voxels, own + (beside?.shape[4] ?? 0)], options);
  if (beside) checkShape("further input channels", beside.shape, [...voxels, beside.shape[4]]);
  checkFloats("weights", weights, weightCount(shapes), weightPrecision);
  if (bias) checkFloats("bias", bias, options.channels);
  return filled(allocateTensor(gpu, shapes.output, "convolution", precision), (output) => {
    const { size } = shapes;
    const filter = { weights, precision: weightPrecision, bias, size, transposed: false, slope };
    const inputs = beside ? [input, beside] : [input];
    correlate(gpu, "nn/conv3d", { inputs, output }, filter, [forwardPass(shapes)]);
  });
}

/** What {@linkcode conv3dInputGradient} takes. */
export interface InputGradientOptions<P extends Precision = "f32"> extends FilterOptions {
  /** Gradient by the convolution's output. */
  readonly gradient: GpuTensor<P>;
  /** The convolution's weights. */
  readonly weights: GpuArray;
  /** How weights are stored; 32-bit floats by default. */
  readonly weightPrecision?: Precision | undefined;
  /** Shape of the convolution's input. */
  readonly inputShape: TensorShape;
  /** Added to each input channel, as a transposed convolution does; none by default. */
  readonly bias?: GpuArray | undefined;
}

/**
 * Records the gradient of a convolution by its input.
 *
 * @param gpu Where.
 * @param options The output's gradient, weights and shapes.
 * @returns A tensor of the input's shape.
 * @throws {RangeError} If size or stride are none.
 * @throws {TypeError} If the gradient has not the shape of the convolution's output, or weights or bias not as many floats as needed.
 */
export function conv3dInputGradient<P extends Precision>(
  gpu: Gpu,
  options: InputGradientOptions<P>,
): GpuTensor<P> {
  const { gradient, weights, weightPrecision = "f32", inputShape, bias } = options;
  const { precision } = gradient;
  const shapes = convolution(inputShape, { ...options, channels: gradient.shape[4] });
  checkShape("the gradient of a convolution", gradient.shape, shapes.output);
  checkFloats("weights", weights, weightCount(shapes), weightPrecision);
  if (bias) checkFloats("bias", bias, inputShape[4]);
  return filled(allocateTensor(gpu, inputShape, "input gradient", precision), (output) => {
    const { size } = shapes;
    const filter = { weights, precision: weightPrecision, bias, size, transposed: true, slope: 1 };
    const tensors = { inputs: [gradient], output };
    correlate(gpu, "nn/conv3d-input-gradient", tensors, filter, gradientPasses(shapes));
  });
}

/** What {@linkcode conv3dFilterGradient} takes. */
export interface FilterGradientOptions extends FilterOptions {
  /** The convolution's input. */
  readonly input: GpuTensor;
  /** Gradient by the convolution's output. */
  readonly gradient: GpuTensor;
}

/**
 * Records the gradient of a convolution by its weights: sums over all output voxels, in an order that depends on the shapes alone.
 *
 * @param gpu Where.
 * @param options Input, the output's gradient, and shapes.
 * @returns 32-bit floats [kz, ky, kx, input channel, output channel].
 * @throws {RangeError} If size or stride are none.
 * @throws {TypeError} If the gradient has not the shape of the convolution's output.
 */
export function conv3dFilterGradient(gpu: Gpu, options: FilterGradientOptions): GpuArray {
  const { input, gradient } = options;
  const shapes = convolution(input.shape, { ...options, channels: gradient.shape[4] });
  checkShape("the gradient of a convolution", gradient.shape, shapes.output);
  return filterGradient(gpu, shapes, { input, gradient });
}
