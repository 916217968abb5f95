import { bytesOf, type StoredType } from "./_datatypes.ts";
import { NiftiError } from "./nifti_error.ts";
import type { NiftiHeader } from "./nifti_header.ts";
import type { VoxelArray } from "./volume.ts";

const ARRAYS = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** Types whose values a float32 cannot hold. */
const WIDE: ReadonlySet<StoredType> = new Set(["int32", "uint32", "int64", "uint64", "float64"]);

/**
 * Turns stored bytes into voxels: byte order, 64-bit integers, scaling, NaN and Inf. Works in place
 * where the result has the size of the stored bytes.
 *
 * @param stored The voxels' bytes, a buffer of their own.
 * @throws {NiftiError} Without a prefix: the caller names the file.
 */
export function decodeVoxels(
  stored: ArrayBuffer,
  type: StoredType,
  header: NiftiHeader,
  nonFinite: "refuse" | number,
): VoxelArray {
  if (!header.littleEndian) swapBytes(stored, bytesOf(type));
  const values = type === "int64" || type === "uint64"
    ? narrow(stored, type)
    : new ARRAYS[type](stored);
  const scaled = scale(values, type, header);
  if (scaled instanceof Float32Array || scaled instanceof Float64Array) {
    mend(scaled, nonFinite);
  }
  return scaled;
}

function swapBytes(buffer: ArrayBuffer, size: number): void {
  const bytes = new Uint8Array(buffer);
  for (let start = 0; size > 1 && start < bytes.length; start += size) {
    for (let i = start, j = start + size - 1; i < j; i++, j--) {
      const first = bytes[i]!;
      bytes[i] = bytes[j]!;
      bytes[j] = first;
    }
  }
}

/** 64-bit integers as float64, in place. */
function narrow(stored: ArrayBuffer, type: "int64" | "uint64"): Float64Array {
  const words = new Uint32Array(stored);
  const signed = new Int32Array(stored);
  const values = new Float64Array(stored);
  const high = type === "int64" ? signed : words;
  for (let i = 0; i < values.length; i++) {
    const value = high[2 * i + 1]! * 2 ** 32 + words[2 * i]!;
    if (!Number.isSafeInteger(value)) {
      throw new NiftiError(
        `voxel ${i} of type ${type} is beyond 2^53 - 1, the largest integer held exactly`,
        { field: "datatype", value: type },
      );
    }
    values[i] = value;
  }
  return values;
}

function scale(values: VoxelArray, type: StoredType, header: NiftiHeader): VoxelArray {
  const { sclSlope: slope, sclInter: inter } = header;
  const unscaled = slope === 0 || Number.isNaN(slope) || (slope === 1 && inter === 0);
  if (unscaled) return values;
  const scaled = values instanceof Float32Array || values instanceof Float64Array
    ? values
    : WIDE.has(type)
    ? new Float64Array(values.length)
    : new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) scaled[i] = values[i]! * slope + inter;
  return scaled;
}

function mend(values: Float32Array | Float64Array, nonFinite: "refuse" | number): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i]!)) continue;
    if (nonFinite === "refuse") {
      throw new NiftiError(
        `voxel ${i} is ${values[i]}; put a finite number in its place, such as -1024 HU for air`,
        { field: "voxels", value: values[i]! },
      );
    }
    values[i] = nonFinite;
  }
}
