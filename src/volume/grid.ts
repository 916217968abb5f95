import { determinant, worldPosition } from "./_affine.ts";

/** Three numbers in the order x, y, z. */
export type Vec3 = readonly [number, number, number];

/**
 * Twelve numbers, row-major 3 x 4: voxel index (x, y, z, 1) to world position in mm, RAS+
 * (x to the right, y to the front, z to the top of the head).
 */
export type Affine = readonly number[];

/** Where the voxels of a volume lie in the world. */
export interface Grid {
  /** Number of voxels along x, y, z; x is fastest in memory. */
  readonly dims: Vec3;
  /** Voxel index to world mm, RAS+. */
  readonly affine: Affine;
  /** Distance between neighbours along x, y, z in mm: the lengths of the affine's columns. */
  readonly spacing: Vec3;
}

/** What a grid is made from: an affine, or a spacing in mm with an optional origin (default 0, 0, 0). */
export type GridOptions =
  | { readonly dims: Vec3; readonly affine: Affine }
  | { readonly dims: Vec3; readonly spacing: Vec3; readonly origin?: Vec3 };

/**
 * Smallest |determinant| of the normalised axes that still counts as invertible: right-angled axes
 * give 1, two axes 0.001 degrees apart give 2e-5.
 */
const SMALLEST_DETERMINANT = 1e-6;

/**
 * The number of voxels of a grid.
 *
 * @param dims Voxels along x, y, z.
 * @returns The product of the three.
 */
export function voxelCount(dims: Vec3): number {
  return dims[0] * dims[1] * dims[2];
}

/**
 * Makes a grid and checks it.
 *
 * @param options `dims` with an `affine`, or with a `spacing` (mm) and an `origin` (mm, default 0).
 * @returns A plain frozen object.
 * @throws {TypeError} If `dims`, `affine`, `spacing` or `origin` has the wrong length.
 * @throws {RangeError} If a dimension is not a positive integer, a number is not finite, a
 * spacing is not positive, or the affine is singular.
 *
 * @example
 * ```ts
 * const grid = createGrid({ dims: [160, 160, 130], spacing: [3, 3, 3] });
 * ```
 */
export function createGrid(options: GridOptions): Grid {
  const dims = checkDims(options.dims);
  const affine = "affine" in options
    ? checkNumbers(options.affine, "affine", 12)
    : diagonalAffine(options.spacing, options.origin ?? [0, 0, 0]);
  const spacing = spacingOf(affine);
  const axes = affine.map((value, i) => i % 4 === 3 ? 0 : value / spacing[i % 4]!);
  if (!(Math.abs(determinant(axes)) > SMALLEST_DETERMINANT)) {
    throw new RangeError(
      `Cannot make a grid: the affine is singular: its axes ${columns(affine)} do not span space`,
    );
  }
  return Object.freeze({ dims, affine, spacing });
}

/**
 * Whether two grids are the same: equal dims and every voxel's position equal within 1/1000 of a
 * voxel (NIfTI stores affines as float32, so exact equality would refuse copies of one grid).
 *
 * @param a One grid.
 * @param b The other.
 * @returns True if voxel i of one lies where voxel i of the other lies.
 */
export function sameGrid(a: Grid, b: Grid): boolean {
  if (a.dims.some((n, axis) => n !== b.dims[axis])) return false;
  const tolerance = 1e-3 * Math.min(...a.spacing, ...b.spacing);
  // Positions are affine in the index, so the eight corners bound every voxel's difference.
  for (let corner = 0; corner < 8; corner++) {
    const index: Vec3 = [
      corner & 1 ? a.dims[0] - 1 : 0,
      corner & 2 ? a.dims[1] - 1 : 0,
      corner & 4 ? a.dims[2] - 1 : 0,
    ];
    const p = worldPosition(a.affine, index);
    const q = worldPosition(b.affine, index);
    if (!(Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]) <= tolerance)) return false;
  }
  return true;
}

function checkDims(dims: Vec3): Vec3 {
  if (!Array.isArray(dims) || dims.length !== 3) {
    throw new TypeError(`Cannot make a grid: dims must be three numbers, found ${show(dims)}`);
  }
  for (const n of dims) {
    if (!Number.isSafeInteger(n) || n < 1) {
      throw new RangeError(
        `Cannot make a grid: dims must be positive integers, found ${dims.join(" x ")}`,
      );
    }
  }
  if (!Number.isSafeInteger(voxelCount(dims))) {
    throw new RangeError(`Cannot make a grid: ${dims.join(" x ")} voxels are too many to count`);
  }
  return Object.freeze([dims[0], dims[1], dims[2]] as const);
}

function checkNumbers(values: readonly number[], name: string, length: number): readonly number[] {
  if (!Array.isArray(values) || values.length !== length) {
    throw new TypeError(
      `Cannot make a grid: ${name} must be ${length} numbers, found ${show(values)}`,
    );
  }
  for (const value of values) {
    if (typeof value !== "number" || !Number.isFinite(value)) {
      throw new RangeError(`Cannot make a grid: ${name} must be finite, found ${show(values)}`);
    }
  }
  return Object.freeze([...values]);
}

function diagonalAffine(spacing: Vec3, origin: Vec3): Affine {
  const [sx, sy, sz] = checkNumbers(spacing, "spacing", 3) as Vec3;
  const [ox, oy, oz] = checkNumbers(origin, "origin", 3) as Vec3;
  if (!(sx > 0 && sy > 0 && sz > 0)) {
    throw new RangeError(
      `Cannot make a grid: spacing must be positive, found ${sx} x ${sy} x ${sz} mm`,
    );
  }
  return Object.freeze([sx, 0, 0, ox, 0, sy, 0, oy, 0, 0, sz, oz]);
}

function spacingOf(affine: Affine): Vec3 {
  const length = (c: number) => Math.hypot(affine[c]!, affine[4 + c]!, affine[8 + c]!);
  return Object.freeze([length(0), length(1), length(2)] as const);
}

function columns(m: Affine): string {
  return [0, 1, 2].map((c) => `[${m[c]} ${m[4 + c]} ${m[8 + c]}]`).join(", ");
}

function show(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
}
