import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import {
  balancedWeights,
  crossEntropyWeights,
  formatLoss,
  lossOfLogits,
  lossOfProbabilities,
  type LossSpec,
  softIou,
} from "../../../src/nn/mod.ts";
import { anyImage, assertGradient, assertNear, EVERY_LOSS } from "./_images.ts";

const SMOOTH = EVERY_LOSS.filter(({ name }) => name !== "lovasz");

function softmax(logits: ArrayLike<number>, classes: number): number[] {
  const exps = Array.from(logits, Math.exp);
  return exps.map((e, i) => {
    const start = i - i % classes;
    return e / exps.slice(start, start + classes).reduce((a, b) => a + b);
  });
}

for (const spec of SMOOTH) {
  Deno.test(`${formatLoss(spec)}: gradients by logits and by probabilities are limits of differences`, () => {
    fc.assert(
      fc.property(anyImage, ({ logits, labels, classes }) => {
        const byLogits = lossOfLogits({ logits, labels, classes }, spec);
        assertGradient(
          (logits) => lossOfLogits({ logits, labels, classes }, spec).value,
          logits,
          byLogits.gradient,
          { what: formatLoss(spec) },
        );
        const probabilities = softmax(logits, classes);
        assertGradient(
          (probabilities) => lossOfProbabilities({ probabilities, labels, classes }, spec).value,
          probabilities,
          lossOfProbabilities({ probabilities, labels, classes }, spec).gradient,
          { step: 1e-6, tolerance: 1e-5, what: formatLoss(spec) },
        );
      }),
      { numRuns: 30 },
    );
  });
}

for (const spec of EVERY_LOSS) {
  Deno.test(`${formatLoss(spec)}: logits and their softmax have the same loss, and gradients that agree`, () => {
    fc.assert(fc.property(anyImage, ({ logits, labels, classes }) => {
      const a = lossOfLogits({ logits, labels, classes }, spec);
      const p = softmax(logits, classes);
      const b = lossOfProbabilities({ probabilities: p, labels, classes }, spec);
      assertAlmostEquals(a.value, b.value, 1e-12);
      // Where errors tie, rounding decides which gradient Lovász-softmax has.
      if (spec.name === "lovasz") return;
      const chained = p.map((pj, j) => {
        const start = j - j % classes;
        let inner = 0;
        for (let c = start; c < start + classes; c++) inner += p[c]! * b.gradient[c]!;
        return pj * (b.gradient[j]! - inner);
      });
      assertNear(a.gradient, chained, 1e-11);
    }));
  });

  Deno.test(`${formatLoss(spec)}: ignored voxels change nothing and get no gradient`, () => {
    fc.assert(fc.property(anyImage, fc.constantFrom(-1, 255), (image, ignored) => {
      const { logits, labels, classes } = image;
      const alone = lossOfLogits(image, spec);
      const more = lossOfLogits({
        logits: [...logits, ...Array.from({ length: 2 * classes }, (_, i) => i)],
        labels: [...labels, ignored, ignored],
        classes,
      }, spec);
      assertAlmostEquals(more.value, alone.value, 1e-12);
      assertNear(more.gradient, [...alone.gradient, ...new Array(2 * classes).fill(0)]);
      labels.forEach((label, v) => {
        if (label !== -1 && label !== 255) return;
        const own = alone.gradient.slice(v * classes, (v + 1) * classes);
        assertEquals([...own], new Array(classes).fill(0));
      });
    }));
  });

  Deno.test(`${formatLoss(spec)}: a gradient by logits sums to 0 over the classes of a voxel`, () => {
    fc.assert(fc.property(anyImage, (image) => {
      const { gradient } = lossOfLogits(image, spec);
      for (let start = 0; start < gradient.length; start += image.classes) {
        const own = gradient.slice(start, start + image.classes);
        assertAlmostEquals(own.reduce((a, b) => a + b), 0, 1e-12);
      }
    }));
  });

  Deno.test(`${formatLoss(spec)}: nothing to learn from gives 0 and zeros`, () => {
    const logits = [1, 2, 3, 4];
    const { value, gradient } = lossOfLogits({ logits, labels: [255, -1], classes: 2 }, spec);
    assertEquals([value, ...gradient], [0, 0, 0, 0, 0]);
  });

  Deno.test(`${formatLoss(spec)}: logits 160 apart give finite numbers, right and wrong`, () => {
    const logits = [80, -80, -80, 80, -80, 80, -80, 80, 0];
    for (const labels of [[0, 0, 2], [1, 1, 0], [0, 1, 1]]) {
      const { value, gradient } = lossOfLogits({ logits, labels, classes: 3 }, spec);
      assert([value, ...gradient].every(Number.isFinite), `${value}, ${gradient}`);
    }
  });

  Deno.test(`${formatLoss(spec)}: a perfect prediction costs nothing`, () => {
    const probabilities = [1, 0, 0, 0, 1, 0, 0, 1, 0];
    const { value } = lossOfProbabilities({ probabilities, labels: [0, 1, 1], classes: 3 }, spec);
    assertEquals(value, 0);
  });
}

