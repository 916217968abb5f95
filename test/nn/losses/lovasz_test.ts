import { assert, assertAlmostEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { lovaszLoss, softIou } from "../../../src/nn/mod.ts";
import { anyClass, assertGradient, assertNear } from "./_images.ts";

Deno.test("lovaszLoss() sums sorted errors by the steps of the Jaccard loss", () => {
  // Errors 0.2, 0.6, 0.5 in the order b, c, a: sets {b}, {b, c}, {a, b, c} of errors lose 1/2, 2/3, 1 - 0.
  const { value, gradient } = lovaszLoss([0.8, 0.4, 0.5], [1, 1, 0]);
  assertAlmostEquals(value, 0.6 / 2 + 0.5 * (2 / 3 - 1 / 2) + 0.2 * (1 - 2 / 3), 1e-15);
  assertNear(gradient, [-1 / 3, -1 / 2, 1 / 6], 1e-15);
});

Deno.test("lovaszLoss() is 1 - IOU on binary predictions", () => {
  fc.assert(fc.property(anyClass, ({ p, y }) => {
    const binary = p.map(Math.round);
    assertAlmostEquals(lovaszLoss(binary, y).value, 1 - softIou(binary, y).value, 1e-14);
  }));
});

Deno.test("lovaszLoss() is the largest of its linear pieces: the sets in every order", () => {
  // By the definition of the extension: over all orders of the voxels the sum of errors by the steps is largest in the sorted one.
  fc.assert(fc.property(anyClass, fc.infiniteStream(fc.nat()), ({ p, y }, draws) => {
    const foreground = y.filter((y) => y === 1).length;
    const order = p.map((_, i) => [i, draws.next().value ?? 0] as const)
      .sort(([, a], [, b]) => a - b).map(([i]) => i);
    let [before, missed, added, sum] = [0, 0, 0, 0];
    for (const i of order) {
      if (y[i] === 1) missed++;
      else added++;
      const loss = 1 - (foreground - missed) / (foreground + added);
      sum += Math.abs(y[i]! - p[i]!) * (loss - before);
      before = loss;
    }
    assert(sum <= lovaszLoss(p, y).value + 1e-12);
  }));
});

Deno.test("lovaszLoss() is convex along lines", () => {
  const both = fc.tuple(anyClass, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })));
  fc.assert(fc.property(both, fc.double({ min: 0, max: 1, noNaN: true }), ([a, draws], t) => {
    const q = a.p.map(() => draws.next().value as number);
    const between = a.p.map((p, i) => (1 - t) * p + t * q[i]!);
    const chord = (1 - t) * lovaszLoss(a.p, a.y).value + t * lovaszLoss(q, a.y).value;
    assert(lovaszLoss(between, a.y).value <= chord + 1e-12);
  }));
});

Deno.test("lovaszLoss()'s gradient is the limit of differences where no errors tie", () => {
  const p = [0.9, 0.35, 0.6, 0.15, 0.2];
  const y = [1, 1, 0, 0, 1];
  assertGradient((p) => lovaszLoss(p, y).value, p, lovaszLoss(p, y).gradient);
});

Deno.test("lovaszLoss() refuses labels that are not as many as predictions", () => {
  assertThrows(() => lovaszLoss([0, 1], [1]), TypeError, "2 predictions with 1 labels");
});
