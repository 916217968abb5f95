import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import * as fc from "fast-check";
import type { LossSpec } from "../../../src/nn/mod.ts";

/** One of each kind, with parameters that are no special case. */
export const EVERY_LOSS: readonly LossSpec[] = [
  { name: "iou", background: true },
  { name: "iou", background: false },
  { name: "iou-min-max", background: true },
  { name: "iou-l1", background: true },
  { name: "iou-power", exponent: 0.5, background: true },
  { name: "iou-power", exponent: 2, background: false },
  { name: "iou-mean", exponents: [0.7, 1, 2], power: -1, background: true },
  { name: "dice", background: true },
  { name: "tversky", alpha: 0.3, beta: 0.7, background: true },
  { name: "ce-iou", background: true },
  { name: "cross-entropy" },
  { name: "balanced-cross-entropy" },
  { name: "lovasz", background: true },
];

/** Logits of one image and its labels. */
export interface TestImage {
  readonly logits: Float64Array<ArrayBuffer>;
  readonly labels: number[];
  readonly classes: number;
}

/** Small images, some labels ignored, some classes absent. */
export const anyImage: fc.Arbitrary<TestImage> = fc
  .record({ voxels: fc.integer({ min: 1, max: 9 }), classes: fc.integer({ min: 2, max: 5 }) })
  .chain(({ voxels, classes }) =>
    fc.record({
      logits: fc.float64Array({
        minLength: voxels * classes,
        maxLength: voxels * classes,
        min: -3,
        max: 3,
        noNaN: true,
      }) as fc.Arbitrary<Float64Array<ArrayBuffer>>,
      labels: fc.array(
        fc.oneof({ weight: 8, arbitrary: fc.nat(classes - 1) }, {
          weight: 1,
          arbitrary: fc.constantFrom(-1, 255),
        }),
        { minLength: voxels, maxLength: voxels },
      ),
      classes: fc.constant(classes),
    })
  );

/** Predictions and binary labels of one class, at least one voxel of it. */
export const anyClass: fc.Arbitrary<{ p: number[]; y: number[] }> = fc
  .array(fc.tuple(share(), fc.constantFrom(0, 1)), { minLength: 1, maxLength: 20 })
  .map((voxels) => ({ p: voxels.map(([p]) => p), y: voxels.map(([, y]) => y) }))
  .filter(({ y }) => y.includes(1));

/** A prediction, 0 and 1 among them. */
export function share(): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(0, 1) },
    { weight: 4, arbitrary: fc.double({ min: 1e-3, max: 1, noNaN: true }) },
  );
}

/** Checks a gradient against central differences in f64, each entry. */
export function assertGradient(
  value: (x: Float64Array) => number,
  x: ArrayLike<number>,
  gradient: ArrayLike<number>,
  { step = 1e-5, tolerance = 1e-7, what = "" } = {},
): void {
  for (let i = 0; i < x.length; i++) {
    const at = (change: number) => {
      const moved = Float64Array.from(x);
      moved[i]! += change;
      return value(moved);
    };
    const difference = (at(step) - at(-step)) / (2 * step);
    assertLess(
      Math.abs(gradient[i]! - difference),
      tolerance * Math.max(1, Math.abs(difference)),
      `${what}[${i}]: ${gradient[i]}, central difference ${difference}`,
    );
  }
}

/** Checks two lists of numbers for being the same but for rounding. */
export function assertNear(got: ArrayLike<number>, expected: ArrayLike<number>, off = 1e-12): void {
  assertEquals(got.length, expected.length);
  for (let i = 0; i < got.length; i++) assertAlmostEquals(got[i]!, expected[i]!, off);
}
