import type { VoxelArray } from "./volume.ts";

/** The datatypes of the NIfTI standard that hold one real number per voxel. */
export type StoredType =
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "float32"
  | "float64";

/** What each `datatype` code that can be read stands for. */
export const STORED_TYPES: ReadonlyMap<number, StoredType> = new Map([
  [2, "uint8"],
  [4, "int16"],
  [8, "int32"],
  [16, "float32"],
  [64, "float64"],
  [256, "int8"],
  [512, "uint16"],
  [768, "uint32"],
  [1024, "int64"],
  [1280, "uint64"],
]);

/** Names of the `datatype` codes that are refused. */
export const REFUSED_TYPES: ReadonlyMap<number, string> = new Map([
  [0, "unknown"],
  [1, "binary (1 bit)"],
  [32, "complex64"],
  [128, "RGB24"],
  [1536, "float128"],
  [1792, "complex128"],
  [2048, "complex256"],
  [2304, "RGBA32"],
]);

/** Bytes per voxel. */
export function bytesOf(type: StoredType): number {
  return Number(type.replace(/\D+/, "")) / 8;
}

/** The `datatype` code of a voxel array. */
export function codeOf(data: VoxelArray): number {
  const name = data.constructor.name.replace("Array", "").toLowerCase();
  for (const [code, type] of STORED_TYPES) {
    if (type === name) return code;
  }
  throw new TypeError(`Cannot write voxels of type ${data.constructor.name}`);
}
