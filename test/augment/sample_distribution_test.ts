import { assert, assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import type { Transform } from "../../src/augment/mod.ts";
import { assertCounts, assertMean, assertShare, assertUniform, draw, DRAWS } from "./_draws.ts";

const DEGREES = 180 / Math.PI;

/** Number `i` of each map. */
function entries(transforms: readonly Transform[], i: number): number[] {
  return transforms.map(({ matrix }) => matrix[i]!);
}

/** How often each value was found. */
function tally(values: readonly (number | string)[], known: readonly (number | string)[]) {
  const counts = known.map(() => 0);
  for (const value of values) {
    const at = known.indexOf(value);
    assert(at >= 0, `found ${value}`);
    counts[at]!++;
  }
  return counts;
}

for (const [axis, sine, cosine] of [[0, 9, 5], [1, 8, 0], [2, 4, 0]] as const) {
  Deno.test(`sampleTransform() draws angles about axis ${axis} uniformly to both sides`, () => {
    const rotation = ([0, 0, 0] as [number, number, number]).with(axis, 40) as never;
    const angles = draw({ rotation }).map(({ matrix }) =>
      DEGREES * Math.atan2(matrix[sine]!, matrix[cosine]!)
    );
    assertUniform(angles, -40, 40);
  });
}

Deno.test("sampleTransform() reflects each axis with its own probability", () => {
  const found = draw({ reflection: [0.05, 0, 1] });
  assertShare(entries(found, 0).filter((entry) => entry === -1).length / DRAWS, 0.05);
  assertEquals(new Set(entries(found, 5)), new Set([1]));
  assertEquals(new Set(entries(found, 10)), new Set([-1]));
});

Deno.test("sampleTransform() scales by factors from 1 to the largest, half of them inverted", () => {
  const factors = entries(draw({ scaling: [1, 1.5, 1] }), 5);
  const larger = factors.filter((factor) => factor > 1);
  const smaller = factors.filter((factor) => factor <= 1);
  assertShare(larger.length / DRAWS, 0.5);
  assertUniform(larger, 1, 1.5);
  assertUniform(smaller.map((factor) => 1 / factor), 1, 1.5);
});

Deno.test("sampleTransform() scales each axis by itself", () => {
  const found = draw({ scaling: [1.5, 1.5, 1.5] });
  const logs = [0, 5, 10].map((i) => entries(found, i).map(Math.log));
  for (const [a, b] of [[0, 1], [0, 2], [1, 2]] as const) {
    const products = logs[a]!.map((value, i) => value * logs[b]![i]!);
    // Of two independent values with mean 0, the product has mean 0 and at most the largest value's square as deviation.
    assertMean(products, 0, Math.log(1.5) ** 2);
  }
});

Deno.test("sampleTransform() scales by the original rule's normal factors, half of them inverted", () => {
  const factors = entries(draw({ scaling: [1.05, 1, 1], scalingRule: "original" }), 0);
  // N(1, s) with s = 1.05 / 4 = 0.2625, or its inverse. P(factor > t) = (P(z > (t - 1) / s) + P(0 < 1 + s z < 1 / t)) / 2, by the
  // normal distribution's table 0.186371 at t = 1 + s and 0.058765 at t = 1 + 2 s.
  for (const [t, probability] of [[1, 0.499965], [1.2625, 0.186371], [1.525, 0.058765]] as const) {
    assertShare(factors.filter((factor) => factor > t).length / DRAWS, probability);
  }
});

Deno.test("sampleTransform() perturbs all nine entries with the same Gaussian", () => {
  const found = draw({ perturbation: 0.05 });
  for (let i = 0; i < 11; i++) {
    if (i % 4 === 3) continue;
    const errors = entries(found, i).map((entry) => (entry - (i % 5 === 0 ? 1 : 0)) / 0.05);
    assertMean(errors, 0, 1);
    // Of a standard normal number, the square has variance 2, the fourth power mean 3 and variance 96.
    assertMean(errors.map((error) => error ** 2), 1, Math.sqrt(2));
    assertMean(errors.map((error) => error ** 4), 3, Math.sqrt(96));
  }
});

Deno.test("sampleTransform() shifts uniformly to both sides", () => {
  const size = { input: [20, 20, 20], output: [20, 20, 20] } as const;
  const found = draw({ translation: [5, 0, 2] }, size);
  assertUniform(entries(found, 3), -5, 5);
  assertEquals(new Set(entries(found, 7)), new Set([0]));
  assertUniform(entries(found, 11), -2, 2);
});

Deno.test("sampleTransform() starts uniform crops at each voxel that leaves them inside", () => {
  const found = draw({ crop: "uniform" }, { input: [10, 6, 5], output: [7, 6, 8] });
  // From 0 to 3; to 0; and where the output has 3 voxels more, 1 or 2 of them are before the input.
  assertCounts(tally(entries(found, 3), [0, 1, 2, 3]), [0.25, 0.25, 0.25, 0.25]);
  assertEquals(new Set(entries(found, 7)), new Set([0]));
  assertEquals(new Set(entries(found, 11)), new Set([-2]));
});

/** The voxel at the middle of each result, of two the second, as an index. */
function centres(transforms: readonly Transform[], [nx, ny]: readonly number[]): number[] {
  return transforms.map(({ matrix, shape }) => {
    const at = [0, 4, 8].map((row) =>
      shape.reduce(
        (sum, n, axis) => sum + matrix[row + axis]! * Math.floor(n / 2),
        matrix[row + 3]!,
      )
    );
    return at[0]! + nx! * (at[1]! + ny! * at[2]!);
  });
}

for (
  const [crop, wanted] of [["valid", [0, 2, 4, 5, 7, 9, 11]], ["nonzero", [2, 5, 11]]] as const
) {
  Deno.test(`sampleTransform() centres ${crop} crops on each voxel that counts, equally often`, () => {
    const labels = new Uint8Array([0, 255, 1, 255, 0, 6, 255, 0, 255, 0, 255, 2]);
    const input = [3, 2, 2] as const;
    const found = centres(draw({ crop }, { input, output: [5, 4, 3], labels }), input);
    assertCounts(tally(found, wanted), wanted.map(() => 1 / wanted.length));
  });
}

Deno.test("sampleTransform() finds the few voxels of a rare label, equally often", () => {
  const input = [20, 25, 30] as const;
  const labels = new Uint8Array(20 * 25 * 30);
  const wanted = [0, 7777, labels.length - 1];
  for (const i of wanted) labels[i] = 1;
  // 64 guesses among 15000 voxels find one of three 1 time in 80: the others are found by counting.
  const found = draw({ crop: "nonzero" }, { input, output: [4, 4, 4], labels }, 2000);
  assertCounts(tally(centres(found, input), wanted), [1 / 3, 1 / 3, 1 / 3]);
});

Deno.test("sampleTransform() moves both window limits uniformly and apart from each other", () => {
  const found = draw({ window: { low: -200, high: 400, jitter: 100 } });
  const [lows, highs] = [
    found.map(({ window }) => window!.low),
    found.map(({ window }) => window!.high),
  ];
  assertUniform(lows, -300, -100);
  assertUniform(highs, 300, 500);
  // The product of two independent uniform numbers from -100 to 100 has the deviation 100^2 / 3.
  assertMean(lows.map((low, i) => (low + 200) * (highs[i]! - 400)), 0, 1e4 / 3);
});

Deno.test("sampleTransform() leaves the window as it is without jitter, and none without a window", () => {
  assertEquals(draw({ window: { low: -1, high: 2.5 } }, undefined, 1)[0]!.window, {
    low: -1,
    high: 2.5,
  });
  assertEquals("window" in draw({}, undefined, 1)[0]!, false);
});

Deno.test("sampleTransform() draws the noise's sigma half-normally", () => {
  const sigmas = draw({ noise: 5 }).map(({ noise }) => noise!.sigma / 5);
  for (const sigma of sigmas) assertGreaterOrEqual(sigma, 0);
  // The half-normal distribution has mean sqrt(2 / pi) and variance 1 - 2 / pi, its square those of the normal one's.
  assertMean(sigmas, Math.sqrt(2 / Math.PI), Math.sqrt(1 - 2 / Math.PI));
  assertMean(sigmas.map((sigma) => sigma ** 2), 1, Math.sqrt(2));
  assertEquals("noise" in draw({ noise: 0 }, undefined, 1)[0]!, false);
});

for (const nz of [8, 9, 1]) {
  Deno.test(`sampleTransform() occludes slabs of a result with ${nz} slices as often as the rule says`, () => {
    // All widths w = floor(U(0, nz / 2)) and all nz + w first slices of each, by hand: the last width has a smaller share if nz is odd.
    const probabilities = new Map<string, number>([["none", 1 - 0.8]]);
    const add = (slab: string, p: number) =>
      probabilities.set(slab, (probabilities.get(slab) ?? 0) + 0.8 * p);
    for (let width = 0; width < nz / 2; width++) {
      const share = Math.min(1, nz / 2 - width) / (nz / 2);
      for (let first = -width; first < nz; first++) {
        const slices = Array.from({ length: width }, (_, i) => first + i)
          .filter((slice) => slice >= 0 && slice < nz);
        const slab = slices.length === 0 ? "none" : `${slices[0]} ${slices.at(-1)}`;
        add(slab, share / (nz + width));
      }
    }
    const found = draw({ occlusion: 0.8 }, { input: [9, 9, 9], output: [4, 4, nz] })
      .map(({ occlusion }) => occlusion ? `${occlusion.first} ${occlusion.last}` : "none");
    const known = [...probabilities.keys()];
    const counts = tally(found, known);
    if (nz === 1) assertEquals(counts, [DRAWS]);
    else assertCounts(counts, [...probabilities.values()]);
  });
}

Deno.test("sampleTransform() occludes never at probability 0, and slabs of up to half the slices at 1", () => {
  assertEquals(draw({ occlusion: 0 }).filter(({ occlusion }) => occlusion), []);
  const found = draw({ occlusion: 1 }, { input: [9, 9, 9], output: [4, 4, 160] });
  const widths = found.flatMap(({ occlusion }) =>
    occlusion ? [occlusion.last - occlusion.first + 1] : []
  );
  assertLess(Math.max(...widths), 80);
  assertGreaterOrEqual(Math.max(...widths), 75);
});
