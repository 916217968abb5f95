import fc from "fast-check";
import { type Affine, createVolume, type Volume, type VoxelArray } from "../../src/volume/mod.ts";

/** Any rotation as a row-major 3 x 3 from four numbers, by the unit quaternion they point at. */
export function rotation(q: readonly number[]): number[] {
  const length = Math.hypot(...q);
  const [a, b, c, d] = q.map((value) => value / length) as [number, number, number, number];
  return [
    1 - 2 * (c * c + d * d),
    2 * (b * c - a * d),
    2 * (b * d + a * c),
    2 * (b * c + a * d),
    1 - 2 * (b * b + d * d),
    2 * (c * d - a * b),
    2 * (b * d - a * c),
    2 * (c * d + a * b),
    1 - 2 * (b * b + c * c),
  ];
}

/** Affines with axes at right angles: any rotation, spacing, offset; mirrored or not. */
export const rightAngled: fc.Arbitrary<Affine> = fc.record({
  q: fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 4, maxLength: 4 })
    .filter((q) => q.some((value) => value !== 0)),
  spacing: fc.array(fc.integer({ min: 3, max: 60 }), { minLength: 3, maxLength: 3 }),
  offset: fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 3, maxLength: 3 }),
  mirror: fc.boolean(),
}).map(({ q, spacing, offset, mirror }) => {
  const r = rotation(q);
  return [0, 1, 2].flatMap((row) => [
    ...[0, 1, 2].map((c) => r[3 * row + c]! * spacing[c]! / 10 * (mirror && c === 0 ? -1 : 1)),
    offset[row]!,
  ]);
});

const side = fc.integer({ min: 1, max: 5 });

/** Small dims, some of them 1. */
export const smallDims: fc.Arbitrary<[number, number, number]> = fc.tuple(side, side, side);

const ARRAYS = [
  fc.int8Array,
  fc.uint8Array,
  fc.int16Array,
  fc.uint16Array,
  fc.int32Array,
  fc.uint32Array,
  fc.float32Array,
  fc.float64Array,
] as const;

/** Volumes of every type, dims and right-angled affine. */
export const anyVolume: fc.Arbitrary<Volume> = fc.tuple(
  smallDims,
  rightAngled,
  fc.constantFrom(...ARRAYS),
).chain(([dims, affine, array]) => {
  const count = dims[0] * dims[1] * dims[2];
  const length = { minLength: count, maxLength: count };
  const voxels: fc.Arbitrary<VoxelArray> = array === fc.float32Array || array === fc.float64Array
    ? array({ ...length, noNaN: true, noDefaultInfinity: true })
    : (array as typeof fc.int8Array)(length);
  return voxels.map((data) => createVolume(data, { dims, affine }));
});
