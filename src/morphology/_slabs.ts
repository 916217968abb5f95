import type { Gpu } from "../gpu/mod.ts";
import type { Vec3 } from "../volume/mod.ts";

/** Whole slices of a volume that fit one array. */
export interface Slab {
  /** First slice. */
  readonly first: number;
  /** Voxels along x, y, z. */
  readonly dims: Vec3;
}

/**
 * Cuts a volume along z into slabs that fit the adapter's largest array.
 *
 * @param gpu The adapter.
 * @param dims Voxels along x, y, z.
 * @param voxelBytes Bytes of a voxel.
 * @returns The slabs in order; of one slice each where even a slice is too large.
 */
export function slabsOf(gpu: Gpu, dims: Vec3, voxelBytes: number): Slab[] {
  const [nx, ny, nz] = dims;
  const most = Math.max(1, Math.floor(gpu.largestArray / (nx * ny * voxelBytes)));
  const slabs: Slab[] = [];
  for (let first = 0; first < nz; first += most) {
    slabs.push({ first, dims: [nx, ny, Math.min(most, nz - first)] });
  }
  return slabs;
}
