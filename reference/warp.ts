import { fillNormal, type RandomKey } from "../src/random/mod.ts";
import { type Affine, type Vec3, type VoxelArray, voxelCount } from "../src/volume/mod.ts";
import { checkDims, checkMatrix, checkOutside, checkVoxels } from "./_check.ts";

/** What is sampled, and where. */
export interface LabelWarp<A extends VoxelArray = VoxelArray> {
  /** Voxels, x fastest. */
  readonly data: A;
  /** Voxels of `data` along x, y, z. */
  readonly dims: Vec3;
  /** 3 x 4, row-major: index of an output voxel to (fractional) index into `data`. */
  readonly matrix: Affine;
  /** Voxels of the output along x, y, z. */
  readonly shape: Vec3;
  /** Value of output voxels that map outside of `data`. */
  readonly outside: number;
}

/** A warp of an image, without noise or window. */
export interface ImageWarp extends LabelWarp {
  /** `linear` in three dimensions, or `nearest`, halves rounded up. */
  readonly interpolation: "linear" | "nearest";
}

/** What the augmentation does to sampled values. */
export interface ValueChange {
  /** Value of output voxels that map outside of the image. */
  readonly outside: number;
  /** Adds `sigma * normalAt(key, i)` to output voxel i (x fastest). */
  readonly noise?: RandomKey & { readonly sigma: number };
  /** Maps values to clamp((v - low) / (high - low), 0, 1). */
  readonly window?: { readonly low: number; readonly high: number };
}

/** A warp of an image with what the augmentation does to its values. */
export interface FusedWarp extends ImageWarp, ValueChange {}

/**
 * Affine resampling of an image in f64, the oracle of the warp kernels.
 *
 * Order: sample, add noise, window; voxels outside get `outside` as it is, after windowing. Border as in ITK's
 * ResampleImageFilter: an output voxel is inside if -0.5 <= index < n - 0.5 along every axis, and neighbours beyond the
 * grid are those at its face. Nearest is floor(index + 0.5), as ITK's rounding of halves upward. Lerps a + (b - a) t, along
 * x first, then y, then z, also as ITK's.
 *
 * @param options Image, map and what happens to the values.
 * @returns Output voxels, x fastest, rounded to f32.
 * @throws {TypeError} If data and dims disagree, or the matrix is not twelve finite numbers.
 * @throws {RangeError} If dims, shape, sigma or window are out of range.
 *
 * @example
 * ```ts
 * const shifted = warpReference({
 *   data: new Float32Array([0, 10, 20]),
 *   dims: [3, 1, 1],
 *   matrix: [1, 0, 0, 0.5, 0, 1, 0, 0, 0, 0, 1, 0],
 *   shape: [3, 1, 1],
 *   interpolation: "linear",
 *   outside: -1,
 * }); // 5, 15, -1: index 2.5 is not below 3 - 0.5
 * ```
 */
export function warpReference(options: FusedWarp): Float32Array<ArrayBuffer> {
  const action = "warp the image";
  const { shape } = options;
  check(action, options);
  checkValues(action, options);
  const sampleRow = options.interpolation === "linear" ? sampleRowLinear : sampleRowNearest;
  const nx = shape[0];
  const values = new Float64Array(nx);
  const inside = new Uint8Array(nx);
  const output = new Float32Array(voxelCount(shape));
  for (let start = 0; start < output.length; start += nx) {
    sampleRow(options, start / nx, values, inside);
    finishRow(options, start, values, inside, output);
  }
  return output;
}

/**
 * Noise, then window, on a row of sampled values; those outside get `outside` instead.
 *
 * @param options What to do.
 * @param start Index of the row's first voxel.
 * @param values The sampled values; changed.
 * @param inside 0 for those outside.
 * @param output Where the row goes, from `start`.
 */
export function finishRow(
  { noise, window, outside }: ValueChange,
  start: number,
  values: Float64Array,
  inside: Uint8Array,
  output: Float32Array,
): void {
  const nx = values.length;
  if (noise) {
    const normals = fillNormal(noise, new Float64Array(nx), start);
    for (let x = 0; x < nx; x++) values[x]! += noise.sigma * normals[x]!;
  }
  if (window) {
    const { low, high } = window;
    for (let x = 0; x < nx; x++) {
      values[x] = Math.min(Math.max((values[x]! - low) / (high - low), 0), 1);
    }
  }
  for (let x = 0; x < nx; x++) output[start + x] = inside[x] ? values[x]! : outside;
}

/** Refuses noise and windows that mean nothing. */
export function checkValues(action: string, { noise, window }: ValueChange): void {
  if (noise && !(Number.isFinite(noise.sigma) && noise.sigma >= 0)) {
    throw new RangeError(`Cannot ${action}: sigma must be finite and >= 0, found ${noise.sigma}`);
  }
  if (window && !(Number.isFinite(window.high - window.low) && window.low < window.high)) {
    throw new RangeError(
      `Cannot ${action}: the window must have low < high, found ${window.low} to ${window.high}`,
    );
  }
}

