import type { Gpu, GpuArray } from "../../gpu/mod.ts";
import type { GpuTensor, Precision, TensorShape } from "../tensor.ts";
import { conv3d, conv3dFilterGradient, conv3dInputGradient } from "./conv3d.ts";
import type { FilterSize } from "./convolution.ts";

/** What {@linkcode convTranspose3d} takes. */
export interface ConvTranspose3dOptions<P extends Precision = "f32"> {
  /** [batch, z, y, x, channel]. */
  readonly input: GpuTensor<P>;
  /** [kz, ky, kx, output channel, input channel]: those of the convolution whose input gradient this is. */
  readonly weights: GpuArray;
  /** How weights are stored; 32-bit floats by default. */
  readonly weightPrecision?: Precision | undefined;
  /** One 32-bit float for each output channel; none by default. */
  readonly bias?: GpuArray | undefined;
  /** Voxels of the filter along z, y, x: 2 or 3 each. */
  readonly size: FilterSize;
  /** Output channels. */
  readonly channels: number;
}

/**
 * Records a transposed convolution that doubles every axis: the input gradient of a convolution of stride 2 from 2n to n voxels
 * (PyTorch's with padding floor((size - 1) / 2) and `output_padding` size - 2).
 *
 * @param gpu Where.
 * @param options Input, weights and shape.
 * @returns The output, 2n voxels along each axis.
 * @throws {RangeError} If size or channels are none.
 * @throws {TypeError} If weights or bias hold another number of floats than the shapes need.
 */
export function convTranspose3d<P extends Precision>(
  gpu: Gpu,
  options: ConvTranspose3dOptions<P>,
): GpuTensor<P> {
  const { input, size, channels, ...filter } = options;
  checkSize(size);
  const inputShape = doubled(input.shape, channels);
  return conv3dInputGradient(gpu, { gradient: input, ...filter, size, stride: 2, inputShape });
}

/**
 * Records the gradient of a transposed convolution by its input: the convolution of stride 2.
 *
 * @param gpu Where.
 * @param options The output's gradient, the weights, their size, and the input's channels.
 * @returns A tensor of the input's shape.
 * @throws {RangeError} If size or channels are none.
 * @throws {TypeError} If the weights hold another number of floats than the shapes need.
 */
export function convTranspose3dInputGradient(gpu: Gpu, options: {
  readonly gradient: GpuTensor;
  readonly weights: GpuArray;
  readonly size: FilterSize;
  readonly channels: number;
}): GpuTensor {
  const { gradient, weights, size, channels } = options;
  checkSize(size);
  return conv3d(gpu, { input: gradient, weights, size, stride: 2, channels });
}

/**
 * Records the gradient of a transposed convolution by its weights.
 *
 * @param gpu Where.
 * @param options The input, the output's gradient, and the filter's size.
 * @returns 32-bit floats [kz, ky, kx, output channel, input channel].
 * @throws {RangeError} If a size is none.
 * @throws {TypeError} If the gradient has not the shape of the transposed convolution's output.
 */
export function convTranspose3dFilterGradient(gpu: Gpu, options: {
  readonly input: GpuTensor;
  readonly gradient: GpuTensor;
  readonly size: FilterSize;
}): GpuArray {
  const { input, gradient, size } = options;
  checkSize(size);
  return conv3dFilterGradient(gpu, { input: gradient, gradient: input, size, stride: 2 });
}

function doubled([batch, nz, ny, nx]: TensorShape, channels: number): TensorShape {
  return [batch, 2 * nz, 2 * ny, 2 * nx, channels];
}

function checkSize(size: FilterSize): void {
  if (size.every((k) => k === 2 || k === 3)) return;
  throw new RangeError(
    `Cannot double a tensor by a filter of ${size.join(" x ")}: sizes are 2 or 3`,
  );
}
