import { components } from "../morphology/mod.ts";
import {
  createGrid,
  createVolume,
  type Vec3,
  type Volume,
  type VoxelArray,
  voxelCount,
} from "../volume/mod.ts";

/** HU between air and all that is not: skin, cloth and table are above. */
const AIR = -500;
/** mm of air kept around the body. */
const MARGIN = 15;

/** The first voxel of a box along x, y, z, and the first behind it. */
export interface VoxelBox {
  readonly first: Vec3;
  readonly end: Vec3;
}

/**
 * The box around the largest piece (6-connected) of all that is above -500 HU, and around every labelled voxel, with 15 mm of air. The air
 * around a patient may be half of a CT and teaches a network nothing; what touches the patient, as the table does, stays.
 *
 * @param volume HU.
 * @param labels On the same grid; every value but 0 is kept inside.
 * @returns The box; the whole volume where there is only air.
 */
export function bodyBox(volume: Volume, labels?: Volume): VoxelBox {
  const { data, dims, spacing } = volume;
  // A loop, as from() with a function takes fifty times as long.
  const solid = new Uint8Array(data.length);
  for (let i = 0; i < solid.length; i++) solid[i] = data[i]! > AIR ? 1 : 0;
  const pieces = components(solid, dims, { connectivity: 6 });
  if (pieces.sizes.length === 0) return { first: [0, 0, 0], end: dims };
  const [nx, ny, nz] = dims;
  const low = [nx, ny, nz];
  const high = [-1, -1, -1];
  let i = 0;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, i++) {
        if (pieces.labels[i] !== 1 && !labels?.data[i]) continue;
        if (x < low[0]!) low[0] = x;
        if (x > high[0]!) high[0] = x;
        if (y < low[1]!) low[1] = y;
        if (y > high[1]!) high[1] = y;
        if (z < low[2]!) low[2] = z;
        if (z > high[2]!) high[2] = z;
      }
    }
  }
  const margin = spacing.map((mm) => Math.ceil(MARGIN / mm));
  return {
    first: low.map((n, axis) => Math.max(0, n - margin[axis]!)) as unknown as Vec3,
    end: high.map((n, axis) => Math.min(dims[axis]!, n + 1 + margin[axis]!)) as unknown as Vec3,
  };
}

/**
 * Cuts a box out of a volume.
 *
 * @param volume The volume; it is not changed.
 * @param box A box inside it.
 * @returns A volume of its own; each voxel stays where it was in the world.
 */
export function cropVolume<A extends VoxelArray>(
  { data, dims, affine }: Volume<A>,
  { first, end }: VoxelBox,
): Volume<A> {
  const size = end.map((n, axis) => n - first[axis]!) as unknown as Vec3;
  const [nx, ny, nz] = size;
  const Type = data.constructor as new (length: number) => A;
  const cut = new Type(voxelCount(size));
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const from = first[0] + dims[0] * (first[1] + y + dims[1] * (first[2] + z));
      cut.set(data.subarray(from, from + nx), nx * (y + ny * z));
    }
  }
  const rows = [0, 4, 8].flatMap((row) => [
    ...affine.slice(row, row + 3),
    affine[row + 3]! +
    first.reduce((sum, n, axis) => sum + affine[row + axis]! * n, 0),
  ]);
  return createVolume(cut, createGrid({ dims: size, affine: rows }));
}