// Two voxels of class 0, one of class 1, one ignored; class 2 is absent.
const IMAGE = {
  probabilities: [0.5, 0.3, 0.2, 0.6, 0.2, 0.2, 0.1, 0.7, 0.2, 0, 0, 1],
  labels: [0, 0, 1, 255],
  classes: 3,
};

Deno.test("losses over classes are the mean over classes present, the background among them or not", () => {
  const background = softIou([0.5, 0.6, 0.1], [1, 1, 0]).value;
  const organ = softIou([0.3, 0.2, 0.7], [0, 0, 1]).value;
  const all = lossOfProbabilities(IMAGE, { name: "iou", background: true });
  assertAlmostEquals(all.value, 1 - (background + organ) / 2, 1e-15);
  const foreground = lossOfProbabilities(IMAGE, { name: "iou", background: false });
  assertAlmostEquals(foreground.value, 1 - organ, 1e-15);
  const alone = { ...IMAGE, labels: [0, 0, 0, 0] };
  assertEquals(lossOfProbabilities(alone, { name: "iou", background: false }).value, 0);
});

Deno.test("cross-entropies weigh voxels alike, or classes alike", () => {
  const plain = lossOfProbabilities(IMAGE, { name: "cross-entropy" });
  assertAlmostEquals(plain.value, -(Math.log(0.5) + Math.log(0.6) + Math.log(0.7)) / 3, 1e-15);
  assertAlmostEquals(plain.gradient[7]!, -1 / 0.7 / 3, 1e-15);
  const balanced = lossOfProbabilities(IMAGE, { name: "balanced-cross-entropy" });
  const means = [(Math.log(0.5) + Math.log(0.6)) / 2, Math.log(0.7)];
  assertAlmostEquals(balanced.value, -(means[0]! + means[1]!) / 2, 1e-15);
  assertNear(crossEntropyWeights(IMAGE), [1 / 3, 1 / 3, 1 / 3], 1e-15);
  assertNear(balancedWeights(IMAGE), [1 / 4, 1 / 2, 0], 1e-15);
});

Deno.test("balanced cross-entropy of an image with one class is 0, as in the author's map", () => {
  const image = { ...IMAGE, labels: [0, 0, 0, 255] };
  const { value, gradient } = lossOfProbabilities(image, { name: "balanced-cross-entropy" });
  assertEquals([value, ...gradient], new Array(13).fill(0));
});

Deno.test("ce-iou is (F + B) / (1 + B) of means over the class and its complement", () => {
  const { value } = lossOfProbabilities(IMAGE, { name: "ce-iou", background: false });
  const missed = -Math.log(0.7);
  const added = -(Math.log(1 - 0.3) + Math.log(1 - 0.2)) / 2;
  assertAlmostEquals(value, (missed + added) / (1 + added), 1e-15);
  // No complement: B = 0.
  const all = { probabilities: [0.4, 0.6], labels: [1], classes: 2 };
  const alone = lossOfProbabilities(all, { name: "ce-iou", background: false });
  assertAlmostEquals(alone.value, -Math.log(0.6), 1e-15);
});

Deno.test("losses refuse labels and values that do not fit, and parameters that make none", () => {
  const iou: LossSpec = { name: "iou", background: true };
  const image = { logits: [0, 0, 0, 0], labels: [0, 1], classes: 2 };
  assertThrows(() => lossOfLogits({ ...image, labels: [0, 2] }, iou), RangeError, "label 2");
  assertThrows(() => lossOfLogits({ ...image, labels: [0, 0.5] }, iou), RangeError, "label 0.5");
  assertThrows(() => lossOfLogits({ ...image, labels: [0] }, iou), TypeError, "need 2");
  assertThrows(() => lossOfLogits({ ...image, classes: 0 }, iou), RangeError, "0 classes");
  assertThrows(
    () => lossOfLogits(image, { name: "iou-power", exponent: 0, background: true }),
    RangeError,
    "the exponent must be positive",
  );
});
