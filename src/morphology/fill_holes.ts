import type { Vec3 } from "../volume/mod.ts";
import { borderRegions, checkMask, type Connectivity, connectRuns } from "./_runs.ts";

/** Options of {@linkcode fillHoles}. */
export interface FillHolesOptions {
  /** Look for holes in each slice across this axis (2: axial in RAS) instead of in the volume. */
  readonly slices?: 0 | 1 | 2;
  /**
   * How background voxels touch. In slices 6 stands for the 4 neighbours in the plane, 18 and 26 for all 8.
   *
   * @default {6}
   */
  readonly connectivity?: Connectivity;
}

/**
 * Fills holes: background that no path through the background joins to the volume's faces, or, with `slices`, to the
 * edges of its slice. The default connectivity of the background is that of `scipy.ndimage.binary_fill_holes`.
 *
 * @param data The mask, x fastest; every value but 0 is foreground.
 * @param dims Voxels along x, y and z. Where a dim is 1 every voxel lies on a face: a volume one voxel thin has no holes
 *   unless `slices` runs across that axis.
 * @param options Where to look for holes.
 * @returns A new mask of 0 and 1.
 * @throws {TypeError} If the mask's length is not that of `dims`.
 * @throws {RangeError} If an option has a value not listed above.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const ring = new Uint8Array([1, 1, 1, 1, 0, 1, 1, 1, 1]);
 * assertEquals([...fillHoles(ring, [3, 3, 1], { slices: 2 })], [1, 1, 1, 1, 1, 1, 1, 1, 1]);
 * ```
 */
export function fillHoles(
  data: Uint8Array,
  dims: Vec3,
  options: FillHolesOptions = {},
): Uint8Array<ArrayBuffer> {
  const { slices, connectivity = 6 } = options;
  checkMask("fill holes", data, dims, { connectivity, slices });
  const runs = connectRuns(data, dims, false, { connectivity, slices });
  const open = borderRegions(runs, dims, slices);
  const filled = new Uint8Array(data.length).fill(1);
  for (let run = 0; run < runs.count; run++) {
    if (open[runs.root[run]!]) filled.fill(0, runs.start[run]!, runs.end[run]!);
  }
  return filled;
}
