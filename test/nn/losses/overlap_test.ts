import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import {
  generalizedMean,
  l1Iou,
  meanIou,
  minMaxIou,
  powerIou,
  type Scored,
  softDice,
  softIou,
  tversky,
} from "../../../src/nn/mod.ts";
import { anyClass, assertGradient, assertNear, share } from "./_images.ts";

type Score = (p: ArrayLike<number>, y: ArrayLike<number>) => Scored;

/** Every member of the family, with the largest exponent that keeps it below 1. */
const FAMILY: Readonly<Record<string, Score>> = {
  softIou,
  minMaxIou,
  l1Iou,
  "powerIou(0.5)": (p, y) => powerIou(p, y, 0.5),
  "powerIou(2)": (p, y) => powerIou(p, y, 2),
  "meanIou(1, 2; -1)": (p, y) => meanIou(p, y, { exponents: [1, 2], power: -1 }),
  "meanIou(0.5, 1, 2; 0)": (p, y) => meanIou(p, y, { exponents: [0.5, 1, 2], power: 0 }),
  "tversky(1, 1)": (p, y) => tversky(p, y, { alpha: 1, beta: 1 }),
};

const OTHERS: Readonly<Record<string, Score>> = {
  softDice,
  "tversky(0.3, 0.7)": (p, y) => tversky(p, y, { alpha: 0.3, beta: 0.7 }),
};

// By hand: I = 0.5 + 0.25 = 0.75, sum p = 1.25, sum y = 2.
const P = [0.5, 0.25, 0.5];
const Y = [1, 1, 0];

Deno.test("softIou() is I / U, its gradient 1 / U on foreground and -I / U^2 on background", () => {
  const { value, gradient } = softIou(P, Y);
  assertAlmostEquals(value, 0.75 / 2.5, 1e-15);
  assertNear(gradient, [1 / 2.5, 1 / 2.5, -0.75 / 6.25], 1e-15);
});

Deno.test("powerIou() takes k-th powers of p and y in the denominator", () => {
  const { value, gradient } = powerIou(P, Y, 2);
  const union = 0.25 + 0.0625 + 0.25 + 2 - 0.75;
  assertAlmostEquals(value, 0.75 / union, 1e-15);
  assertAlmostEquals(gradient[2]!, -0.75 * 2 * 0.5 / union ** 2, 1e-15);
  // Soft labels take the power too: 0.5 * 0.5 / (0.25 + 0.25 - 0.25).
  assertAlmostEquals(powerIou([0.5], [0.5], 2).value, 1, 1e-15);
});

Deno.test("softDice() and tversky() weigh what is wrong as their formulas say", () => {
  assertAlmostEquals(softDice(P, Y).value, 2 * 0.75 / (1.25 + 2), 1e-15);
  // False positives 0.5, false negatives 1.25.
  const index = tversky(P, Y, { alpha: 0.3, beta: 0.7 });
  assertAlmostEquals(index.value, 0.75 / (0.75 + 0.3 * 0.5 + 0.7 * 1.25), 1e-15);
});

Deno.test("the three forms differ on soft labels: p = 0.5, y = 0.8", () => {
  assertAlmostEquals(softIou([0.5], [0.8]).value, 0.4 / 0.9, 1e-15);
  assertAlmostEquals(minMaxIou([0.5], [0.8]).value, 0.5 / 0.8, 1e-15);
  assertAlmostEquals(l1Iou([0.5], [0.8]).value, 0.4 / 0.7, 1e-15);
});

Deno.test("meanIou() is the generalised mean of its members", () => {
  const members = [1, 2].map((k) => powerIou(P, Y, k).value);
  const mean = (power: number) => meanIou(P, Y, { exponents: [1, 2], power }).value;
  const [a = 0, b = 0] = members;
  assertAlmostEquals(mean(1), (a + b) / 2, 1e-15);
  assertAlmostEquals(mean(-1), 2 / (1 / a + 1 / b), 1e-15);
  assertAlmostEquals(mean(0), Math.sqrt(a * b), 1e-15);
  assertAlmostEquals(mean(3), ((a ** 3 + b ** 3) / 2) ** (1 / 3), 1e-15);
});

