import type { VoxelArray } from "./volume.ts";

/** Zeros in an array of the same type. */
export function emptyLike<A extends VoxelArray>(like: A, length: number): A {
  const Type = like.constructor as new (length: number) => A;
  return new Type(length);
}

/** Zeros in the type that holds values between those of `like`: float32, or float64 for wide types. */
export function floatLike(like: VoxelArray, length: number): Float32Array | Float64Array {
  const wide = like instanceof Float64Array || like instanceof Int32Array ||
    like instanceof Uint32Array;
  return wide ? new Float64Array(length) : new Float32Array(length);
}
