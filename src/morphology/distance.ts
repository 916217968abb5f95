import {
  checkIterations,
  defineKernel,
  filled,
  type Gpu,
  type GpuArray,
  uniforms,
} from "../gpu/mod.ts";
import { type Vec3, voxelCount } from "../volume/mod.ts";
import { distanceLinesWgsl } from "./distance_lines.wgsl.ts";
import rowsWgsl from "./distance_rows.wgsl" with { type: "text" };
import { type PackedMask, wordsPerRow } from "./mask.ts";
import type { GpuImage } from "./threshold.ts";

/** Squared distances on the GPU, mm^2; {@linkcode NO_FEATURE} throughout if the mask is empty. */
export interface DistanceMap extends GpuImage, Disposable {
  /** Floats from row to row: rows are padded to whole fours. */
  readonly pitch: number;
}

/** What stands for an infinite squared distance, mm^2: WGSL leaves open what becomes of an infinity. */
export const NO_FEATURE = 1e30;

/** Which voxels are features, and which distances are asked for. */
export interface DistanceField {
  /** mm between voxels along x, y, z. */
  readonly spacing: Vec3;
  /** Voxels of the output along x, y, z. */
  readonly dims: Vec3;
  /** Input voxel of output voxel 0; along x a multiple of 32. */
  readonly offset: Vec3;
  /** Features are the voxels outside the mask. */
  readonly flip: boolean;
  /** Everything beyond the input's faces is a feature. */
  readonly fill: boolean;
  /** How many voxels away a feature may lie to be found, along x, y, z; `Infinity` for all. */
  readonly reach: Vec3;
}

/** Places of a line that one invocation works on. */
const PLACES = 8;

const rows = defineKernel({
  label: "morphology/distance-rows",
  code: rowsWgsl,
  bindings: { p: "uniform", mask: "read", squared: "write", extents: "write" },
});

const lines = defineKernel({
  label: "morphology/distance-lines",
  code: distanceLinesWgsl(PLACES),
  bindings: { p: "uniform", before: "read", extents: "read", after: "write" },
});

/**
 * Exact Euclidean distance of every voxel to the nearest voxel of the mask, also where the spacing differs between axes. Squared
 * distances are computed axis by axis (Saito and Toriwaki 1994), along x on bits, along y and z by looking outward as far as can matter:
 * the time grows with the distances. Each is within 4 units in the last place of a 32-bit float of the exact one.
 *
 * A mask without a voxel has no distances: all are {@linkcode NO_FEATURE} on the GPU and `Infinity` when read by
 * {@linkcode readDistances}. What lies beyond the volume's faces does not count.
 *
 * @param gpu Where the mask is.
 * @param mask The mask; for distances to the outside, `invert` it.
 * @param options mm between voxels along x, y, z.
 * @returns Squared distances; dispose of them.
 * @throws {RangeError} If a spacing is not a positive number, or a line is longer than a software adapter can loop.
 * @throws {GpuMemoryError} If the adapter cannot hold 4 bytes a voxel in one binding.
 *
 * @example How deep each voxel lies in a mask.
 * ```ts
 * using outside = invert(gpu, mask);
 * using map = distanceTransform(gpu, outside, { spacing: ct.spacing });
 * const depthMm = await readDistances(gpu, map);
 * ```
 */
export function distanceTransform(
  gpu: Gpu,
  mask: PackedMask,
  { spacing }: { readonly spacing: Vec3 },
): DistanceMap {
  for (const mm of spacing) {
    if (!(mm > 0 && mm < Infinity)) {
      throw new RangeError(
        `Cannot compute distances: the spacing must be positive, found ${spacing.join(" x ")} mm`,
      );
    }
  }
  const { dims } = mask;
  return squaredDistanceField(gpu, mask, {
    spacing,
    dims,
    offset: [0, 0, 0],
    flip: false,
    fill: false,
    reach: [Infinity, Infinity, Infinity],
  });
}

/**
 * Brings distances back.
 *
 * @param gpu Where they are.
 * @param map The distances.
 * @param options Ends the wait.
 * @returns mm, x fastest; `Infinity` throughout if the mask was empty.
 */
