import { antialiasSigma, applyAxis, shrinkWeights } from "./_separable.ts";
import { floatLike } from "./_arrays.ts";
import { createVolume, type Volume, type VoxelArray } from "./volume.ts";

/**
 * Smooths a volume as {@linkcode resample} does before it shrinks it, and leaves it on its grid: sampled linearly at the voxels of the
 * coarse grid it is what `resample` gives, and it can be sampled anywhere else as well.
 *
 * @param volume The volume; beyond its faces the outermost voxels go on.
 * @param spacing mm between voxels of the coarse grid, along each axis; an axis whose own spacing is no smaller is left as it is.
 * @returns A volume of floats on the same grid.
 * @throws {RangeError} If the spacing is not positive.
 *
 * @example
 * ```ts
 * const smooth = antialias(ct, 9);
 * ```
 */
export function antialias(
  volume: Volume,
  spacing: number,
): Volume<Float32Array | Float64Array> {
  if (!(spacing > 0 && Number.isFinite(spacing))) {
    throw new RangeError(`Cannot smooth: spacing must be positive, found ${spacing} mm`);
  }
  const { dims } = volume;
  let data: VoxelArray = volume.data;
  for (let axis = 0; axis < 3; axis++) {
    const sigma = antialiasSigma(spacing / volume.spacing[axis]!);
    const n = dims[axis]!;
    const result = floatLike(data, data.length);
    applyAxis(data, dims, axis, shrinkWeights(n, n, 0, 1, sigma), result);
    data = result;
  }
  return createVolume(data as Float32Array | Float64Array, volume);
}