/**
 * Nearest-neighbour resampling of labels, by the same rules as {@linkcode warpReference}.
 *
 * @param options Labels and map.
 * @returns Output labels, x fastest, of the same kind of array as `data`.
 * @throws {TypeError} If data and dims disagree, or the matrix is not twelve finite numbers.
 * @throws {RangeError} If dims or shape are out of range, or `outside` does not fit the array's kind.
 */
export function warpLabelsReference<A extends VoxelArray>(options: LabelWarp<A>): A {
  const action = "warp the labels";
  const { data, shape, outside } = options;
  check(action, options);
  checkOutside(action, data, outside);
  const nx = shape[0];
  const values = new Float64Array(nx);
  const inside = new Uint8Array(nx);
  const output = new (data.constructor as new (length: number) => A)(voxelCount(shape));
  for (let start = 0; start < output.length; start += nx) {
    sampleRowNearest(options, start / nx, values, inside);
    for (let x = 0; x < nx; x++) output[start + x] = inside[x] ? values[x]! : outside;
  }
  return output;
}

function check(action: string, { data, dims, matrix, shape }: LabelWarp): void {
  checkVoxels(action, data, dims);
  checkDims(action, shape, "shape");
  checkMatrix(action, matrix);
}

/** Samples row `r` (y + ny z) of the output; where `inside` is 0 the value means nothing. */
function sampleRowNearest(
  { data, dims, matrix, shape }: LabelWarp,
  r: number,
  values: Float64Array,
  inside: Uint8Array,
): void {
  const [nx, ny, nz] = dims;
  const [x0, y0, z0] = rowStart(matrix, shape, r);
  const [mx, my, mz] = [matrix[0]!, matrix[4]!, matrix[8]!];
  for (let i = 0; i < values.length; i++) {
    const x = Math.floor(mx * i + x0 + 0.5);
    const y = Math.floor(my * i + y0 + 0.5);
    const z = Math.floor(mz * i + z0 + 0.5);
    if (x >= 0 && x < nx && y >= 0 && y < ny && z >= 0 && z < nz) {
      values[i] = data[x + nx * (y + ny * z)]!;
      inside[i] = 1;
    } else inside[i] = 0;
  }
}

/** The same by linear interpolation. */
function sampleRowLinear(
  { data, dims, matrix, shape }: LabelWarp,
  r: number,
  values: Float64Array,
  inside: Uint8Array,
): void {
  const [nx, ny, nz] = dims;
  const [x0, y0, z0] = rowStart(matrix, shape, r);
  const [mx, my, mz] = [matrix[0]!, matrix[4]!, matrix[8]!];
  for (let i = 0; i < values.length; i++) {
    const x = mx * i + x0;
    const y = my * i + y0;
    const z = mz * i + z0;
    if (
      x >= -0.5 && x < nx - 0.5 && y >= -0.5 && y < ny - 0.5 && z >= -0.5 && z < nz - 0.5
    ) {
      values[i] = lerp(data, nx, ny, nz, x, y, z);
      inside[i] = 1;
    } else inside[i] = 0;
  }
}

/** What the first voxel of a row maps to. */
function rowStart(m: Affine, [, ny]: Vec3, r: number): [x: number, y: number, z: number] {
  const y = r % ny;
  const z = Math.floor(r / ny);
  return [
    m[1]! * y + m[2]! * z + m[3]!,
    m[5]! * y + m[6]! * z + m[7]!,
    m[9]! * y + m[10]! * z + m[11]!,
  ];
}

function lerp(
  data: VoxelArray,
  nx: number,
  ny: number,
  nz: number,
  x: number,
  y: number,
  z: number,
): number {
  // Clamping the index does what clamping both neighbours does: beyond a face they are the same voxel.
  const cx = Math.min(Math.max(x, 0), nx - 1);
  const cy = Math.min(Math.max(y, 0), ny - 1);
  const cz = Math.min(Math.max(z, 0), nz - 1);
  const ix = Math.floor(cx);
  const iy = Math.floor(cy);
  const iz = Math.floor(cz);
  const tx = cx - ix;
  const ty = cy - iy;
  const tz = cz - iz;
  const dx = ix + 1 < nx ? 1 : 0;
  const dy = iy + 1 < ny ? nx : 0;
  const dz = iz + 1 < nz ? nx * ny : 0;
  const i00 = ix + nx * (iy + ny * iz);
  const i10 = i00 + dy;
  const i01 = i00 + dz;
  const i11 = i10 + dz;
  const v00 = data[i00]! + (data[i00 + dx]! - data[i00]!) * tx;
  const v10 = data[i10]! + (data[i10 + dx]! - data[i10]!) * tx;
  const v01 = data[i01]! + (data[i01 + dx]! - data[i01]!) * tx;
  const v11 = data[i11]! + (data[i11 + dx]! - data[i11]!) * tx;
  const near = v00 + (v10 - v00) * ty;
  const far = v01 + (v11 - v01) * ty;
  return near + (far - near) * tz;
}
