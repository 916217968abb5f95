import type { Vec3 } from "./grid.ts";

/**
 * The part of a NIfTI header that tells how voxels are stored and where they lie: what
 * {@linkcode writeNifti} needs to give a result the very grid of its input. Field names follow
 * nifti1.h and nifti2.h; numbers are as stored.
 */
export interface NiftiHeader {
  /** NIfTI-1 or NIfTI-2. */
  readonly version: 1 | 2;
  /** Byte order of the file it came from. */
  readonly littleEndian: boolean;
  /** `dim[0..7]`: number of axes, then voxels along each. */
  readonly dim: readonly number[];
  /** `datatype` code of the stored voxels. */
  readonly datatype: number;
  /** `pixdim[0..7]`: qfac, then spacing along each axis in `xyztUnits`. */
  readonly pixdim: readonly number[];
  /** `vox_offset`: bytes before the first voxel. */
  readonly voxOffset: number;
  /** `scl_slope`: 0 or NaN stands for "not scaled". */
  readonly sclSlope: number;
  /** `scl_inter`. */
  readonly sclInter: number;
  /** `xyzt_units`. */
  readonly xyztUnits: number;
  /** `dim_info`: frequency, phase and slice axis. */
  readonly dimInfo: number;
  /** `toffset`: shift of the time axis. */
  readonly toffset: number;
  /** `qform_code`: above 0 if the quaternion holds. */
  readonly qformCode: number;
  /** `sform_code`: above 0 if `srow` holds. */
  readonly sformCode: number;
  /** `quatern_b`, `quatern_c`, `quatern_d`. */
  readonly quatern: Vec3;
  /** `qoffset_x`, `qoffset_y`, `qoffset_z`. */
  readonly qoffset: Vec3;
  /** `srow_x`, `srow_y`, `srow_z`: twelve numbers, row-major 3 x 4. */
  readonly srow: readonly number[];
}
