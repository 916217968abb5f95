import type { Vec3 } from "../volume/mod.ts";
import { checkMask, type Connectivity, connectRuns } from "./_runs.ts";

/**
 * Morphological reconstruction of a binary marker under a mask: the regions of the mask that hold at least one voxel of
 * the marker (Vincent 1993). Marker voxels outside the mask count for nothing.
 *
 * @param marker Where to grow from, x fastest; every value but 0 is foreground.
 * @param mask How far to grow; same length.
 * @param dims Voxels along x, y and z.
 * @param options `connectivity`: voxels touch through faces (6), edges too (18) or corners too (26).
 * @returns A new mask of 0 and 1.
 * @throws {TypeError} If a length is not that of `dims`.
 * @throws {RangeError} If `dims` or `connectivity` is none of the values above.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const marker = new Uint8Array([0, 1, 0, 0, 0]);
 * const mask = new Uint8Array([1, 1, 0, 1, 1]);
 * assertEquals([...reconstruct(marker, mask, [5, 1, 1], { connectivity: 6 })], [1, 1, 0, 0, 0]);
 * ```
 */
export function reconstruct(
  marker: Uint8Array,
  mask: Uint8Array,
  dims: Vec3,
  options: { readonly connectivity: Connectivity },
): Uint8Array<ArrayBuffer> {
  checkMask("reconstruct a marker", marker, dims, options);
  checkMask("reconstruct under a mask", mask, dims, options);
  const runs = connectRuns(mask, dims, true, options);
  const marked = new Uint8Array(runs.count);
  for (let run = 0; run < runs.count; run++) {
    for (let i = runs.start[run]!; i < runs.end[run]!; i++) {
      if (marker[i]) {
        marked[runs.root[run]!] = 1;
        break;
      }
    }
  }
  const grown = new Uint8Array(mask.length);
  for (let run = 0; run < runs.count; run++) {
    if (marked[runs.root[run]!]) grown.fill(1, runs.start[run]!, runs.end[run]!);
  }
  return grown;
}
