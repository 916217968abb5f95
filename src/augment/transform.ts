import type { RandomKey } from "../random/mod.ts";
import type { Vec3 } from "../volume/mod.ts";

/** HU of what lies outside a volume when the result is in HU: air. */
export const OUTSIDE_HU = -1024;

/** Value of what lies outside a volume once a window has scaled the result to [0, 1]. */
export const OUTSIDE_WINDOWED = 0;

/** Label of what lies outside a volume: the original's -1, ignored by every loss, as a byte. */
export const OUTSIDE_LABEL = 255;

/** A linear map from HU to [0, 1]. */
export interface Window {
  /** HU that becomes 0, and everything below. */
  readonly low: number;
  /** HU that becomes 1, and everything above. */
  readonly high: number;
}

/** Additive Gaussian noise: voxel i of the result gets `sigma * normalAt(key, i)`. */
export interface Noise {
  /** HU. */
  readonly sigma: number;
  /** Which noise field. */
  readonly key: RandomKey;
}

/** A slab of slices that is cut out of the result. */
export interface Occlusion {
  /** First slice along z. */
  readonly first: number;
  /** Last slice, included. */
  readonly last: number;
}

/** One augmentation, as plain data: sample, then noise, then window, for voxels inside; a fixed value outside. */
export interface Transform {
  /** Voxels of the result along x, y, z. */
  readonly shape: Vec3;
  /** Output voxel index -> input voxel index: 12 numbers, three rows of a 3 x 4 matrix. */
  readonly matrix: readonly number[];
  /** Noise on the image; absent for none. */
  readonly noise?: Noise;
  /** Window of the image; absent to keep HU. */
  readonly window?: Window;
  /** Slices in which image and labels get the value of the outside; absent for none. */
  readonly occlusion?: Occlusion;
}

/**
 * Refuses a transform that cannot be carried out.
 *
 * @param transform The transform.
 * @throws {TypeError} If the matrix has not 12 numbers.
 * @throws {RangeError} If a number is not finite as a 32-bit float, the shape not whole and positive, the noise negative or the window empty.
 */
export function checkTransform({ shape, matrix, noise, window, occlusion }: Transform): void {
  if (matrix.length !== 12) {
    throw new TypeError(`Cannot warp: the matrix has ${matrix.length} numbers, not 12`);
  }
  const odd = matrix.find((entry) => !fitsFloat(entry));
  if (odd !== undefined) throw new RangeError(`Cannot warp: the matrix holds ${odd}`);
  if (shape.some((n) => !Number.isInteger(n) || n < 1)) {
    throw new RangeError(
      `Cannot warp to ${shape.join(" x ")} voxels: whole numbers above 0 needed`,
    );
  }
  if (noise && !(noise.sigma >= 0 && fitsFloat(noise.sigma))) {
    throw new RangeError(
      `Cannot add noise of ${noise.sigma} HU: a finite sigma of at least 0 needed`,
    );
  }
  if (window && !(window.high > window.low)) {
    throw new RangeError(
      `Cannot window from ${window.low} to ${window.high} HU: the upper limit must be above the lower`,
    );
  }
  if (window && ![window.low, window.high, 1 / (window.high - window.low)].every(fitsFloat)) {
    throw new RangeError(
      `Cannot window from ${window.low} to ${window.high} HU: limits and width must be finite as 32-bit floats`,
    );
  }
  if (occlusion && !(isSlice(occlusion.first) && isSlice(occlusion.last))) {
    throw new RangeError(
      `Cannot occlude slices ${occlusion.first} to ${occlusion.last}: whole numbers of at least 0 needed`,
    );
  }
}

function isSlice(z: number): boolean {
  return Number.isInteger(z) && z >= 0 && z < 2 ** 31;
}

/** Kernels compute in 32-bit floats: 1e39 is infinite there. */
function fitsFloat(value: number): boolean {
  return Number.isFinite(Math.fround(value));
}
