import { type Affine, type Vec3, type VoxelArray, voxelCount } from "../src/volume/mod.ts";
import { itkWarp, itkWarpLabels } from "./itk.ts";
import {
  checkValues,
  finishRow,
  type ValueChange,
  warpLabelsReference,
  warpReference,
} from "./warp.ts";

/** A whole augmentation: an image and its labels by one map. */
export interface Augmentation extends ValueChange {
  /** HU, x fastest. */
  readonly data: VoxelArray;
  /** One byte a voxel, on the same grid. */
  readonly labels: Uint8Array;
  /** Voxels of both along x, y, z. */
  readonly dims: Vec3;
  /** 3 x 4, row-major: index of an output voxel to (fractional) index into the input. */
  readonly matrix: Affine;
  /** Voxels of the output along x, y, z. */
  readonly shape: Vec3;
  /** Label of output voxels that map outside of the input. */
  readonly outsideLabel: number;
  /** Slices that count as outside, the last included. */
  readonly occlusion?: { readonly first: number; readonly last: number };
}

/** An augmented image and its labels, x fastest. */
export interface AugmentedReference {
  readonly image: Float32Array;
  readonly labels: Uint8Array;
}

/** What ITK is told to give outside: 2^127 below zero, which no CT holds. */
const NOWHERE = -(2 ** 127);

/**
 * The whole augmentation in f64: {@linkcode warpReference} on the image, linear, {@linkcode warpLabelsReference} on the labels, then the
 * occluded slab.
 *
 * @param options Image, labels and what happens to them.
 * @returns Image, rounded to f32, and labels.
 * @throws {TypeError} If data and dims disagree, or the matrix is not twelve finite numbers.
 * @throws {RangeError} If dims, shape, sigma, window or the label outside are out of range.
 */
export function augmentReference(options: Augmentation): AugmentedReference {
  const image = warpReference({ ...options, interpolation: "linear" });
  const labels = warpLabelsReference(labelsOf(options));
  occlude(options, image, labels);
  return { image, labels };
}

/**
 * The whole augmentation with its geometry by ITK: {@linkcode itkWarp} on the image, linear, {@linkcode itkWarpLabels} on the labels,
 * nearest neighbour. Noise, window and occluded slab are not ITK's: they are those of {@linkcode augmentReference}, in TypeScript, as no
 * published WASM build of ITK has them, and ITK's noise would be another field anyway.
 *
 * @param options Image, labels and what happens to them; the image's values lie above -2^127.
 * @returns Image, rounded to f32 after sampling and at the end, and labels.
 * @throws {TypeError} If data and dims disagree, or the matrix is not twelve finite numbers.
 * @throws {RangeError} If dims, shape, sigma, window or the label outside are out of range.
 * @throws {Error} If ITK fails; the message is its own.
 */
export async function itkAugment(options: Augmentation): Promise<AugmentedReference> {
  checkValues("augment the image with ITK", options);
  const image = await itkWarp({ ...options, interpolation: "linear", outside: NOWHERE });
  const labels = await itkWarpLabels(labelsOf(options));
  const nx = options.shape[0];
  const values = new Float64Array(nx);
  const inside = new Uint8Array(nx);
  for (let start = 0; start < image.length; start += nx) {
    for (let x = 0; x < nx; x++) {
      values[x] = image[start + x]!;
      inside[x] = Number(values[x] !== NOWHERE);
    }
    finishRow(options, start, values, inside, image);
  }
  occlude(options, image, labels);
  return { image, labels };
}

function labelsOf({ labels, dims, matrix, shape, outsideLabel }: Augmentation) {
  return { data: labels, dims, matrix, shape, outside: outsideLabel };
}

function occlude(
  { shape, occlusion, outside, outsideLabel }: Augmentation,
  image: Float32Array,
  labels: Uint8Array,
): void {
  if (!occlusion) return;
  const slice = voxelCount([shape[0], shape[1], 1]);
  const slab = [occlusion.first * slice, (occlusion.last + 1) * slice] as const;
  image.fill(outside, ...slab);
  labels.fill(outsideLabel, ...slab);
}
