import { assertEquals } from "@std/assert";
import { compare, compareNoisy, worse } from "../../bench/agreement.ts";

const exact = { class: "exact", reason: "test" } as const;
const within = { class: "absolute", tolerance: 0.5, reason: "test" } as const;
const few = { class: "mismatch-count", tolerance: 400_000, reason: "test" } as const;

Deno.test("compare() accepts equal values of different element types", () => {
  assertEquals(compare(new Float32Array([0, 1, -0]), new Uint8Array([0, 1, 0]), exact), {
    class: "exact",
    max_abs: 0,
    mismatches: 0,
    ok: true,
  });
});

Deno.test("compare() names the first faults of an exact class", () => {
  const got = new Uint8Array([1, 1, 9, 1]);
  assertEquals(compare(got, new Uint8Array([1, 0, 1, 1]), exact), {
    class: "exact",
    max_abs: 8,
    mismatches: 2,
    ok: false,
    error: "2 of 4 elements differ (none may): [1] got 1, expected 0; [2] got 9, expected 1",
  });
});

Deno.test("compare() shows five faults of many", () => {
  const { error, mismatches } = compare(new Uint8Array(100), new Uint8Array(100).fill(1), exact);
  assertEquals(mismatches, 100);
  assertEquals(error!.split(";").length, 5);
});

Deno.test("compare() takes a tolerance as inclusive", () => {
  const expected = new Float32Array([1, 2]);
  assertEquals(compare(new Float32Array([1.5, 2]), expected, within).ok, true);
  const refused = compare(new Float32Array([1.5, 2.75]), expected, within);
  assertEquals(refused, {
    class: "absolute",
    max_abs: 0.75,
    mismatches: 1,
    ok: false,
    error: "1 of 2 elements differ (none may by more than 0.5): [1] got 2.75, expected 2",
  });
});

Deno.test("compare() counts mismatches of any size", () => {
  const expected = new Uint8Array([0, 0, 0]);
  const one = compare(new Uint8Array([5, 0, 0]), expected, few);
  assertEquals([one.ok, one.mismatches, one.max_abs], [true, 1, 5]);
  const two = compare(new Uint8Array([5, 1, 0]), expected, few);
  assertEquals(
    two.error,
    "2 of 3 elements differ (at most 400000 in a million may): [0] got 5, expected 0; [1] got 1, expected 0",
  );
});

Deno.test("compare() never accepts NaN or infinity for a number, whatever the tolerance", () => {
  const lax = { class: "absolute", tolerance: 1e30, reason: "test" } as const;
  const expected = new Float32Array([0, 0]);
  const got = compare(new Float32Array([NaN, Infinity]), expected, lax);
  assertEquals([got.ok, got.mismatches, got.max_abs], [false, 2, 0]);
  assertEquals(compare(new Float32Array([0, 0]), new Float32Array([NaN, 0]), lax).ok, false);
  const same = new Float32Array([NaN, -Infinity]);
  assertEquals(compare(same, same.slice(), lax).ok, true);
});

Deno.test("compare() excuses as many elements as the acceptance names", () => {
  // A third of a million elements: one of three, rounded down.
  const excusing = { ...within, exceptionsPerMillion: 400_000 };
  const expected = new Float32Array([1, 2, 3]);
  const one = compare(new Float32Array([9, 2, 3]), expected, excusing);
  assertEquals([one.ok, one.mismatches, one.max_abs], [true, 1, 8]);
  assertEquals(
    compare(new Float32Array([9, 9, 3]), expected, excusing).error,
    "2 of 3 elements differ (400000 in a million may by more than 0.5): [0] got 9, expected 1; [1] got 9, expected 2",
  );
  assertEquals(compare(new Float32Array([NaN, 2, 3]), expected, excusing).ok, false);
});

Deno.test("compare() refuses another number of elements", () => {
  const { ok, error } = compare(new Uint8Array(3), new Uint8Array(4), few);
  assertEquals([ok, error], [false, "3 elements, expected 4"]);
});

Deno.test("compare() and compareNoisy() compare in units where a value is several of them", () => {
  const expected = new Float32Array([1, 2]);
  const got = new Float32Array([1, 2.25]);
  assertEquals(compare(got, expected, within, 2), {
    ...{ class: "absolute", max_abs: 0.5, mismatches: 0, ok: true },
  });
  assertEquals(compare(got, expected, within, 4), {
    ...{ class: "absolute", max_abs: 1, mismatches: 1, ok: false },
    error: "1 of 2 elements differ (none may by more than 0.5): [1] got 9, expected 8",
  });
  // Noise of 0.25 values is one unit: it may take two outputs 8 sqrt(2) units apart, 2.8 values.
  assertEquals(compareNoisy(got, expected, within, 0.25, 4).own_noise, 1);
  assertEquals(compareNoisy(new Float32Array([1, 4]), expected, within, 0.25, 4).ok, true);
  assertEquals(compareNoisy(new Float32Array([1, 7]), expected, within, 0.25, 4).ok, false);
});

Deno.test("worse() prefers the failed, then the one further off", () => {
  const expected = new Float32Array([0, 0]);
  const good = compare(expected, expected, within);
  const near = compare(new Float32Array([0.25, 0]), expected, within);
  const bad = compare(new Float32Array([0.75, 0]), expected, within);
  assertEquals(worse(good, near), near);
  assertEquals(worse(near, good), near);
  assertEquals(worse(bad, near), bad);
  assertEquals(worse(near, bad), bad);
});
