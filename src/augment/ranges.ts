import type { Vec3 } from "../volume/mod.ts";

/**
 * Where in the input the crop lies. It starts at a whole voxel along each axis: half a voxel further the image would be blurred, and every
 * label off by half a voxel.
 *
 * - `"none"`: in the input's middle, or half a voxel before it.
 * - `"uniform"`: at a start from 0 to input - output along each axis, all equally likely. Along an axis where the output is larger than
 *   the input, as `"none"`.
 * - `"valid"`: with voxel floor(output / 2) on a random one whose label is not the ignored one, 255.
 * - `"nonzero"`: with that voxel on a random one with a label above 0 that is not the ignored one.
 */
export type CropMode = "none" | "uniform" | "valid" | "nonzero";

/** How far augmentation may go: the distributions that {@linkcode sampleTransform} draws from. What is absent is not done. */
export interface AugmentRanges {
  /** Largest angle about x, y, z in degrees: uniform from minus to plus that. */
  readonly rotation?: Vec3;
  /** Probability of a reflection along x, y, z. */
  readonly reflection?: Vec3;
  /** Largest factor along x, y, z, at least 1. Half of the factors are inverted, so that growing is as likely as shrinking. */
  readonly scaling?: Vec3;
  /**
   * How a factor with the largest value m is drawn before the inversion: `"corrected"`, uniform from 1 to m; `"original"`, the
   * author's code until March 2019, normal with mean 1 and standard deviation m / 4, which is far too wide and, 1 time in 14 000,
   * not even positive. For reproduction only.
   *
   * @default {"corrected"}
   */
  readonly scalingRule?: "corrected" | "original";
  /** Standard deviation of a Gaussian that is added to each of the map's nine linear entries. */
  readonly perturbation?: number;
  /** A linear map done before all others: nine numbers, three rows. */
  readonly initial?: readonly number[];
  /** Largest shift along x, y, z in input voxels: uniform from minus to plus that. */
  readonly translation?: Vec3;
  /** @default {"none"} */
  readonly crop?: CropMode;
  /** Window in HU; each limit is moved by a uniform number from minus to plus `jitter` (default 0). */
  readonly window?: { readonly low: number; readonly high: number; readonly jitter?: number };
  /** HU. The standard deviation of the voxels' noise is drawn as the magnitude of a normal number with this standard deviation. */
  readonly noise?: number;
  /** Probability of an occluded slab of z slices. */
  readonly occlusion?: number;
}

const CROPS: readonly string[] = ["none", "uniform", "valid", "nonzero"];
const RULES: readonly string[] = ["corrected", "original"];

/**
 * Refuses ranges that cannot be drawn from.
 *
 * @param ranges The ranges.
 * @throws {TypeError} If something is no number, or a list has another length.
 * @throws {RangeError} If a number, a crop mode or a scaling rule is out of range.
 */
export function checkRanges(ranges: AugmentRanges): void {
  const { rotation, reflection, scaling, perturbation, initial, translation, window } = ranges;
  if (rotation) checkList("rotation", rotation, 3, atLeast(0), "angles of at least 0 degrees");
  if (reflection) checkList("reflection", reflection, 3, isShare, "probabilities from 0 to 1");
  if (scaling) checkList("scaling", scaling, 3, atLeast(1), "factors of at least 1");
  if (perturbation !== undefined) {
    check("perturbation", perturbation, atLeast(0), "a standard deviation of at least 0");
  }
  if (initial) checkList("initial", initial, 9, Number.isFinite, "finite numbers");
  if (translation) checkList("translation", translation, 3, atLeast(0), "shifts of at least 0");
  checkName("crop", ranges.crop, CROPS);
  checkName("scalingRule", ranges.scalingRule, RULES);
  if (window) {
    const { low, high, jitter = 0 } = window;
    check("window.low", low, Number.isFinite, "finite HU");
    check("window.high", high, Number.isFinite, "finite HU");
    check("window.jitter", jitter, atLeast(0), "HU of at least 0");
    if (!(high - low > 2 * jitter)) {
      throw new RangeError(
        `Cannot sample a transform: a window from ${low} to ${high} HU with a jitter of ${jitter} may be empty; high - low must be above ${
          2 * jitter
        }`,
      );
    }
  }
  if (ranges.noise !== undefined) {
    check("noise", ranges.noise, atLeast(0), "a standard deviation of at least 0 HU");
  }
  if (ranges.occlusion !== undefined) {
    check("occlusion", ranges.occlusion, isShare, "a probability from 0 to 1");
  }
}

function isShare(value: number): boolean {
  return value >= 0 && value <= 1;
}

function atLeast(least: number): (value: number) => boolean {
  return (value) => value >= least && value < Infinity;
}

function check(
  name: string,
  value: unknown,
  fits: (value: number) => boolean,
  wanted: string,
): void {
  if (typeof value !== "number") {
    throw new TypeError(
      `Cannot sample a transform: ${name} must be a number, found ${typeof value}`,
    );
  }
  if (!fits(value)) {
    throw new RangeError(`Cannot sample a transform: ${name} must be ${wanted}, found ${value}`);
  }
}

function checkList(
  name: string,
  values: readonly number[],
  length: number,
  fits: (value: number) => boolean,
  wanted: string,
): void {
  if (!Array.isArray(values) || values.length !== length) {
    const found = Array.isArray(values) ? values.length : typeof values;
    throw new TypeError(
      `Cannot sample a transform: ${name} must be ${length} numbers, found ${found}`,
    );
  }
  for (const value of values) check(name, value, fits, wanted);
}

function checkName(name: string, value: string | undefined, known: readonly string[]): void {
  if (value !== undefined && !known.includes(value)) {
    throw new RangeError(
      `Cannot sample a transform: ${name} must be one of ${known.join(", ")}, found "${value}"`,
    );
  }
}
