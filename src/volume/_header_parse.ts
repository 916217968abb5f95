import { readHeader } from "nifti-reader-js";
import { bytesOf, REFUSED_TYPES, STORED_TYPES, type StoredType } from "./_datatypes.ts";
import type { Vec3 } from "./grid.ts";
import { NiftiError } from "./nifti_error.ts";
import type { NiftiHeader } from "./nifti_header.ts";

/** Bytes that hold a header of either version. */
export const LONGEST_HEADER = 540;

/** A header that has passed every check which does not need the voxels. */
export interface ParsedHeader {
  readonly header: NiftiHeader;
  readonly type: StoredType;
  readonly dims: Vec3;
  /** Bytes from the file's start to its last voxel. */
  readonly totalBytes: number;
}

/** Where the fields lie that are read before `nifti-reader-js` sees a byte. */
const LAYOUTS = {
  1: { size: 348, magic: 344, datatype: 70, dim: 40, srow: 280, firstVoxel: 352 },
  2: { size: 540, magic: 4, datatype: 12, dim: 16, srow: 400, firstVoxel: 544 },
} as const;

/**
 * Reads and checks a header.
 *
 * `nifti-reader-js` 0.8.0 decodes the plain fields. `dim`, `vox_offset` and `srow` are read here: it
 * gets big-endian 64-bit integers wrong, and drops `srow` where it prefers the quaternion.
 *
 * @param bytes The file's first bytes, unpacked; {@linkcode LONGEST_HEADER} or the whole file.
 * @throws {NiftiError} With the field at fault and no prefix: the caller names the file.
 */
export function parseHeader(bytes: Uint8Array): ParsedHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { version, littleEndian } = identify(view);
  const at = LAYOUTS[version];
  if (bytes.length < at.size) {
    throw new NiftiError(`the header is cut short: ${bytes.length} of ${at.size} bytes`);
  }
  checkMagic(bytes.subarray(at.magic, at.magic + 4), version);
  const dim = readDim(view, version, littleEndian);
  const dims = spatialDims(dim);
  const type = storedType(
    view.getInt16(at.datatype, littleEndian),
    view.getInt16(at.datatype + 2, littleEndian),
  );
  const voxOffset = version === 1
    ? view.getFloat32(108, littleEndian)
    : Number(view.getBigInt64(168, littleEndian));
  if (!Number.isSafeInteger(voxOffset) || voxOffset < at.firstVoxel) {
    throw new NiftiError(
      `vox_offset must be a whole number of at least ${at.firstVoxel}, found ${voxOffset}`,
      { field: "vox_offset", value: voxOffset },
    );
  }

  // Exactly the header: with more, the library would follow extensions, whose sizes are unchecked.
  const fields = readHeader(bytes.slice(0, at.size).buffer);
  const header: NiftiHeader = Object.freeze({
    version,
    littleEndian,
    dim: Object.freeze(dim),
    datatype: fields.datatypeCode,
    pixdim: Object.freeze([...fields.pixDims]),
    voxOffset,
    sclSlope: fields.scl_slope,
    sclInter: fields.scl_inter,
    xyztUnits: fields.xyzt_units,
    dimInfo: fields.dim_info,
    toffset: fields.toffset,
    qformCode: fields.qform_code,
    sformCode: fields.sform_code,
    quatern: Object.freeze([fields.quatern_b, fields.quatern_c, fields.quatern_d] as const),
    qoffset: Object.freeze([fields.qoffset_x, fields.qoffset_y, fields.qoffset_z] as const),
    srow: Object.freeze(
      Array.from(
        { length: 12 },
        (_, i) =>
          version === 1
            ? view.getFloat32(at.srow + 4 * i, littleEndian)
            : view.getFloat64(at.srow + 8 * i, littleEndian),
      ),
    ),
  });
  checkScaling(header);
  return { header, type, dims, totalBytes: voxOffset + product(dims) * bytesOf(type) };
}

function identify(view: DataView): { version: 1 | 2; littleEndian: boolean } {
  if (view.byteLength >= 4) {
    for (const littleEndian of [true, false]) {
      const size = view.getInt32(0, littleEndian);
      if (size === 348) return { version: 1, littleEndian };
      if (size === 540) return { version: 2, littleEndian };
    }
  }
  const start = Array.from(
    { length: Math.min(4, view.byteLength) },
    (_, i) => view.getUint8(i).toString(16).padStart(2, "0"),
  ).join(" ");
  throw new NiftiError(
    start === "" ? "it is empty" : `it is neither NIfTI nor gzip, its first bytes are ${start}`,
    { field: "sizeof_hdr", value: start },
  );
}

function checkMagic(magic: Uint8Array, version: 1 | 2): void {
  const text = String.fromCharCode(...magic);
  if (text === `n+${version}\0`) return;
  const value = text.replace(/[^ -~]/g, ".");
  const reason = text === `ni${version}\0`
    ? "it is half of a .hdr/.img pair, convert it to one .nii file"
    : `magic must be "n+${version}", found "${value}"`;
  throw new NiftiError(reason, { field: "magic", value });
}

function readDim(view: DataView, version: 1 | 2, littleEndian: boolean): number[] {
  return Array.from(
    { length: 8 },
    (_, i) =>
      version === 1
        ? view.getInt16(40 + 2 * i, littleEndian)
        : Number(view.getBigInt64(16 + 8 * i, littleEndian)),
  );
}

function spatialDims(dim: readonly number[]): Vec3 {
  const axes = dim[0]!;
  if (!(axes >= 1 && axes <= 7)) {
    throw new NiftiError(`dim[0], the number of axes, must be 1 to 7, found ${axes}`, {
      field: "dim",
      value: axes,
    });
  }
  for (let i = 1; i <= axes; i++) {
    const n = dim[i]!;
    if (!Number.isSafeInteger(n) || n < 1) {
      throw new NiftiError(`dim[${i}] must be a positive integer, found ${n}`, {
        field: "dim",
        value: n,
      });
    }
    if (i > 3 && n > 1) {
      throw new NiftiError(
        `dim[${i}] is ${n}, it must be 1: one frame is read, split the file into its frames`,
        { field: "dim", value: n },
      );
    }
  }
  return [dim[1]!, axes >= 2 ? dim[2]! : 1, axes >= 3 ? dim[3]! : 1];
}

function storedType(datatype: number, bitpix: number): StoredType {
  const type = STORED_TYPES.get(datatype);
  if (type === undefined) {
    const name = REFUSED_TYPES.get(datatype) ?? "not in the standard";
    throw new NiftiError(
      `datatype ${datatype} (${name}) is not supported, convert it to an integer or float type`,
      { field: "datatype", value: datatype },
    );
  }
  if (bitpix !== 8 * bytesOf(type)) {
    throw new NiftiError(`bitpix must be ${8 * bytesOf(type)} for ${type}, found ${bitpix}`, {
      field: "bitpix",
      value: bitpix,
    });
  }
  return type;
}

function checkScaling({ sclSlope, sclInter }: NiftiHeader): void {
  // nibabel writes NaN for "not scaled", and the standard says 0.
  if (sclSlope === 0 || Number.isNaN(sclSlope)) return;
  if (!Number.isFinite(sclSlope)) {
    throw new NiftiError(`scl_slope must be finite, found ${sclSlope}`, {
      field: "scl_slope",
      value: sclSlope,
    });
  }
  if (!Number.isFinite(sclInter)) {
    throw new NiftiError(`scl_inter must be finite, found ${sclInter}`, {
      field: "scl_inter",
      value: sclInter,
    });
  }
}

function product(dims: Vec3): number {
  return dims[0] * dims[1] * dims[2];
}
