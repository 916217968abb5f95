import * as fc from "fast-check";
import type { Element } from "../../reference/mod.ts";
import type { Vec3 } from "../../src/volume/mod.ts";

/** A mask of 0 and 1. */
export interface Mask {
  readonly data: Uint8Array;
  readonly dims: Vec3;
}

const bits = (length: number) =>
  fc.uint8Array({ min: 0, max: 1, minLength: length, maxLength: length });

/** Masks of up to `side` voxels along each axis. */
export function masks(side: number): fc.Arbitrary<Mask> {
  const n = fc.integer({ min: 1, max: side });
  return fc.tuple(n, n, n).chain((dims) =>
    bits(dims[0] * dims[1] * dims[2]).map((data) => ({ data, dims }))
  );
}

/** Elements of up to 3 voxels along each axis, not empty, of any shape, with any of their voxels as origin. */
export const elements: fc.Arbitrary<Element> = masks(3)
  .filter(({ data }) => data.includes(1))
  .chain(({ data, dims }) =>
    fc.tuple(fc.nat(dims[0] - 1), fc.nat(dims[1] - 1), fc.nat(dims[2] - 1))
      .map((origin) => ({ data, dims, origin }))
  );

/** 1 where the mask is 0, and the other way round. */
export const not = (data: Uint8Array): Uint8Array => data.map((value) => 1 - value);

/** Whether every voxel of `a` lies in `b`. */
export const isSubset = (a: Uint8Array, b: Uint8Array): boolean =>
  a.every((value, i) => value <= b[i]!);
