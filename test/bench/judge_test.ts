import { assertEquals, assertThrows } from "@std/assert";
import { judge, worseJudgement } from "../../bench/judge.ts";

const near = { class: "absolute", tolerance: 0.5, reason: "test" } as const;
const few = { class: "mismatch-count", tolerance: 500_000, reason: "test" } as const;

/** Two images of two elements, each followed by two labels. */
const yardstick = {
  acceptance: near,
  unit: "HU",
  parts: [0, 1].flatMap(() => [
    { name: "image", length: 2 },
    { name: "labels", length: 2, acceptance: few },
  ]),
};
const expected = new Float32Array([0, 1, 2, 3, 4, 5, 6, 7]);

Deno.test("judge() judges each part by its own acceptance, parts of one name together", () => {
  // Image elements off by 0.25 and 0.5, a label of each pair by 100.
  const got = new Float32Array([0.25, 1, 102, 3, 4, 5.5, 6, 107]);
  const image = { class: "absolute", max_abs: 0.5, mismatches: 0, ok: true } as const;
  const labels = { class: "mismatch-count", max_abs: 100, mismatches: 2, ok: true } as const;
  assertEquals(judge(got, expected, yardstick), {
    ...{ class: "absolute", max_abs: 0.5, mismatches: 2, ok: true, unit: "HU" },
    parts: [{ name: "image", ...image, unit: "HU" }, { name: "labels", ...labels }],
  });
});

Deno.test("judge() compares in units, but parts of another kind in values", () => {
  const got = new Float32Array([0.25, 1, 102, 3, 4, 5, 6, 7]);
  const { max_abs, parts, own_noise } = judge(got, expected, { ...yardstick, scale: 2 }, 3);
  assertEquals([max_abs, own_noise], [0.5, 6]);
  assertEquals(parts!.map((part) => part.max_abs), [0.5, 100]);
});

Deno.test("judge() says which part is not accepted", () => {
  // Both labels of the second pair: one in two may differ.
  const got = new Float32Array([0, 1, 2, 3, 4, 5, 9, 9]);
  const { ok, error, max_abs } = judge(got, expected, yardstick);
  assertEquals([ok, max_abs], [false, 0]);
  assertEquals(
    error,
    "labels: 2 of 2 elements differ (at most 500000 in a million may): " +
      "[0] got 9, expected 6; [1] got 9, expected 7",
  );
});

Deno.test("judge() excuses noise of a reference's own in images alone", () => {
  const image = new Float32Array([8, 1, 2, 3, 4, 5, 6, 7]);
  assertEquals(judge(image, expected, yardstick).ok, false);
  const noisy = judge(image, expected, yardstick, 1);
  assertEquals([noisy.ok, noisy.own_noise], [true, 1]);
  const labels = new Float32Array([0, 1, 2, 3, 4, 5, 6.5, 7.5]);
  assertEquals(judge(labels, expected, yardstick, 1).ok, false);
});

Deno.test("judge() takes an output without parts as one, and one of another length as wrong", () => {
  const { parts: _, ...whole } = yardstick;
  const got = expected.map((value) => value + 0.5);
  const comparison = { class: "absolute", max_abs: 0.5, mismatches: 0, ok: true, unit: "HU" };
  assertEquals(judge(got, expected, whole) as object, comparison);
  assertEquals(judge(got.subarray(1), expected, yardstick).error, "7 elements, expected 8");
});

Deno.test("judge() refuses parts that do not add up to the output", () => {
  assertThrows(
    () => judge(expected, expected, { ...yardstick, parts: yardstick.parts.slice(1) }),
    RangeError,
    "an output of 8 elements: its parts have 6",
  );
});

Deno.test("worseJudgement() takes the worse of each part, and what fails before what does not", () => {
  const image = judge(new Float32Array([0.5, 1, 2, 3, 4, 5, 6, 7]), expected, yardstick);
  const label = judge(new Float32Array([0, 1, 2, 9, 4, 5, 6, 7]), expected, yardstick);
  const both = worseJudgement(image, label);
  assertEquals(both.parts!.map(({ mismatches, max_abs }) => [mismatches, max_abs]), [
    [0, 0.5],
    [1, 6],
  ]);
  assertEquals([both.max_abs, both.mismatches, both.ok], [0.5, 1, true]);
  const wrong = judge(new Float32Array([9, 1, 2, 3, 4, 5, 6, 7]), expected, yardstick);
  assertEquals(worseJudgement(both, wrong), wrong);
  assertEquals(worseJudgement(wrong, both), wrong);
});
