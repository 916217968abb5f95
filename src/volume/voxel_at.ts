import { invert, worldPosition } from "./_affine.ts";
import type { Grid, Vec3 } from "./grid.ts";

/**
 * The voxel that holds a place in the world.
 *
 * @param grid The grid.
 * @param world mm, RAS+.
 * @returns Its indices along x, y, z; undefined if the place lies outside, farther than half a voxel from the outermost voxels' middles.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(voxelAt(createGrid({ dims: [4, 4, 4], spacing: [3, 3, 3] }), [3.2, 0, 9]), [1, 0, 3]);
 * ```
 */
export function voxelAt({ dims, affine }: Grid, world: Vec3): Vec3 | undefined {
  const index = worldPosition(invert(affine), world).map((at) =>
    Math.floor(at + 0.5)
  ) as unknown as Vec3;
  return index.every((at, axis) => at >= 0 && at < dims[axis]!) ? index : undefined;
}
