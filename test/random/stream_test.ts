import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { philox4x32, RandomStream } from "../../src/random/mod.ts";

const key = { seed: 77, stream: 5 };

Deno.test("RandomStream.uint32() gives the words of the key's blocks in order", () => {
  const random = new RandomStream({ seed: 0x1_0000_0002, stream: 0x3_0000_0004 });
  for (let block = 0; block < 3; block++) {
    const words = philox4x32([block, 0, 4, 3], [2, 1]);
    for (const word of words) assertEquals(random.uint32(), word);
  }
});

Deno.test("RandomStream.uniform() maps word w to low + (high - low) w / 2^32", () => {
  const words = new RandomStream(key);
  const random = new RandomStream(key);
  assertEquals(random.uniform(), words.uint32() / 2 ** 32);
  assertEquals(random.uniform(-10, 10), -10 + 20 * (words.uint32() / 2 ** 32));
});

Deno.test("RandomStream.uniform() stays below its bound whatever the range", () => {
  const bound = fc.double({ min: -1e300, max: 1e300, noNaN: true });
  fc.assert(
    fc.property(bound, bound, fc.nat(), (a, b, seed) => {
      const [low, high] = a < b ? [a, b] : [b, a];
      const value = new RandomStream({ seed, stream: 0 }).uniform(low, high);
      assert(low === high ? value === low : low <= value && value < high);
    }),
  );
  const random = new RandomStream(key);
  for (let i = 0; i < 100; i++) assertEquals(random.uniform(1, 1 + Number.EPSILON), 1);
});

Deno.test("RandomStream.uniform() has the mean and variance of a uniform distribution", () => {
  const n = 200_000;
  const random = new RandomStream(key);
  const values = Array.from({ length: n }, () => random.uniform());
  const mean = values.reduce((sum, v) => sum + v, 0) / n;
  const variance = values.reduce((sum, v) => sum + (v - 0.5) ** 2, 0) / n;
  // Five standard errors: var(u) = 1/12, var((u - 1/2)^2) = 1/180.
  assertAlmostEquals(mean, 1 / 2, 5 * Math.sqrt(1 / 12 / n));
  assertAlmostEquals(variance, 1 / 12, 5 * Math.sqrt(1 / 180 / n));
});

Deno.test("RandomStream.integer() is equally likely to give each value", () => {
  const n = 100_000;
  // 99.9 % points of chi-square with 1, 2, 5 and 9 degrees of freedom.
  for (const [below, limit] of [[2, 10.83], [3, 13.82], [6, 20.52], [10, 27.88]] as const) {
    const random = new RandomStream({ seed: 5, stream: below });
    const counts = new Array<number>(below).fill(0);
    for (let i = 0; i < n; i++) counts[random.integer(below)]!++;
    const expected = n / below;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    assert(chiSquare < limit, `below ${below}: chi-square ${chiSquare}`);
  }
});

Deno.test("RandomStream.integer() has no modulo bias when the range is close to 2^32", () => {
  // Below 3 * 2^30: plain scaling would give the values that are 0 mod 3 twice as often as the others.
  const random = new RandomStream(key);
  const n = 30_000;
  const counts = [0, 0, 0];
  for (let i = 0; i < n; i++) counts[random.integer(3 * 2 ** 30) % 3]!++;
  for (const count of counts) {
    assertAlmostEquals(count / n, 1 / 3, 5 * Math.sqrt((1 / 3) * (2 / 3) / n));
  }
});

Deno.test("RandomStream.integer() covers its whole range and nothing else", () => {
  const random = new RandomStream(key);
  assertEquals(random.integer(1), 0);
  const words = new RandomStream({ seed: 3, stream: 0 });
  assertEquals(new RandomStream({ seed: 3, stream: 0 }).integer(2 ** 32), words.uint32());
  for (const below of [0, -1, 1.5, NaN, 2 ** 32 + 1]) {
    assertThrows(() => random.integer(below), RangeError, String(below));
  }
});

Deno.test("RandomStream.normal() has the mean and standard deviation asked for", () => {
  const n = 200_000;
  const random = new RandomStream(key);
  const values = Array.from({ length: n }, () => random.normal(100, 20));
  const mean = values.reduce((sum, v) => sum + v, 0) / n;
  const variance = values.reduce((sum, v) => sum + (v - 100) ** 2, 0) / n;
  assertAlmostEquals(mean, 100, 5 * 20 / Math.sqrt(n));
  assertAlmostEquals(variance, 400, 5 * 400 * Math.sqrt(2 / n));
  assertEquals(new RandomStream(key).normal(7, 0), 7);
});

Deno.test("RandomStream.shuffle() gives every order of three equally often", () => {
  const n = 60_000;
  const random = new RandomStream(key);
  const counts = new Map<string, number>();
  for (let i = 0; i < n; i++) {
    const order = random.shuffle(["a", "b", "c"]).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assertEquals(counts.size, 6);
  const chiSquare = [...counts.values()].reduce((s, c) => s + (c - n / 6) ** 2 / (n / 6), 0);
  // The 99.9 % point of chi-square with 5 degrees of freedom.
  assert(chiSquare < 20.52, `chi-square ${chiSquare}`);
});

Deno.test("RandomStream.shuffle() keeps the values and works in place", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9)), (values) => {
      const copy = [...values];
      assert(new RandomStream(key).shuffle(copy) === copy);
      assertEquals(copy.toSorted(), values.toSorted());
    }),
  );
});

Deno.test("RandomStream throws RangeError for bounds that make no range", () => {
  const random = new RandomStream(key);
  assertThrows(() => random.uniform(1, 0), RangeError, "1 and 0");
  assertThrows(() => random.uniform(0, Infinity), RangeError, "Infinity");
  assertThrows(() => random.uniform(-1.7e308, 1.7e308), RangeError);
  assertThrows(() => random.normal(0, -1), RangeError, "-1");
  assertThrows(() => random.normal(NaN, 1), RangeError, "NaN");
});
