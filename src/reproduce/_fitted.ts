import {
  createVolume,
  type Vec3,
  type Volume,
  type VoxelArray,
  voxelCount,
} from "../volume/mod.ts";

/**
 * Cuts a volume off, or fills it up, behind its last voxels: those at which a sample in the middle begins are then those at which a CT that
 * is segmented does.
 *
 * @param volume The volume.
 * @param dims Voxels that it shall have.
 * @param outside What new voxels hold.
 * @returns A volume of its own; each voxel stays where it was in the world.
 */
export function fitted<A extends VoxelArray>(
  volume: Volume<A>,
  dims: Vec3,
  outside: number,
): Volume<A> {
  const { dims: [nx, ny, nz], affine, data } = volume;
  const [mx, my, mz] = dims;
  const Type = data.constructor as new (length: number) => A;
  const result = new Type(voxelCount(dims));
  result.fill(outside);
  for (let z = 0; z < Math.min(nz, mz); z++) {
    for (let y = 0; y < Math.min(ny, my); y++) {
      const from = nx * (y + ny * z);
      result.set(data.subarray(from, from + Math.min(nx, mx)), mx * (y + my * z));
    }
  }
  return createVolume(result, { dims, affine });
}
