import { createGrid, type Grid, type GridOptions, voxelCount } from "./grid.ts";

/** The typed arrays that can hold voxels. */
export type VoxelArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** Voxels on a grid; x is fastest: voxel (x, y, z) is `data[x + dims[0] * (y + dims[1] * z)]`. */
export interface Volume<A extends VoxelArray = VoxelArray> extends Grid {
  /** One value per voxel. */
  readonly data: A;
}

const VOXEL_ARRAYS = [
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
];

/**
 * Puts voxels on a grid and checks that they fit. The array is kept, not copied.
 *
 * @param data Voxels, x fastest.
 * @param grid A grid, or what {@linkcode createGrid} takes.
 * @returns A plain frozen object (its voxels stay writable).
 * @throws {TypeError} If `data` is not a voxel array, or the grid's arrays have the wrong length.
 * @throws {RangeError} If the number of voxels is not the grid's, or the grid is not valid.
 *
 * @example
 * ```ts
 * const ct = createVolume(new Int16Array(64), { dims: [4, 4, 4], spacing: [3, 3, 3] });
 * ```
 */
export function createVolume<A extends VoxelArray>(data: A, grid: Grid | GridOptions): Volume<A> {
  if (!VOXEL_ARRAYS.some((type) => data instanceof type)) {
    throw new TypeError(
      `Cannot make a volume: voxels must be an integer or float typed array, found ${
        Object.prototype.toString.call(data).slice(8, -1)
      }`,
    );
  }
  const { dims, affine, spacing } = createGrid(grid);
  if (data.length !== voxelCount(dims)) {
    throw new RangeError(
      `Cannot make a volume: ${dims.join(" x ")} is ${
        voxelCount(dims)
      } voxels, the array has ${data.length}`,
    );
  }
  return Object.freeze({ dims, affine, spacing, data });
}
