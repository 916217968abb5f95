import {
  createVolume,
  type Vec3,
  type Volume,
  type VoxelArray,
  voxelCount,
} from "../volume/mod.ts";

/**
 * Fills a volume up behind its last voxels. In the middle of a crop that is larger than it a volume would be blurred by half a voxel, and
 * lie elsewhere than in a tile, which begins at its first voxel.
 *
 * @param volume The volume.
 * @param size Voxels that it shall have at least.
 * @param outside What the new voxels hold.
 * @returns A volume of its own; each voxel stays where it was in the world.
 */
export function filledUp<A extends VoxelArray>(
  volume: Volume<A>,
  size: Vec3,
  outside: number,
): Volume<A> {
  const { dims: [nx, ny, nz], affine, data } = volume;
  const dims: Vec3 = [Math.max(nx, size[0]), Math.max(ny, size[1]), Math.max(nz, size[2])];
  const Type = data.constructor as new (length: number) => A;
  const filled = new Type(voxelCount(dims));
  filled.fill(outside);
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const from = nx * (y + ny * z);
      filled.set(data.subarray(from, from + nx), dims[0] * (y + dims[1] * z));
    }
  }
  return createVolume(filled, { dims, affine });
}
