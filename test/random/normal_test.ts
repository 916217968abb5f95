import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { fillNormal, normalAt, philox4x32 } from "../../src/random/mod.ts";
import { normalOf } from "../../src/random/normal.ts";

const N = 1_000_000;
const field = fillNormal({ seed: 20181127, stream: 3 }, new Float64Array(N));

// Tolerances are five standard errors of the estimator for N independent normals.
Deno.test("normalAt() has mean 0, variance 1, skewness 0 and kurtosis 3", () => {
  const moment = (p: number) => field.reduce((sum, v) => sum + v ** p, 0) / N;
  assertAlmostEquals(moment(1), 0, 5 * Math.sqrt(1 / N));
  assertAlmostEquals(moment(2), 1, 5 * Math.sqrt(2 / N));
  assertAlmostEquals(moment(3), 0, 5 * Math.sqrt(15 / N));
  assertAlmostEquals(moment(4), 3, 5 * Math.sqrt(96 / N));
});

Deno.test("normalAt() is uncorrelated at lags 1 to 8 and at a row's length", () => {
  for (const lag of [1, 2, 3, 4, 5, 6, 7, 8, 160]) {
    let sum = 0;
    for (let i = lag; i < N; i++) sum += field[i]! * field[i - lag]!;
    assertAlmostEquals(sum / (N - lag), 0, 5 / Math.sqrt(N - lag), `lag ${lag}`);
  }
});

Deno.test("normalAt() falls into ten equally likely bins equally often", () => {
  // Deciles of the normal distribution (tables of the inverse error function).
  const edges = [-1.2815515655, -0.8416212336, -0.5244005127, -0.2533471031, 0];
  const bounds = [...edges, ...edges.slice(0, 4).reverse().map((edge) => -edge)];
  const counts = new Array<number>(10).fill(0);
  for (const value of field) {
    const bin = bounds.findIndex((bound) => value < bound);
    counts[bin < 0 ? 9 : bin]!++;
  }
  const chiSquare = counts.reduce((sum, n) => sum + (n - N / 10) ** 2 / (N / 10), 0);
  // 27.88 is the 99.9 % point of chi-square with 9 degrees of freedom.
  assert(chiSquare < 27.88, `chi-square ${chiSquare}`);
});

Deno.test("normalAt() shares nothing between neighbouring seeds, streams and halves of either", () => {
  const n = 100_000;
  const base = { seed: 41n, stream: 7n };
  const fields = [
    base,
    { seed: 42n, stream: 7n },
    { seed: 41n, stream: 8n },
    { seed: 7n, stream: 41n },
    { seed: 41n << 32n, stream: 7n },
    { seed: 41n, stream: 7n << 32n },
  ].map((key) => fillNormal(key, new Float64Array(n)));
  const seen = new Map<number, number>();
  fields.forEach((values, f) => {
    for (let g = 0; g < f; g++) {
      const other = fields[g]!;
      // A seed that only shifts the field would show at the shift.
      for (const shift of [0, 1, 2, 3, 4, 8, 12]) {
        let sum = 0;
        for (let i = shift; i < n; i++) sum += values[i]! * other[i - shift]!;
        assertAlmostEquals(sum / (n - shift), 0, 5 / Math.sqrt(n - shift), `${f} ${g} ${shift}`);
      }
    }
    for (let i = 0; i < n; i += 4) {
      assertEquals(seen.has(values[i]!), false, `fields ${f} and ${seen.get(values[i]!)}`);
      seen.set(values[i]!, f);
    }
  });
});

Deno.test("normalAt() is Box and Muller's transform of the block's words", () => {
  // Counter 0 and key 0 are Random123's first vector: 6627e8d5 e169c58d bc57ac4c 9b00dbd8.
  const key = { seed: 0, stream: 0 };
  const [u1, u2, u3, u4] = [0x6627e8d5 + 0.5, 0xe169c58d, 0xbc57ac4c + 0.5, 0x9b00dbd8]
    .map((word) => word / 2 ** 32) as [number, number, number, number];
  const expected = [
    Math.sqrt(-2 * Math.log(u1)) * Math.cos(2 * Math.PI * u2),
    Math.sqrt(-2 * Math.log(u1)) * Math.sin(2 * Math.PI * u2),
    Math.sqrt(-2 * Math.log(u3)) * Math.cos(2 * Math.PI * u4),
    Math.sqrt(-2 * Math.log(u3)) * Math.sin(2 * Math.PI * u4),
  ];
  expected.forEach((value, i) => assertAlmostEquals(normalAt(key, i), value, 1e-14));
});

Deno.test("normalAt() takes seed, stream and index of 64 bits in the stated words", () => {
  const key = { seed: 0x123456789abcdef0n, stream: 0xfedcba9876543210n };
  const block = 0x5_0000_0003; // above 32 bits
  const words = philox4x32([3, 5, 0x76543210, 0xfedcba98], [0x9abcdef0, 0x12345678]);
  assertEquals(normalAt(key, 4 * block + 2), normalOf(words[2]!, words[3]!, 0));
  assertEquals(normalAt(key, 4 * block + 3), normalOf(words[2]!, words[3]!, 1));
});

Deno.test("normalAt() stays finite at the ends of the words' range", () => {
  assertAlmostEquals(normalOf(0, 0, 0), Math.sqrt(2 * 33 * Math.LN2), 1e-12);
  // -ln(1 - x) = x + x^2 / 2 + ..., x = 2^-33
  const x = 2 ** -33;
  assertAlmostEquals(normalOf(0xffffffff, 0, 0) / Math.sqrt(2 * (x + x * x / 2)), 1, 1e-12);
});

Deno.test("fillNormal() gives what normalAt() gives, from any start", () => {
  const key = { seed: 9, stream: 1 };
  fc.assert(
    fc.property(fc.nat(2 ** 31), fc.nat(13), (start, length) => {
      const values = fillNormal(key, new Float64Array(length), start);
      values.forEach((value, i) => assertEquals(value, normalAt(key, start + i)));
    }),
  );
});

Deno.test("normalAt() throws RangeError for indices and keys out of range", () => {
  const key = { seed: 1, stream: 1 };
  for (const index of [-1, 0.5, NaN, 2 ** 53]) {
    assertThrows(() => normalAt(key, index), RangeError, String(index));
  }
  assertThrows(() => fillNormal(key, new Float64Array(2), 2 ** 53 - 1), RangeError);
  for (const bad of [-1, 1.5, 2 ** 53, NaN, -1n, 1n << 64n]) {
    assertThrows(() => normalAt({ seed: bad, stream: 0 }, 0), RangeError, "seed");
    assertThrows(() => normalAt({ seed: 0, stream: bad }, 0), RangeError, "stream");
  }
  assertThrows(() => normalAt({ seed: "1" as unknown as number, stream: 0 }, 0), TypeError, "seed");
});
