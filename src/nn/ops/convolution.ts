import type { GpuArray } from "../../gpu/mod.ts";
import { byteCount, elementCount, type Precision, type TensorShape } from "../tensor.ts";

/** Voxels of a filter along z, y, x, each 1, 2 or 3. */
export type FilterSize = readonly [kz: number, ky: number, kx: number];

/** Voxels between neighbouring outputs, the same along z, y and x. */
export type Stride = 1 | 2;

/**
 * A convolution's shapes. Output voxel o sees input voxels `o * stride - padding` to `o * stride - padding + size - 1`, zeros
 * beyond the faces, with padding floor((size - 1) / 2) on both sides: PyTorch's convention.
 */
export interface Convolution {
  readonly input: TensorShape;
  readonly output: TensorShape;
  readonly size: FilterSize;
  readonly stride: Stride;
  /** Zeros before and after the input along z, y, x. */
  readonly padding: readonly [pz: number, py: number, px: number];
}

/**
 * The shapes of a convolution.
 *
 * @param input Shape of what it reads.
 * @param filter Size, stride and output channels.
 * @returns Its shapes; n voxels along an axis become floor((n + 2 padding - size) / stride) + 1.
 * @throws {RangeError} If a size is not 1, 2 or 3, the stride not 1 or 2, the channels not a positive whole number, or nothing
 *   comes out.
 */
export function convolution(
  input: TensorShape,
  { size, stride, channels }: {
    readonly size: FilterSize;
    readonly stride: Stride;
    readonly channels: number;
  },
): Convolution {
  const what = `Cannot convolve ${input.join(" x ")}`;
  if (size.length !== 3 || !size.every((k) => k === 1 || k === 2 || k === 3)) {
    throw new RangeError(`${what}: filter sizes are 1, 2 or 3, found ${size.join(" x ")}`);
  }
  if (stride !== 1 && stride !== 2) {
    throw new RangeError(`${what}: the stride is 1 or 2, found ${stride}`);
  }
  if (!Number.isInteger(channels) || channels < 1) {
    throw new RangeError(`${what}: ${channels} output channels`);
  }
  const [batch, nz, ny, nx] = input;
  const padding = [pad(size[0]), pad(size[1]), pad(size[2])] as const;
  const [mz, my, mx] = [nz, ny, nx].map((n, axis) =>
    Math.floor((n + 2 * padding[axis]! - size[axis]!) / stride) + 1
  ) as [number, number, number];
  if (Math.min(mz, my, mx) < 1) {
    throw new RangeError(`${what}: a filter of ${size.join(" x ")} is larger than it`);
  }
  return { input, output: [batch, mz, my, mx, channels], size, stride, padding };
}

function pad(size: number): number {
  return Math.floor((size - 1) / 2);
}

/**
 * Elements of a convolution's weights, [kz, ky, kx, input channel, output channel].
 *
 * @param convolution Its shapes.
 * @returns How many.
 */
export function weightCount({ input, output, size }: Convolution): number {
  return elementCount(size) * input[4] * output[4];
}

/**
 * Refuses an array that does not hold a given number of floats.
 *
 * @param what What it should hold, for the message.
 * @param array The array.
 * @param count Floats.
 * @param precision How they are stored, in 32 bits by default.
 * @throws {TypeError} If it holds more or fewer.
 */
export function checkFloats(
  what: string,
  array: GpuArray,
  count: number,
  precision: Precision = "f32",
): void {
  if (array.byteLength === byteCount(count, precision)) return;
  const [bytes, floats] = precision === "f32" ? [4, "floats"] : [2, "floats of half precision"];
  throw new TypeError(
    `Cannot use GPU array "${array.label}" as ${what}: it holds ${array.byteLength / bytes} ` +
      `${floats}, ${count} are needed`,
  );
}

/**
 * Refuses a tensor of another shape.
 *
 * @param what What it should be, for the message.
 * @param found Its shape.
 * @param expected The shape.
 * @throws {TypeError} If they differ.
 */
export function checkShape(what: string, found: TensorShape, expected: TensorShape): void {
  if (found.every((n, axis) => n === expected[axis])) return;
  throw new TypeError(
    `Cannot use ${found.join(" x ")} as ${what}: ${expected.join(" x ")} is needed`,
  );
}
