import {
  createVolume,
  type Vec3,
  type Volume,
  type VoxelArray,
  voxelCount,
} from "../volume/mod.ts";

/**
 * Fills a volume up behind its last voxels until it holds a crop: the crop then begins at a whole voxel and at the volume's first, as tiles
 * do when a case is segmented. In the middle of a larger crop a volume would be blurred by half a voxel, and lie elsewhere than in a tile.
 *
 * @param volume The volume.
 * @param crop Voxels that it shall have at least.
 * @param outside What the new voxels hold.
 * @returns A volume of its own; each voxel stays where it was in the world.
 */
export function filledUp<A extends VoxelArray>(
  volume: Volume<A>,
  crop: Vec3,
  outside: number,
): Volume<A> {
  const { dims: [nx, ny, nz], affine, data } = volume;
  const dims: Vec3 = [Math.max(nx, crop[0]), Math.max(ny, crop[1]), Math.max(nz, crop[2])];
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
