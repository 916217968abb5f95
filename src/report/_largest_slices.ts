import type { Vec3, Volume } from "../volume/mod.ts";

/**
 * Finds the slices that show most of an organ, one across each axis.
 *
 * @param labels The labels.
 * @param value The organ's.
 * @returns Their indices along x, y, z, the lowest where several show as much; undefined if there is no such voxel.
 */
export function largestSlices({ data, dims }: Volume, value: number): Vec3 | undefined {
  const counts = dims.map((size) => new Uint32Array(size));
  for (let z = 0, i = 0; z < dims[2]; z++) {
    for (let y = 0; y < dims[1]; y++) {
      for (let x = 0; x < dims[0]; x++, i++) {
        if (data[i] !== value) continue;
        counts[0]![x]!++;
        counts[1]![y]!++;
        counts[2]![z]!++;
      }
    }
  }
  const most = (axis: 0 | 1 | 2) => counts[axis]!.indexOf(Math.max(...counts[axis]!));
  return counts[0]!.some((count) => count > 0) ? [most(0), most(1), most(2)] : undefined;
}
