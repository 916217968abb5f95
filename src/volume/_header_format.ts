import { codeOf } from "./_datatypes.ts";
import { headerGrid, quaternionOf } from "./_header_affine.ts";
import { type Grid, sameGrid } from "./grid.ts";
import { NiftiError } from "./nifti_error.ts";
import type { NiftiHeader } from "./nifti_header.ts";
import type { Volume, VoxelArray } from "./volume.ts";

const DESCRIPTION = "ct-organ-webgpu";
const LARGEST_INT16 = 32767;
const MM = 2;
const SCANNER = 1;

/**
 * A header for a volume on its own: NIfTI-1, or NIfTI-2 where NIfTI-1's 16-bit dims or 32-bit
 * floats would change the grid. `srow` and the quaternion say the same; the quaternion is left out
 * (`qform_code` 0) where it cannot: axes not at right angles, or near a half turn in NIfTI-1, whose
 * 32-bit b, c, d leave a off by up to 3e-4 there.
 */
export function headerFor(volume: Volume): NiftiHeader {
  const { dims, affine, spacing } = volume;
  const rotation = quaternionOf(affine, spacing);
  const header: NiftiHeader = {
    version: 2,
    littleEndian: true,
    dim: [3, ...dims, 1, 1, 1, 1],
    datatype: codeOf(volume.data),
    pixdim: [rotation?.qfac ?? 1, ...spacing, 0, 0, 0, 0],
    voxOffset: 544,
    sclSlope: 1,
    sclInter: 0,
    xyztUnits: MM,
    dimInfo: 0,
    toffset: 0,
    qformCode: rotation === undefined ? 0 : SCANNER,
    sformCode: SCANNER,
    quatern: rotation?.quatern ?? [0, 0, 0],
    qoffset: [affine[3]!, affine[7]!, affine[11]!],
    srow: affine,
  };
  const { dims: [nx, ny, nz] } = volume;
  if (Math.max(nx, ny, nz) > LARGEST_INT16) return header;
  const small: NiftiHeader = { ...header, version: 1, voxOffset: 352 };
  if (!survivesFloat32({ ...small, qformCode: 0 }, volume)) return header;
  const quaternionSurvives = rotation !== undefined &&
    survivesFloat32({ ...small, sformCode: 0 }, volume);
  return quaternionSurvives ? small : { ...small, qformCode: 0 };
}

/**
 * A header for a volume on the grid of `template`: its geometry as it is, its storage the volume's.
 *
 * @throws {RangeError} If the volume does not lie on the template's grid.
 */
export function headerFrom(template: NiftiHeader, volume: Volume): NiftiHeader {
  if (!sameGrid(headerGrid(template, volume.dims), volume) || !sameDims(template, volume)) {
    throw new RangeError(
      "the volume does not lie on the grid of the header, resample it to that grid or leave the header out",
    );
  }
  const axes = Math.min(3, template.dim[0]!);
  return {
    ...template,
    littleEndian: true,
    dim: [axes, ...volume.dims, 1, 1, 1, 1],
    datatype: codeOf(volume.data),
    voxOffset: template.version === 1 ? 352 : 544,
    sclSlope: 1,
    sclInter: 0,
  };
}

/** The bytes in front of the voxels: the header and four zeros, "no extensions". */
export function formatHeader(header: NiftiHeader, data: VoxelArray): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(header.voxOffset);
  const view = new DataView(bytes.buffer);
  const bitpix = 8 * data.BYTES_PER_ELEMENT;
  if (header.version === 1) format1(view, header, bitpix);
  else format2(view, header, bitpix);
  return bytes;
}

function format1(view: DataView, header: NiftiHeader, bitpix: number): void {
  const int16s = (at: number, ...values: readonly number[]) =>
    values.forEach((value, i) => view.setInt16(at + 2 * i, value, true));
  const float32s = (at: number, ...values: readonly number[]) =>
    values.forEach((value, i) => view.setFloat32(at + 4 * i, value, true));
  view.setInt32(0, 348, true);
  view.setUint8(39, header.dimInfo);
  int16s(40, ...header.dim);
  int16s(70, header.datatype, bitpix);
  float32s(76, ...header.pixdim);
  float32s(108, header.voxOffset, header.sclSlope, header.sclInter);
  view.setUint8(123, header.xyztUnits);
  view.setFloat32(136, header.toffset, true);
  text(view, 148, DESCRIPTION);
  int16s(252, header.qformCode, header.sformCode);
  float32s(256, ...header.quatern, ...header.qoffset, ...header.srow);
  text(view, 344, "n+1\0");
}

function format2(view: DataView, header: NiftiHeader, bitpix: number): void {
  const int64s = (at: number, ...values: readonly number[]) =>
    values.forEach((value, i) => view.setBigInt64(at + 8 * i, BigInt(value), true));
  const float64s = (at: number, ...values: readonly number[]) =>
    values.forEach((value, i) => view.setFloat64(at + 8 * i, value, true));
  view.setInt32(0, 540, true);
  text(view, 4, "n+2\0\r\n\x1a\n");
  view.setInt16(12, header.datatype, true);
  view.setInt16(14, bitpix, true);
  int64s(16, ...header.dim);
  float64s(104, ...header.pixdim);
  int64s(168, header.voxOffset);
  float64s(176, header.sclSlope, header.sclInter);
  view.setFloat64(216, header.toffset, true);
  text(view, 240, DESCRIPTION);
  view.setInt32(344, header.qformCode, true);
  view.setInt32(348, header.sformCode, true);
  float64s(352, ...header.quatern, ...header.qoffset, ...header.srow);
  view.setInt32(500, header.xyztUnits, true);
  view.setUint8(524, header.dimInfo);
}

function text(view: DataView, at: number, value: string): void {
  for (let i = 0; i < value.length; i++) view.setUint8(at + i, value.charCodeAt(i));
}

function survivesFloat32(header: NiftiHeader, grid: Grid): boolean {
  const rounded = {
    ...header,
    pixdim: header.pixdim.map(Math.fround),
    quatern: header.quatern.map(Math.fround) as [number, number, number],
    qoffset: header.qoffset.map(Math.fround) as [number, number, number],
    srow: header.srow.map(Math.fround),
  };
  try {
    return sameGrid(headerGrid(rounded, grid.dims), grid);
  } catch (error) {
    if (!(error instanceof NiftiError)) throw error;
    // Overflow or underflow: not a grid at all.
    return false;
  }
}

function sameDims(header: NiftiHeader, { dims }: Grid): boolean {
  return dims.every((n, i) => n === (i < header.dim[0]! ? header.dim[i + 1] : 1));
}
