/**
 * Volumes: voxels on a grid in the world, NIfTI files, orientation and resampling.
 *
 * Voxels are x-fastest, affines map voxel index to world mm (RAS+), spacing is in mm.
 *
 * @example
 * ```ts
 * const ct = await readNifti("volume-0.nii.gz");
 * const coarse = resample(reorient(ct, "RAS"), { spacing: 3, interpolation: "linear" });
 * await writeNifti("volume-0-3mm.nii.gz", coarse);
 * ```
 *
 * @module
 */
export * from "./antialias.ts";
export * from "./distance.ts";
export * from "./grid.ts";
export { headerGrid } from "./_header_affine.ts";
export * from "./volume.ts";
export * from "./nifti_error.ts";
export * from "./nifti_header.ts";
export * from "./nifti_read.ts";
export * from "./nifti_write.ts";
export * from "./orientation.ts";
export * from "./resample.ts";
export * from "./resample_to.ts";
export * from "./voxel_at.ts";
