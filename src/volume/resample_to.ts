import { compose, invert } from "./_affine.ts";
import { emptyLike, floatLike } from "./_arrays.ts";
import { type Affine, createGrid, type Grid, voxelCount } from "./grid.ts";
import { createVolume, type Volume, type VoxelArray } from "./volume.ts";

/** How {@linkcode resampleTo} makes new voxels. */
export interface ResampleToOptions {
  /** `"linear"` for images, `"nearest"` for labels. */
  readonly interpolation: "linear" | "nearest";
  /** Value of new voxels that lie outside the volume, or `"edge"` for that of the nearest voxel; 0 if left out. */
  readonly outside?: number | "edge";
}

/** Index maps closer than this to whole numbers are whole numbers, blurred by two affines. */
const SNAP = 1e-9;

/**
 * Samples a volume at the voxels of any other grid, by the two affines: rotated, flipped, shifted,
 * larger or smaller. There is no smoothing: shrink with {@linkcode resample}.
 *
 * ITK's border rule: a sample is inside if -0.5 <= index < n - 0.5 along every axis; neighbours
 * beyond the edge are the edge's. `"nearest"` rounds halves up, as ITK does, and keeps the type;
 * `"linear"` gives float32 (float64 for 32-bit integers and float64).
 *
 * @param volume The volume; it is not changed.
 * @param grid Where to sample; a volume will do.
 * @param options Interpolation, and the value outside.
 * @returns A new volume on `grid`.
 * @throws {RangeError} If `outside` is not finite, or the result's type cannot hold it.
 *
 * @example
 * ```ts
 * const onInput = resampleTo(labels3mm, ct, { interpolation: "nearest" });
 * ```
 */
export function resampleTo<A extends VoxelArray>(
  volume: Volume<A>,
  grid: Grid,
  options: ResampleToOptions & { readonly interpolation: "nearest" },
): Volume<A>;
export function resampleTo(
  volume: Volume,
  grid: Grid,
  options: ResampleToOptions & { readonly interpolation: "linear" },
): Volume<Float32Array | Float64Array>;
export function resampleTo(volume: Volume, grid: Grid, options: ResampleToOptions): Volume;
export function resampleTo(volume: Volume, grid: Grid, options: ResampleToOptions): Volume {
  const { interpolation, outside = 0 } = options;
  const target = createGrid({ dims: grid.dims, affine: grid.affine });
  const count = voxelCount(target.dims);
  const result = interpolation === "nearest"
    ? emptyLike(volume.data, count)
    : floatLike(volume.data, count);
  if (outside !== "edge") result[0] = outside;
  if (
    outside !== "edge" &&
    (!Number.isFinite(outside) || (interpolation === "nearest" && result[0] !== outside))
  ) {
    throw new RangeError(
      `Cannot resample: ${volume.data.constructor.name} voxels cannot hold the outside value ${outside}`,
    );
  }
  const map = compose(invert(volume.affine), target.affine).map(snap);
  const sample = interpolation === "nearest" ? sampleNearest : sampleLinear;
  sample(volume, target, map, outside, result);
  return createVolume(result, target);
}

function snap(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value - whole) < SNAP ? whole : value;
}

function sampleNearest(
  { data, dims: [nx, ny, nz] }: Volume,
  { dims: [mx, my, mz] }: Grid,
  map: Affine,
  outside: number | "edge",
  result: VoxelArray,
): void {
  const [ax, , , , ay, , , , az] = map as number[];
  let to = 0;
  for (let k = 0; k < mz; k++) {
    for (let j = 0; j < my; j++) {
      const x0 = map[1]! * j + map[2]! * k + map[3]!;
      const y0 = map[5]! * j + map[6]! * k + map[7]!;
      const z0 = map[9]! * j + map[10]! * k + map[11]!;
      for (let i = 0; i < mx; i++) {
        // Rounding half up puts just the inside, -0.5 <= index < n - 0.5, on 0 ... n - 1.
        const x = Math.floor(ax! * i + x0 + 0.5);
        const y = Math.floor(ay! * i + y0 + 0.5);
        const z = Math.floor(az! * i + z0 + 0.5);
        const inside = x >= 0 && y >= 0 && z >= 0 && x < nx && y < ny && z < nz;
        result[to++] = inside
          ? data[x + nx * (y + ny * z)]!
          : outside === "edge"
          ? data[within(x, nx) + nx * (within(y, ny) + ny * within(z, nz))]!
          : outside;
      }
    }
  }
}

function sampleLinear(
  { data, dims: [nx, ny, nz] }: Volume,
  { dims: [mx, my, mz] }: Grid,
  map: Affine,
  outside: number | "edge",
  result: VoxelArray,
): void {
  const [ax, , , , ay, , , , az] = map as number[];
  const plane = nx * ny;
  let to = 0;
  for (let k = 0; k < mz; k++) {
    for (let j = 0; j < my; j++) {
      const x0 = map[1]! * j + map[2]! * k + map[3]!;
      const y0 = map[5]! * j + map[6]! * k + map[7]!;
      const z0 = map[9]! * j + map[10]! * k + map[11]!;
      for (let i = 0; i < mx; i++) {
        let x = ax! * i + x0;
        let y = ay! * i + y0;
        let z = az! * i + z0;
        if (outside === "edge") {
          x = within(x, nx);
          y = within(y, ny);
          z = within(z, nz);
        } else if (
          !(x >= -0.5 && y >= -0.5 && z >= -0.5 && x < nx - 0.5 && y < ny - 0.5 && z < nz - 0.5)
        ) {
          result[to++] = outside;
          continue;
        }
        const bx = Math.floor(x);
        const by = Math.floor(y);
        const bz = Math.floor(z);
        const tx = x - bx;
        const ty = y - by;
        const tz = z - bz;
        const left = bx < 0 ? 0 : bx;
        const right = bx + 1 < nx ? bx + 1 : nx - 1;
        const front = by < 0 ? 0 : by * nx;
        const back = (by + 1 < ny ? by + 1 : ny - 1) * nx;
        const low = bz < 0 ? 0 : bz * plane;
        const high = (bz + 1 < nz ? bz + 1 : nz - 1) * plane;
        const lf = data[left + front + low]! * (1 - tx) + data[right + front + low]! * tx;
        const lb = data[left + back + low]! * (1 - tx) + data[right + back + low]! * tx;
        const hf = data[left + front + high]! * (1 - tx) + data[right + front + high]! * tx;
        const hb = data[left + back + high]! * (1 - tx) + data[right + back + high]! * tx;
        const l = lf * (1 - ty) + lb * ty;
        const h = hf * (1 - ty) + hb * ty;
        result[to++] = l * (1 - tz) + h * tz;
      }
    }
  }
}

/** The index of the nearest voxel along an axis, or the index itself where it lies between voxels. */
function within(index: number, n: number): number {
  return Math.min(Math.max(index, 0), n - 1);
}
