import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  meanInterval,
  median,
  medianInterval,
  outlierCount,
  ratioInterval,
} from "../../bench/statistics.ts";
import { RandomStream } from "../../src/random/mod.ts";

const ranks = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
const random = (stream: number) => new RandomStream({ seed: 7, stream });

Deno.test("median() takes the middle one or the mean of the middle two", () => {
  assertEquals(median([3]), 3);
  assertEquals(median([3, 1, 2]), 2);
  assertEquals(median([10, 1, 3, 2]), 2.5);
  assertEquals(median([9, 100, 11]), 11);
});

Deno.test("median() refuses no samples", () => {
  assertThrows(() => median([]), RangeError, "Cannot take a median: there are no samples");
});

// With n distinct samples the bootstrap median is at most the j-th if at least (n + 1) / 2 of n draws fall on the j lowest: a binomial
// tail with p = j / n. The lower end is the first j whose tail reaches 2.5 %: for n = 5 the 1st (tail 5.8 %), for 9 the 2nd (3.0 %;
// 1st: 0.1 %), for 17 the 5th (3.6 %; 4th: 0.8 %), for 27 the 9th (3.6 %; 8th: 1.3 %). The upper end mirrors it.
for (const [n, low] of [[5, 1], [9, 2], [17, 5], [27, 9]] as const) {
  Deno.test(`medianInterval() of ${n} samples reaches from sample ${low} to ${n + 1 - low}`, () => {
    const samples = ranks(n).sort((a, b) => a % 4 - b % 4 || a - b);
    assertEquals(medianInterval(samples, random(1)), {
      value: (n + 1) / 2,
      ci95: [low, n + 1 - low],
    });
  });
}

Deno.test("medianInterval() of equal samples is one point", () => {
  assertEquals(medianInterval([4, 4, 4, 4, 4], random(2)), { value: 4, ci95: [4, 4] });
});

Deno.test("medianInterval() does not depend on the order of the samples", () => {
  const samples = [5, 1, 4, 2, 8, 3, 9];
  assertEquals(
    medianInterval(samples, random(3)),
    medianInterval(samples.toReversed(), random(3)),
  );
});

Deno.test("medianInterval() holds the true median as often as the binomial law says", () => {
  // Exponential samples: skewed, median ln 2. The interval is [2nd, 8th] of 9, so it misses with 2 (1 + 9) / 2^9 = 3.9 %.
  const draws = random(4);
  const repetitions = 300;
  let held = 0;
  for (let k = 0; k < repetitions; k++) {
    const samples = Array.from({ length: 9 }, () => -Math.log(1 - draws.uniform()));
    const { ci95: [low, high] } = medianInterval(samples, random(100 + k));
    if (low <= Math.LN2 && Math.LN2 <= high) held++;
  }
  assertWithinBinomial(held, repetitions, 1 - 20 / 512);
});

Deno.test("ratioInterval() holds the true ratio in 95 % of repetitions", () => {
  // Medians 3 ln 2 and ln 2: a ratio of 3.
  const draws = random(5);
  const repetitions = 300;
  let held = 0;
  for (let k = 0; k < repetitions; k++) {
    const draw = () => -Math.log(1 - draws.uniform());
    const above = Array.from({ length: 17 }, () => 3 * draw());
    const below = Array.from({ length: 17 }, draw);
    const { ci95: [low, high] } = ratioInterval(above, below, random(1000 + k));
    if (low <= 3 && 3 <= high) held++;
  }
  assertWithinBinomial(held, repetitions, 0.95);
});

Deno.test("ratioInterval() divides medians", () => {
  assertEquals(ratioInterval([6, 6, 6], [2, 2, 2], random(6)), { value: 3, ci95: [3, 3] });
  assertEquals(ratioInterval([1, 6, 50], [1, 4, 9], random(6)).value, 1.5);
});

Deno.test("ratioInterval() refuses a divisor that is not above 0", () => {
  assertThrows(() => ratioInterval([1, 1], [1, 0], random(7)), RangeError, "a divisor is 0");
});

Deno.test("outlierCount() counts what lies beyond 1.5 interquartile ranges", () => {
  // Quartiles 2 and 4, fences -1 and 7.
  assertEquals(outlierCount([1, 2, 3, 4, 5]), 0);
  assertEquals(outlierCount([1, 2, 3, 4, 7]), 0);
  assertEquals(outlierCount([4, 100, 3, 2, 1]), 1);
  // Quartiles 3 and 7, fences -3 and 13.
  assertEquals(outlierCount([-50, 2, 3, 4, 5, 6, 7, 8, 50]), 2);
});

/** Fails if a count is further than three standard deviations from what a binomial law expects. */
function assertWithinBinomial(held: number, repetitions: number, share: number): void {
  const spread = 3 * Math.sqrt(repetitions * share * (1 - share));
  assert(
    Math.abs(held - repetitions * share) <= spread,
    `held ${held} of ${repetitions}, expected ${repetitions * share} +- ${spread}`,
  );
}

Deno.test("meanInterval() is the mean and Student's t of its standard error", () => {
  // Deviations -2, 0, 2: variance 4, standard error 2 / sqrt(3), t(0.975, 2) = 4.30265.
  const { value, ci95: [low, high] } = meanInterval([1, 3, 5]);
  assertEquals(value, 3);
  assertAlmostEquals(high - 3, 4.30265 * 2 / Math.sqrt(3), 1e-4);
  assertAlmostEquals(3 - low, high - 3, 1e-12);
  assertEquals(meanInterval([7, 7]), { value: 7, ci95: [7, 7] });
});
