import { emptyLike, floatLike } from "./_arrays.ts";
import { applyAxis, shrinkWeights } from "./_separable.ts";
import { createGrid, type Grid, type Vec3, voxelCount } from "./grid.ts";
import { createVolume, type Volume, type VoxelArray } from "./volume.ts";

/** How {@linkcode resample} makes new voxels. */
export interface ResampleOptions {
  /** New spacing in mm: one number for all axes, or one each. */
  readonly spacing: Vec3 | number;
  /** `"linear"` for images, after the smoothing that shrinking needs; `"nearest"` for labels. */
  readonly interpolation: "linear" | "nearest";
  /** Refuses to start once aborted; the work itself is not interrupted. */
  readonly signal?: AbortSignal;
}

/**
 * Resamples a volume to another spacing, along its own axes, keeping its field of view.
 *
 * The rule: along each axis n voxels of spacing s become m = max(1, round(n s / t)) voxels of the
 * new spacing t, and both grids have the same centre. So the fields of view differ by less than half
 * a new voxel at either end, and every new voxel's centre lies inside the old field of view.
 *
 * `"linear"` first smooths each axis with a Gaussian of sigma = max(1/f - 1, 0)/3 input voxels,
 * f = s / t (the paper's author's code), cut off at 4 sigma and normalised, then interpolates; the
 * edge voxels continue outward. The result is float32 (float64 for 32-bit integers and float64). An
 * axis whose spacing stays is not touched. `"nearest"` keeps the type.
 *
 * @param volume The volume; it is not changed.
 * @param options Spacing, interpolation, and a signal.
 * @returns A new volume with voxels of its own. `O(voxels x taps)`, one pass an axis.
 * @throws {RangeError} If a spacing is not a positive finite number.
 *
 * @example
 * ```ts
 * const image = resample(ct, { spacing: 3, interpolation: "linear" });
 * const truth = resample(labels, { spacing: 3, interpolation: "nearest" });
 * ```
 */
export function resample<A extends VoxelArray>(
  volume: Volume<A>,
  options: ResampleOptions & { readonly interpolation: "nearest" },
): Volume<A>;
export function resample(
  volume: Volume,
  options: ResampleOptions & { readonly interpolation: "linear" },
): Volume<Float32Array | Float64Array>;
export function resample(
  volume: Volume,
  options: ResampleOptions,
): Volume;
export function resample(volume: Volume, options: ResampleOptions): Volume {
  options.signal?.throwIfAborted();
  const { spacing } = options;
  const wanted: Vec3 = typeof spacing === "number" ? [spacing, spacing, spacing] : spacing;
  for (const value of wanted) {
    if (!(value > 0 && Number.isFinite(value))) {
      throw new RangeError(
        `Cannot resample: spacing must be positive, found ${wanted.join(" x ")} mm`,
      );
    }
  }
  const grid = respaced(volume, wanted);
  const data = options.interpolation === "nearest"
    ? pickNearest(volume, grid)
    : interpolate(volume, grid);
  return createVolume(data, grid);
}

function respaced({ dims, spacing, affine }: Grid, wanted: Vec3): Grid {
  const newDims = dims.map((n, axis) =>
    Math.max(1, Math.round(n * spacing[axis]! / wanted[axis]!))
  ) as unknown as Vec3;
  const rows = [0, 4, 8].flatMap((row) => {
    let offset = affine[row + 3]!;
    const columns = dims.map((n, axis) => {
      const old = affine[row + axis]!;
      const column = wanted[axis] === spacing[axis] ? old : old / spacing[axis]! * wanted[axis]!;
      offset += (old * (n - 1) - column * (newDims[axis]! - 1)) / 2;
      return column;
    });
    return [...columns, offset];
  });
  return createGrid({ dims: newDims, affine: rows });
}

/** Old index of new index 0, and old voxels per new voxel. */
function indexMap(n: number, m: number, step: number): { first: number; step: number } {
  return { first: ((n - 1) - (m - 1) * step) / 2, step };
}

function interpolate(volume: Volume, grid: Grid): Float32Array | Float64Array {
  let data: VoxelArray = volume.data;
  const dims: [number, number, number] = [...volume.dims];
  for (let axis = 0; axis < 3; axis++) {
    const step = grid.spacing[axis]! / volume.spacing[axis]!;
    const map = indexMap(dims[axis]!, grid.dims[axis]!, step);
    if (grid.dims[axis] === dims[axis] && Math.abs(step - 1) < 1e-9) continue;
    const weights = shrinkWeights(dims[axis]!, grid.dims[axis]!, map.first, map.step);
    const count = voxelCount(dims) / dims[axis]! * grid.dims[axis]!;
    const result = floatLike(data, count);
    applyAxis(data, dims, axis, weights, result);
    dims[axis] = grid.dims[axis]!;
    data = result;
  }
  if (data !== volume.data) return data as Float32Array | Float64Array;
  const copy = floatLike(data, data.length);
  copy.set(data);
  return copy;
}

function pickNearest(volume: Volume, grid: Grid): VoxelArray {
  const [nx, ny] = volume.dims;
  const [xs, ys, zs] = volume.dims.map((n, axis) => {
    const m = grid.dims[axis]!;
    const { first, step } = indexMap(n, m, grid.spacing[axis]! / volume.spacing[axis]!);
    return Int32Array.from(
      { length: m },
      (_, j) => Math.min(n - 1, Math.max(0, Math.floor(first + j * step + 0.5))),
    );
  }) as [Int32Array, Int32Array, Int32Array];
  const result = emptyLike(volume.data, voxelCount(grid.dims));
  let to = 0;
  for (const z of zs) {
    for (const y of ys) {
      const row = nx * (y + ny * z);
      for (let x = 0; x < xs.length; x++) result[to++] = volume.data[row + xs[x]!]!;
    }
  }
  return result;
}
