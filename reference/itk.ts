import {
  FloatTypes,
  Image,
  ImageType,
  IntTypes,
  PixelTypes,
  Transform,
  TransformParameterizations,
  TransformType,
} from "itk-wasm";
import { type VoxelArray, voxelCount } from "../src/volume/mod.ts";
import { checkDims, checkMatrix, checkOutside, checkVoxels } from "./_check.ts";
import { resampleByItk } from "./_itk_resample.ts";
import type { ImageWarp, LabelWarp } from "./warp.ts";

const COMPONENTS = {
  Int8Array: IntTypes.Int8,
  Uint8Array: IntTypes.UInt8,
  Int16Array: IntTypes.Int16,
  Uint16Array: IntTypes.UInt16,
  Int32Array: IntTypes.Int32,
  Uint32Array: IntTypes.UInt32,
  Float32Array: FloatTypes.Float32,
  Float64Array: FloatTypes.Float64,
} as const;

/**
 * Affine resampling of an image by ITK's ResampleImageFilter, as published in the WASM build `@itk-wasm/downsample`. It equals
 * {@linkcode warpReference} without noise and window: to f32 rounding where ITK's index, which it accumulates along a row,
 * rounds to the same side of a border or of a half as ours.
 *
 * Needs `--allow-read` of `node_modules` and no other permission. ITK is loaded by the first call and stays.
 *
 * @param options Image and map; the image is given to ITK as f32.
 * @returns Output voxels, x fastest.
 * @throws {TypeError} If data and dims disagree, or the matrix is not twelve finite numbers.
 * @throws {RangeError} If dims or shape are out of range.
 * @throws {Error} If ITK fails; the message is its own.
 */
export async function itkWarp(options: ImageWarp): Promise<Float32Array> {
  const { data: given, interpolation } = options;
  const data = given instanceof Float32Array ? given : Float32Array.from(given);
  return await resample({ ...options, data }, "warp the image with ITK", interpolation);
}

/**
 * Nearest-neighbour resampling of labels by ITK; see {@linkcode itkWarp}. Equals {@linkcode warpLabelsReference}.
 *
 * @param options Labels and map.
 * @returns Output labels, x fastest, of the same kind of array as `data`.
 * @throws {TypeError} If data and dims disagree, or the matrix is not twelve finite numbers.
 * @throws {RangeError} If dims or shape are out of range, or `outside` does not fit the array's kind.
 * @throws {Error} If ITK fails; the message is its own.
 */
export async function itkWarpLabels<A extends VoxelArray>(options: LabelWarp<A>): Promise<A> {
  checkOutside("warp the labels with ITK", options.data, options.outside);
  return await resample(options, "warp the labels with ITK", "nearest");
}

async function resample<A extends VoxelArray>(
  { data, dims, matrix, shape, outside }: LabelWarp<A>,
  action: string,
  interpolation: ImageWarp["interpolation"],
): Promise<A> {
  checkVoxels(action, data, dims);
  checkDims(action, shape, "shape");
  checkMatrix(action, matrix);
  const component = COMPONENTS[data.constructor.name as keyof typeof COMPONENTS];
  const image = new Image(new ImageType(3, component, PixelTypes.Scalar, 1));
  image.size = [...dims];
  image.spacing = [1, 1, 1];
  image.origin = [0, 0, 0];
  image.data = data;
  const bytes = await resampleByItk(image, transformOf(matrix), [
    ...["--size", ...shape.map(String)],
    ...["--interpolator", interpolation === "linear" ? "linear" : "nearest_neighbor"],
    ...["--default-value", String(outside)],
  ]);
  const voxels = bytes.byteLength / data.BYTES_PER_ELEMENT;
  if (voxels !== voxelCount(shape)) {
    throw new Error(
      `Cannot ${action}: it gave ${voxels} values for ${shape.join(" x ")} voxels`,
    );
  }
  return new (data.constructor as new (buffer: ArrayBuffer) => A)(bytes.buffer);
}

/** With spacing 1 and origin 0 ITK's points are indices: p' = M p + t. */
function transformOf(m: readonly number[]): Transform {
  const type = new TransformType(TransformParameterizations.Affine, FloatTypes.Float64, 3, 3);
  const transform = new Transform(type);
  transform.numberOfParameters = 12;
  transform.parameters = new Float64Array(
    [0, 1, 2, 4, 5, 6, 8, 9, 10, 3, 7, 11].map((k) => m[k]!),
  );
  transform.numberOfFixedParameters = 3;
  transform.fixedParameters = new Float64Array(3);
  return transform;
}
