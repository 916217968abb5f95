import type { Vec3 } from "../volume/mod.ts";
import { borderRegions, checkMask, type Connectivity, connectRuns } from "./_runs.ts";

/** Options of {@linkcode clearBorder}. */
export interface ClearBorderOptions {
  /** Treat each slice across this axis (2: axial in RAS) on its own instead of the volume. */
  readonly slices?: 0 | 1 | 2;
  /**
   * How foreground voxels touch. In slices 6 stands for the 4 neighbours in the plane, 18 and 26 for all 8.
   *
   * @default {26}
   */
  readonly connectivity?: Connectivity;
}

/**
 * Removes the regions of a mask that reach the volume's faces, or, with `slices`, the edges of their slice. The default
 * connectivity is that of `skimage.segmentation.clear_border`.
 *
 * @param data The mask, x fastest; every value but 0 is foreground.
 * @param dims Voxels along x, y and z. Where a dim is 1 every voxel lies on a face: all is cleared unless `slices` runs
 *   across that axis.
 * @param options What counts as border and as touching.
 * @returns A new mask of 0 and 1.
 * @throws {TypeError} If the mask's length is not that of `dims`.
 * @throws {RangeError} If an option has a value not listed above.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const row = new Uint8Array([1, 0, 1, 0]);
 * assertEquals([...clearBorder(row, [4, 1, 1])], [0, 0, 0, 0]);
 * ```
 */
export function clearBorder(
  data: Uint8Array,
  dims: Vec3,
  options: ClearBorderOptions = {},
): Uint8Array<ArrayBuffer> {
  const { slices, connectivity = 26 } = options;
  checkMask("clear the border", data, dims, { connectivity, slices });
  const runs = connectRuns(data, dims, true, { connectivity, slices });
  const touches = borderRegions(runs, dims, slices);
  const kept = new Uint8Array(data.length);
  for (let run = 0; run < runs.count; run++) {
    if (!touches[runs.root[run]!]) kept.fill(1, runs.start[run]!, runs.end[run]!);
  }
  return kept;
}
