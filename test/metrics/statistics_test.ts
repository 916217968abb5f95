import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { comparePaired, holm, summarise } from "../../src/metrics/mod.ts";
import { RandomStream } from "../../src/random/mod.ts";

Deno.test("summarise() gives mean, spread between cases and how many there are", () => {
  const { mean, sd, ci95, n } = summarise([2, undefined, 4, 9], { seed: 1 });
  assertEquals([mean, n], [5, 3]);
  assertAlmostEquals(sd!, Math.sqrt((9 + 1 + 16) / 2), 1e-12);
  // Of three cases a resample of one value thrice comes in 1 of 27, more than 2.5 %: the interval reaches to both.
  assertEquals(ci95, [2, 9]);
});

Deno.test("summarise() leaves out what cannot be said of no case or of one", () => {
  assertEquals(summarise([], { seed: 1 }), { n: 0 });
  assertEquals(summarise([undefined], { seed: 1 }), { n: 0 });
  assertEquals(summarise([0.5, undefined], { seed: 1 }), { n: 1, mean: 0.5 });
});

Deno.test("summarise()'s interval of many cases is the normal law's", () => {
  const random = new RandomStream({ seed: 3, stream: 0 });
  const values = Array.from({ length: 400 }, () => random.normal(10, 2));
  const { mean, sd, ci95 } = summarise(values, { seed: 2 });
  const half = 1.96 * sd! / 20;
  assertAlmostEquals(ci95![0], mean! - half, 0.06 * half);
  assertAlmostEquals(ci95![1], mean! + half, 0.06 * half);
});

Deno.test("summarise() depends on values and seed alone", () => {
  const values = [0.1, 0.9, 0.4, 0.5, 0.45];
  assertEquals(summarise(values, { seed: 4 }), summarise(values, { seed: 4 }));
});

Deno.test("comparePaired() goes through all sign patterns of few cases", () => {
  // All five positive: of 32 patterns only all plus and all minus reach that far.
  const all = comparePaired([2, 3, 4, 5, 6], [1, 1, 1, 1, 1], { seed: 1 });
  assertEquals([all.n, all.difference, all.p], [5, 3, 2 / 32]);
  // Differences 1, 2, -3: the sum is 0, and every pattern is as far.
  assertEquals(comparePaired([1, 2, 0], [0, 0, 3], { seed: 1 }).p, 1);
  // Differences 3, 2, -1: sum 4; of 8 patterns 6, 4, 2, 0, 0, -2, -4, -6 four reach 4.
  assertEquals(comparePaired([3, 2, 0], [0, 0, 1], { seed: 1 }).p, 0.5);
  // Fisher's example of 15 pairs of Darwin's maize, in eighths of an inch: 863 + 863 of 32,768 patterns reach the sum of 314.
  const darwin = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
  const { p } = comparePaired(darwin, darwin.map(() => 0), { seed: 1 });
  assertEquals(p, 1726 / 32768);
});

Deno.test("comparePaired() draws patterns of many cases and comes near the normal law", () => {
  const random = new RandomStream({ seed: 5, stream: 0 });
  const a = Array.from({ length: 60 }, () => random.normal(0.25, 1));
  const b = a.map(() => 0);
  const { p, difference } = comparePaired(a, b, { seed: 1 });
  // Under the hypothesis the mean has the variance sum d^2 / n^2.
  const z = difference! / Math.sqrt(a.reduce((sum, d) => sum + d * d, 0) / 60 ** 2);
  assertAlmostEquals(p, 2 * (1 - normalCdf(Math.abs(z))), 0.01);
  assert(p > 0);
  assertEquals(comparePaired(b, b, { seed: 1 }).p, 1);
});

Deno.test("comparePaired() calls equal arms different no more often than it says", () => {
  const random = new RandomStream({ seed: 6, stream: 0 });
  let called = 0;
  for (let k = 0; k < 300; k++) {
    const draw = () => Array.from({ length: 8 }, () => random.normal());
    if (comparePaired(draw(), draw(), { seed: k }).p <= 0.05) called++;
  }
  // 12 of 256 patterns are below 5 %: 4.7 % of 300 are 14, three standard deviations of 3.7 around it.
  assert(called > 3 && called < 25, `called ${called} of 300`);
});

Deno.test("comparePaired() counts the cases that both have a figure for", () => {
  const { n, difference } = comparePaired([1, undefined, 3, 4], [0, 1, undefined, 2], { seed: 1 });
  assertEquals([n, difference], [2, 1.5]);
  assertEquals(comparePaired([undefined], [1], { seed: 1 }), { n: 0, p: 1 });
  assertThrows(() => comparePaired([1], [1, 2], { seed: 1 }), TypeError, "1 and 2 cases");
});

Deno.test("comparePaired() mirrors when the arms are swapped", () => {
  const a = [0.5, 0.8, 0.7, 0.9, 0.6, 0.2];
  const b = [0.4, 0.8, 0.3, 0.95, 0.5, 0.1];
  const [ab, ba] = [comparePaired(a, b, { seed: 1 }), comparePaired(b, a, { seed: 1 })];
  assertAlmostEquals(ab.difference!, -ba.difference!, 1e-12);
  assertEquals(ab.p, ba.p);
});

Deno.test("holm() multiplies the smallest by how many there are, and never falls", () => {
  // Holm's own steps: 0.005 x 4, 0.01 x 3, 0.03 x 2, then 0.04 x 1 raised to the one before.
  const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
  [0.03, 0.06, 0.06, 0.02].forEach((p, i) => assertAlmostEquals(adjusted[i]!, p, 1e-12));
  assertEquals(holm([]), []);
  assertEquals(holm([0.7, 0.8]), [1, 1]);
  assertThrows(() => holm([0.5, 1.5]), RangeError, "found 1.5");
});

/** Abramowitz and Stegun 26.2.17, 7.5e-8. */
function normalCdf(x: number): number {
  const t = 1 / (1 + 0.2316419 * x);
  const tail = t *
    (0.319381530 +
      t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 1 - Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI) * tail;
}
