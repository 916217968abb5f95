import type { Gpu, GpuArray } from "../gpu/mod.ts";
import type { Vec3 } from "../volume/mod.ts";

/**
 * A binary mask on the GPU, bit-packed: voxel (x, y, z) is bit `x % 32` of word `floor(x / 32) + W * (y + ny * z)` with
 * `W = ceil(nx / 32)` words a row. Bits beyond a row's end are 0.
 */
export interface PackedMask extends Disposable {
  /** Voxels along x, y, z. */
  readonly dims: Vec3;
  /** The words. */
  readonly words: GpuArray;
}

/**
 * Words a row of voxels takes.
 *
 * @param nx Voxels along x.
 * @returns `ceil(nx / 32)`.
 */
export function wordsPerRow(nx: number): number {
  return Math.ceil(nx / 32);
}

/**
 * Words a mask takes.
 *
 * @param dims Voxels along x, y, z.
 * @returns Words in all.
 */
export function wordCount([nx, ny, nz]: Vec3): number {
  return wordsPerRow(nx) * ny * nz;
}

/**
 * Memory for a mask, for a kernel to fill.
 *
 * @param gpu Where.
 * @param dims Voxels along x, y, z.
 * @returns The mask, with undefined contents.
 * @throws {GpuMemoryError} If the adapter cannot hold it in one binding.
 */
export function allocateMask(gpu: Gpu, dims: Vec3): PackedMask {
  const words = gpu.allocate(wordCount(dims) * 4, `mask ${dims.join(" x ")}`);
  return { dims, words, [Symbol.dispose]: () => words[Symbol.dispose]() };
}

/**
 * Refuses masks of different shape.
 *
 * @param action What was asked for, for the message.
 * @param a One mask's dims.
 * @param b The other's.
 * @throws {TypeError} If they differ.
 */
export function checkSameDims(action: string, a: Vec3, b: Vec3): void {
  if (a.some((n, axis) => n !== b[axis])) {
    throw new TypeError(`Cannot ${action}: ${a.join(" x ")} and ${b.join(" x ")} voxels differ`);
  }
}