Deno.test("generalizedMean() survives powers that overflow, and gives its derivatives", () => {
  assertAlmostEquals(generalizedMean([1e200, 1e200], 2).mean / 1e200, 1, 1e-12);
  for (const power of [-2, 0, 1, 3]) {
    assertGradient(
      (x) => generalizedMean([...x], power).mean,
      [1, 2, 5],
      generalizedMean([1, 2, 5], power).shares,
      { what: `power ${power}` },
    );
  }
});

for (const [name, score] of Object.entries({ ...FAMILY, ...OTHERS })) {
  Deno.test(`${name}'s gradient is the limit of differences, also with soft labels`, () => {
    // Away from 0, where differences are far from their limit.
    const inside = fc.double({ min: 0.2, max: 0.95, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(inside, share()), { minLength: 1, maxLength: 8 }), (voxels) => {
        const p = voxels.map(([p]) => p);
        // Kinks of min, max and the distance stand at p = y.
        const y = voxels.map(([p, y]) => Math.abs(p - y) < 1e-3 ? 0 : y);
        assertGradient((p) => score(p, y).value, p, score(p, y).gradient, {
          tolerance: 1e-6,
          what: name,
        });
      }),
      { numRuns: 40 },
    );
  });

  Deno.test(`${name} is not a number where all is 0, with a gradient of zeros`, () => {
    const { value, gradient } = score([0, 0], [0, 0]);
    assertEquals([value, ...gradient], [NaN, 0, 0]);
  });
}

for (const [name, score] of Object.entries(FAMILY)) {
  Deno.test(`${name} is the IOU of sets on binary predictions`, () => {
    fc.assert(fc.property(anyClass, ({ p, y }) => {
      const binary = p.map(Math.round);
      const both = binary.filter((p, i) => p === 1 && y[i] === 1).length;
      const either = binary.filter((p, i) => p === 1 || y[i] === 1).length;
      assertAlmostEquals(score(binary, y).value, both / either, 1e-14);
    }));
  });

  Deno.test(`${name} stays within [0, 1], is 1 for p = y alone, and ignores correct background`, () => {
    fc.assert(fc.property(anyClass, fc.nat(20), ({ p, y }, more) => {
      const { value } = score(p, y);
      assert(value >= 0 && value <= 1 + 1e-15, `${value}`);
      const wrong = p.some((p, i) => Math.abs(p - y[i]!) > 1e-3);
      if (wrong) assert(value < 1, `${value}`);
      assertAlmostEquals(score(y, y).value, 1, 1e-15);
      const zeros = new Array(more).fill(0);
      assertAlmostEquals(score([...p, ...zeros], [...y, ...zeros]).value, value, 1e-14);
    }));
  });
}

Deno.test("softIou() grows with foreground predictions and shrinks with background's", () => {
  fc.assert(fc.property(anyClass, fc.nat(), share(), ({ p, y }, at, to) => {
    const i = at % p.length;
    const moved = p.with(i, to);
    const change = softIou(moved, y).value - softIou(p, y).value;
    const direction = y[i] === 1 ? 1 : -1;
    assert(direction * change * Math.sign(to - p[i]!) >= -1e-15, `${change}`);
  }));
});

Deno.test("minMaxIou() and l1Iou() equal softIou() on binary labels, gradients and borders included", () => {
  fc.assert(fc.property(anyClass, ({ p, y }) => {
    const product = softIou(p, y);
    for (const other of [minMaxIou(p, y), l1Iou(p, y)]) {
      assertAlmostEquals(other.value, product.value, 1e-14);
      assertNear(other.gradient, product.gradient);
    }
  }));
});

Deno.test("softDice() is 2 J / (1 + J), tversky() softIou() and softDice() for its two special weights", () => {
  fc.assert(fc.property(anyClass, ({ p, y }) => {
    const { value: iou } = softIou(p, y);
    const { value: dice } = softDice(p, y);
    assertAlmostEquals(dice, 2 * iou / (1 + iou), 1e-14);
    assertAlmostEquals(tversky(p, y, { alpha: 1, beta: 1 }).value, iou, 1e-14);
    assertAlmostEquals(tversky(p, y, { alpha: 0.5, beta: 0.5 }).value, dice, 1e-14);
  }));
});

Deno.test("scores refuse labels that are not as many as predictions", () => {
  for (const score of [...Object.values(FAMILY), ...Object.values(OTHERS)]) {
    assertThrows(() => score([0, 1], [1]), TypeError, "2 predictions with 1 labels");
  }
});
