import { type Vec3, type VoxelArray, voxelCount } from "../src/volume/mod.ts";
import { checkVoxels } from "./_check.ts";

/**
 * The voxels whose value lies in a closed range.
 *
 * @param data Values; NaN is outside of every range.
 * @param range Bounds, rounded to f32 as the kernel holds them; a side left out is open.
 * @returns 0 or 1 per voxel.
 */
export function thresholdReference(
  data: VoxelArray,
  { min = -Infinity, max = Infinity }: { readonly min?: number; readonly max?: number },
): Uint8Array<ArrayBuffer> {
  const low = Math.fround(min);
  const high = Math.fround(max);
  const inside = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) inside[i] = data[i]! >= low && data[i]! <= high ? 1 : 0;
  return inside;
}

/**
 * Packs a mask 32 voxels to a word along x: voxel x of a row is bit x % 32 of the row's word floor(x / 32). Each row takes
 * ceil(nx / 32) whole words; the bits beyond its end are 0.
 *
 * @param data One byte a voxel, x fastest; every value but 0 is inside.
 * @param dims Voxels along x, y, z.
 * @returns ceil(nx / 32) ny nz words.
 * @throws {TypeError} If data and dims disagree.
 * @throws {RangeError} If dims are not positive integers.
 */
export function packReference(data: Uint8Array, dims: Vec3): Uint32Array<ArrayBuffer> {
  checkVoxels("pack the mask", data, dims);
  const nx = dims[0];
  const wordsPerRow = Math.ceil(nx / 32);
  const words = new Uint32Array(wordsPerRow * dims[1] * dims[2]);
  for (let i = 0; i < data.length; i++) {
    const x = i % nx;
    const word = wordsPerRow * Math.floor(i / nx) + Math.floor(x / 32);
    if (data[i] !== 0) words[word]! += 2 ** (x % 32);
  }
  return words;
}

/**
 * Undoes {@linkcode packReference}.
 *
 * @param words ceil(nx / 32) ny nz words.
 * @param dims Voxels along x, y, z.
 * @returns 0 or 1 per voxel, x fastest.
 * @throws {TypeError} If words and dims disagree.
 */
export function unpackReference(words: Uint32Array, dims: Vec3): Uint8Array<ArrayBuffer> {
  const [nx, ny, nz] = dims;
  const wordsPerRow = Math.ceil(nx / 32);
  if (words.length !== wordsPerRow * ny * nz) {
    throw new TypeError(
      `Cannot unpack the mask: dims ${dims.join(" x ")} need ${
        wordsPerRow * ny * nz
      } words, found ${words.length}`,
    );
  }
  const data = new Uint8Array(voxelCount(dims));
  for (let i = 0; i < data.length; i++) {
    const x = i % nx;
    const word = words[wordsPerRow * Math.floor(i / nx) + Math.floor(x / 32)]!;
    data[i] = Math.floor(word / 2 ** (x % 32)) % 2;
  }
  return data;
}
