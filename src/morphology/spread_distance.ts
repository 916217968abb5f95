import type { Gpu } from "../gpu/mod.ts";
import type { Vec3 } from "../volume/mod.ts";
import { squaredDistanceField } from "./distance.ts";
import { reach, type StructuringElement } from "./element.ts";
import type { PackedMask } from "./mask.ts";
import type { Spread } from "./spread.ts";
import { threshold } from "./threshold.ts";

/** How far a squared distance in 32-bit floats may be from the exact one, as a share of it; see `distanceTransform`. */
const ROUNDING = 4 * 2 ** -23;

/**
 * The method by distances: a voxel lies in the dilation by a ball if the nearest voxel inside is no farther than the ball's radius. The
 * threshold lies midway between the last squared distance in the ball and the first beyond it, so that rounding cannot pass it. The work
 * a voxel grows with the ball's diameter.
 *
 * @param gpu Where the mask is.
 * @param mask The input.
 * @param spread What to do.
 * @returns A new mask of `spread.dims`.
 * @throws {RangeError} If the element is no ball of odd size about its origin, or two squared distances on either side of its surface
 * are too near for 32-bit floats.
 * @throws {GpuMemoryError} If the adapter cannot hold 4 bytes a voxel in one binding.
 */
export function spreadDistance(gpu: Gpu, mask: PackedMask, spread: Spread): PackedMask {
  const { element, flip, fill, dims, offset } = spread;
  const { spacing, limit } = squaredRadius(element);
  using distances = squaredDistanceField(gpu, mask, {
    ...{ spacing, dims, offset, flip, fill },
    reach: reach(element),
  });
  return threshold(gpu, distances, flip ? { min: limit } : { max: limit });
}

/** The squared radius that tells a ball's voxels from all others, mm^2. */
function squaredRadius(element: StructuringElement): { spacing: Vec3; limit: number } {
  const { name, dims, origin, data, spacing } = element;
  const noBall = new RangeError(
    `Cannot dilate or erode by distances: "${name}" of ${
      dims.join(" x ")
    } voxels is no ball of odd size about its origin; use the method "packed"`,
  );
  if (!spacing) throw noBall;
  // The nearest voxels beyond the box are those next to its faces.
  let last = 0;
  let first = Math.min(...spacing.map((mm, axis) => ((dims[axis]! + 1) / 2 * mm) ** 2));
  for (let z = 0, i = 0; z < dims[2]; z++) {
    for (let y = 0; y < dims[1]; y++) {
      for (let x = 0; x < dims[0]; x++, i++) {
        const squared = [x, y, z].reduce(
          (sum, place, axis) => sum + ((place - origin[axis]!) * spacing[axis]!) ** 2,
          0,
        );
        if (data[i]) last = Math.max(last, squared);
        else first = Math.min(first, squared);
      }
    }
  }
  if (!(last < first) || dims.some((n, axis) => n !== 2 * origin[axis]! + 1)) throw noBall;
  const limit = (last + first) / 2;
  if (first - last < 2 * ROUNDING * first) {
    throw new RangeError(
      `Cannot dilate or erode by distances: the squared distances ${last} and ${first} mm^2 on either side of "${name}" are too near for ` +
        `32-bit floats; use the method "packed"`,
    );
  }
  return { spacing, limit };
}