export async function readDistances(
  gpu: Gpu,
  { dims, values, pitch }: DistanceMap,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Float32Array<ArrayBuffer>> {
  const [nx, ny, nz] = dims;
  const squared = await gpu.read(values, Float32Array, { length: pitch * ny * nz, ...options });
  const distances = new Float32Array(voxelCount(dims));
  for (let row = 0, i = 0; row < squared.length; row += pitch) {
    for (let x = 0; x < nx; x++, i++) {
      const mm2 = squared[row + x]!;
      distances[i] = mm2 < NO_FEATURE ? Math.sqrt(mm2) : Infinity;
    }
  }
  return distances;
}

/**
 * Squared distances to features, on any part of the mask continued beyond its faces.
 *
 * @param gpu Where the mask is.
 * @param mask The mask.
 * @param field Features, and the part and distances that are asked for. A feature farther off than `reach` along an axis may be found or
 * not; no distance is too small.
 * @returns mm^2.
 */
export function squaredDistanceField(
  gpu: Gpu,
  mask: PackedMask,
  field: DistanceField,
): DistanceMap {
  const { dims, offset, reach, spacing } = field;
  const [nx, ny, nz] = dims;
  // Where all features that count may lie beyond the output, each pass leaves room for those after it.
  const [, ry, rz] = reach.map((r) => r === Infinity ? 0 : r) as unknown as Vec3;
  const height = ny + 2 * ry;
  const depth = nz + 2 * rz;
  const fours = Math.ceil(nx / 4);
  const allocate = (lines: number) => gpu.allocate(16 * fours * lines, "squared distances");
  using alongX = allocate(height * depth);
  const bounded = !reach.every((r) => r === Infinity);
  using extents = gpu.upload(extentsOf(depth, bounded), "extents of features");
  const [inX, inY, inZ] = mask.dims;
  const words = Math.ceil(reach[0] / 32);
  checkIterations(rows.label, wordsPerRow(inX) + 16);
  gpu.dispatch(rows, {
    p: uniforms(
      { i32: [inX, inY, inZ, wordsPerRow(inX)] },
      { i32: [fours, height, depth, Math.min(words, 2 ** 20)] },
      { i32: [offset[0] / 32, offset[1] - ry, offset[2] - rz] },
      { u32: [field.flip ? 0xffffffff : 0, field.fill ? 0xffffffff : 0, Number(!bounded)] },
      { f32: [spacing[0]] },
    ),
    mask: mask.words,
    squared: alongX,
    extents,
  }, gpu.workgroups(wordsPerRow(nx) * height * depth, 64));
  using alongY = allocate(ny * depth);
  recordLines(gpu, alongX, extents, alongY, {
    ...{ inner: fours, count: ny, outer: depth, ends: 0 },
    ...{ margin: ry, reach: reach[1], spacing: spacing[1] },
  });
  const values = filled(allocate(ny * nz), (values) =>
    recordLines(gpu, alongY, extents, values, {
      ...{ inner: fours * ny, count: nz, outer: 1, ends: 2 * depth },
      ...{ margin: rz, reach: reach[2], spacing: spacing[2] },
    }));
  return { dims, values, pitch: 4 * fours, [Symbol.dispose]: () => values[Symbol.dispose]() };
}

/** Two numbers a slice and two for all slices: none yet, or all places. */
function extentsOf(depth: number, all: boolean): Int32Array<ArrayBuffer> {
  const extents = new Int32Array(2 * depth + 2);
  for (let i = 0; i < extents.length; i += 2) {
    extents[i] = all ? 0 : 2 ** 30;
    extents[i + 1] = all ? 2 ** 30 : -1;
  }
  return extents;
}

/** A pass along an axis. */
interface Lines {
  /** Fours of lines side by side. */
  readonly inner: number;
  /** Places of a line of the output. */
  readonly count: number;
  /** Stacks of lines. */
  readonly outer: number;
  /** Where the stacks' first and last places with features stand in the extents. */
  readonly ends: number;
  /** Places of the input before the output's first and behind its last. */
  readonly margin: number;
  readonly reach: number;
  readonly spacing: number;
}

function recordLines(
  gpu: Gpu,
  before: GpuArray,
  extents: GpuArray,
  after: GpuArray,
  { inner, count, outer, ends, margin, reach, spacing }: Lines,
): void {
  const length = count + 2 * margin;
  const blocks = Math.ceil(count / PLACES);
  checkIterations(lines.label, length + 2 * PLACES);
  gpu.dispatch(lines, {
    p: uniforms(
      { u32: [inner, blocks, outer] },
      { i32: [count, length, margin, Math.min(reach, length)] },
      { f32: [spacing] },
      { u32: [ends] },
    ),
    before,
    extents,
    after,
  }, gpu.workgroups(inner * blocks * outer, 64));
}
