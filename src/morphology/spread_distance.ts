import { filled, type Gpu } from "../gpu/mod.ts";
import type { Vec3 } from "../volume/mod.ts";
import { squaredDistanceField } from "./distance.ts";
import { reach, type StructuringElement } from "./element.ts";
import { allocateMask, type PackedMask, wordCount } from "./mask.ts";
import type { Spread } from "./spread.ts";
import { recordThreshold } from "./threshold.ts";

/** How far a squared distance in 32-bit floats may be from the exact one, as a share of it; see `distanceTransform`. */
const ROUNDING = 4 * 2 ** -23;

/**
 * The method by distances: a voxel lies in the dilation by a ball if the nearest voxel inside is no farther than the ball's radius. The
 * threshold lies midway between the last squared distance in the ball and the first beyond it, so that rounding cannot pass it. The work
 * a voxel grows with the ball's diameter. What does not fit the adapter's largest array is done in slabs along z.
 *
 * @param gpu Where the mask is.
 * @param mask The input.
 * @param spread What to do.
 * @returns A new mask of `spread.dims`.
 * @throws {RangeError} If the element is no ball of odd size about its origin, or two squared distances on either side of its surface
 * are too near for 32-bit floats.
 * @throws {GpuMemoryError} If the adapter cannot hold 4 bytes a voxel of a slice, and of the ball's reach around it, in one binding.
 */
export function spreadDistance(gpu: Gpu, mask: PackedMask, spread: Spread): PackedMask {
  const { element, flip, fill, dims, offset } = spread;
  const { name, dims: size, spacing } = element;
  const shell = shellOf(element);
  if (!spacing || !shell) {
    throw new RangeError(
      `Cannot dilate or erode by distances: "${name}" of ${
        size.join(" x ")
      } voxels is no ball of odd size about its origin; use the method "packed"`,
    );
  }
  if (!isApart(shell)) {
    throw new RangeError(
      `Cannot dilate or erode by distances: the squared distances ${shell.last} and ${shell.first} mm^2 on either side of "${name}" are ` +
        `too near for 32-bit floats; use the method "packed"`,
    );
  }
  const limit = (shell.last + shell.first) / 2;
  const range = flip ? { min: limit } : { max: limit };
  const [nx, ny, nz] = dims;
  const depth = Math.max(1, Math.min(nz, deepestSlab(gpu, element, dims)));
  return filled(allocateMask(gpu, dims), ({ words }) => {
    for (let first = 0; first < nz; first += depth) {
      using distances = squaredDistanceField(gpu, mask, {
        ...{ spacing, flip, fill },
        dims: [nx, ny, Math.min(depth, nz - first)],
        offset: [offset[0], offset[1], offset[2] + first],
        reach: reach(element),
      });
      recordThreshold(gpu, distances, range, { words, start: wordCount([nx, ny, first]) });
    }
  });
}

/**
 * The most slices of output whose distances, with the room around them that an element needs, fit the adapter's largest array.
 *
 * @param gpu The adapter.
 * @param element The element.
 * @param dims Voxels of the output along x, y, z.
 * @returns Slices; below 1 where not even one fits.
 */
export function deepestSlab(
  { largestArray }: Pick<Gpu, "largestArray">,
  element: StructuringElement,
  [nx, ny]: Vec3,
): number {
  const [, ry, rz] = reach(element);
  return Math.floor(largestArray / (16 * Math.ceil(nx / 4) * (ny + 2 * ry))) - 2 * rz;
}

/**
 * Whether the method by distances takes an element.
 *
 * @param element The element.
 * @returns True for a ball of odd size whose surface lies between two squared distances that 32-bit floats tell apart.
 */
export function isMeasurable(element: StructuringElement): boolean {
  const shell = shellOf(element);
  return shell !== undefined && isApart(shell);
}

/** Squared distances from a ball's middle, mm^2: the largest in it and the smallest beyond it. */
interface Shell {
  readonly last: number;
  readonly first: number;
}

/** The shell of a ball of odd size about its origin; of no other element. */
function shellOf({ dims, origin, data, spacing }: StructuringElement): Shell | undefined {
  if (!spacing || dims.some((n, axis) => n !== 2 * origin[axis]! + 1)) return undefined;
  const [xs, ys, zs] = dims.map((n, axis) =>
    Float64Array.from({ length: n }, (_, i) => ((i - origin[axis]!) * spacing[axis]!) ** 2)
  ) as [Float64Array, Float64Array, Float64Array];
  let last = 0;
  // The nearest voxels beyond the box are those next to its faces.
  let first = Math.min(...spacing.map((mm, axis) => ((origin[axis]! + 1) * mm) ** 2));
  let i = 0;
  for (const z of zs) {
    for (const y of ys) {
      for (const x of xs) {
        const squared = x + y + z;
        if (data[i++]) last = Math.max(last, squared);
        else first = Math.min(first, squared);
      }
    }
  }
  return last < first ? { last, first } : undefined;
}

/** Whether the middle of a shell is farther from both sides than rounding reaches. */
function isApart({ last, first }: Shell): boolean {
  return first - last >= 2 * ROUNDING * first;
}
