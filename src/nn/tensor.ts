import type { Gpu, GpuArray } from "../gpu/mod.ts";

/** Axes of an activation, slowest first: tfjs's NDHWC. */
export type TensorShape = readonly [
  batch: number,
  nz: number,
  ny: number,
  nx: number,
  channels: number,
];

/** An activation on the GPU: 32-bit floats, channel fastest, then x, y, z, image. Disposing of it frees its memory. */
export class GpuTensor implements Disposable {
  /** Its memory. */
  readonly array: GpuArray;
  /** Its axes. */
  readonly shape: TensorShape;

  /**
   * @param array Memory for all elements.
   * @param shape Its axes.
   * @throws {RangeError} If the memory holds fewer elements, or an axis is not a positive whole number.
   */
  constructor(array: GpuArray, shape: TensorShape) {
    if (!shape.every((n) => Number.isInteger(n) && n > 0)) {
      throw new RangeError(`Cannot make a tensor of shape ${shape.join(" x ")}`);
    }
    if (array.byteLength < 4 * elementCount(shape)) {
      throw new RangeError(
        `Cannot make a tensor of shape ${
          shape.join(" x ")
        }: "${array.label}" has ${array.byteLength} bytes`,
      );
    }
    this.array = array;
    this.shape = shape;
  }

  /** Frees its memory. */
  [Symbol.dispose](): void {
    this.array[Symbol.dispose]();
  }
}

/**
 * Elements of a shape.
 *
 * @param shape Axes of any number.
 * @returns Their product.
 */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/**
 * Takes memory for an activation. Its elements are whatever was there before.
 *
 * @param gpu Where.
 * @param shape Its axes.
 * @param label What it holds, for error messages.
 * @returns The tensor.
 * @throws {GpuMemoryError} If one binding cannot be that large.
 */
export function allocateTensor(gpu: Gpu, shape: TensorShape, label: string): GpuTensor {
  return new GpuTensor(gpu.allocate(4 * elementCount(shape), label), shape);
}
