import type { Gpu, GpuArray } from "../gpu/mod.ts";

/** Axes of an activation, slowest first: tfjs's NDHWC. */
export type TensorShape = readonly [
  batch: number,
  nz: number,
  ny: number,
  nx: number,
  channels: number,
];

/**
 * How activations and weights are stored: 32-bit floats, or half precision. Kernels compute in 32 bits either way: sums of many products
 * in half precision would lose what its storage keeps.
 */
export type Precision = "f32" | "f16";

/**
 * An activation on the GPU: channel fastest, then x, y, z, image. Disposing of it frees its memory. What takes a `GpuTensor` takes 32-bit
 * floats; half precision is for inference, whose kernels say so.
 */
export class GpuTensor<P extends Precision = "f32"> implements Disposable {
  /** Its memory. */
  readonly array: GpuArray;
  /** Its axes. */
  readonly shape: TensorShape;
  /** Its elements. */
  readonly precision: P;

  /**
   * @param array Memory for all elements.
   * @param shape Its axes.
   * @param precision Its elements, 32-bit floats by default.
   * @throws {RangeError} If the memory holds fewer elements, or an axis is not a positive whole number.
   */
  constructor(array: GpuArray, shape: TensorShape, precision: P = "f32" as P) {
    if (!shape.every((n) => Number.isInteger(n) && n > 0)) {
      throw new RangeError(`Cannot make a tensor of shape ${shape.join(" x ")}`);
    }
    if (array.byteLength < byteCount(elementCount(shape), precision)) {
      throw new RangeError(
        `Cannot make a tensor of shape ${
          shape.join(" x ")
        }: "${array.label}" has ${array.byteLength} bytes`,
      );
    }
    this.array = array;
    this.shape = shape;
    this.precision = precision;
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
 * @param precision Its elements, 32-bit floats by default.
 * @returns The tensor.
 * @throws {GpuMemoryError} If one binding cannot be that large.
 */
export function allocateTensor<P extends Precision = "f32">(
  gpu: Gpu,
  shape: TensorShape,
  label: string,
  precision: P = "f32" as P,
): GpuTensor<P> {
  return new GpuTensor(
    gpu.allocate(byteCount(elementCount(shape), precision), label),
    shape,
    precision,
  );
}

/**
 * Bytes of numbers in GPU memory.
 *
 * @param count How many.
 * @param precision How they are stored.
 * @returns Bytes, whole words.
 */
export function byteCount(count: number, precision: Precision): number {
  return 4 * Math.ceil(count / (precision === "f16" ? 2 : 1));
}
