import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { type Gradients, judgeCurve, judgeGradients, RULE } from "../../src/twin/judge.ts";

const EXACT = [1, 0.9, 0.8, 0.7];
/** Farthest so far: 1e-7, 2e-6, 2e-6, 4e-5. */
const TURNED = [
  [1 + 1e-7, 0.9, 0.8 + 1e-6, 0.7],
  [1, 0.9 - 2e-6, 0.8, 0.7 + 4e-5],
];
const add = (...off: number[]) => EXACT.map((loss, i) => loss + off[i]!);

Deno.test("judgeCurve() allows four times PyTorch's farthest so far, and a floor", () => {
  const verdict = judgeCurve(add(0, 0, 7.3e-6, 0), EXACT, TURNED);
  assertEquals([verdict.verdict, verdict.worstStep, verdict.judged], ["agrees", 3, 4]);
  assertAlmostEquals(verdict.share, 7.3e-6 / (RULE.factor * 2e-6 + RULE.floor), 1e-6);
  assertAlmostEquals(verdict.deviation, 7.3e-6, 1e-12);
  assertAlmostEquals(verdict.yardstick, 4e-5, 1e-12);
});

Deno.test("judgeCurve() finds a curve that is off early, however near it comes later", () => {
  for (const [off, step] of [[add(1.6e-6, 0, 0, 0), 1], [add(0, 0, -9.8e-6, 0), 3]] as const) {
    const { verdict, worstStep } = judgeCurve(off, EXACT, TURNED);
    assertEquals([verdict, worstStep], ["differs", step]);
  }
});

Deno.test("judgeCurve() takes the floor relative to losses above 1", () => {
  const exact = [100];
  assertEquals(judgeCurve([100 + 9e-5], exact, [exact]).verdict, "agrees");
  assertEquals(judgeCurve([100 + 2e-4], exact, [exact]).verdict, "differs");
});

Deno.test("judgeCurve() leaves open what PyTorch itself does not settle", () => {
  const parted = [add(0, 0, 0.02, 0), EXACT];
  const open = judgeCurve(add(0, 0, 0.5, 0), EXACT, parted);
  assertEquals([open.verdict, open.judged], ["undecided", 2]);
  assertEquals(judgeCurve(add(0, 0.5, 0, 0), EXACT, parted).verdict, "differs");
  assertEquals(judgeCurve(EXACT, EXACT, [add(0, NaN, 0, 0)]).judged, 1);
});

Deno.test("judgeCurve() takes a loss of ours that is not a number for a difference", () => {
  const { verdict, worstStep } = judgeCurve(add(0, NaN, 0, 0), EXACT, TURNED);
  assertEquals([verdict, worstStep], ["differs", 2]);
});

Deno.test("judgeCurve() refuses curves of different lengths", () => {
  assertThrows(() => judgeCurve([1], EXACT, TURNED), RangeError, "1,4,4,4 steps");
  assertThrows(() => judgeCurve([], [], []), RangeError);
});

Deno.test("judgeGradients() compares each parameter's gradient as a vector and names the worst", () => {
  const exact = new Map([["a", [3, 4]], ["b", [100, 0]], ["dead", [0, 0]]]);
  const turned = [
    new Map([["a", [3, 4 + 5e-6]], ["b", [100, 0]], ["dead", [0, 0]]]),
    new Map([["a", [3, 4]], ["b", [100 + 1e-5, 0]], ["dead", [0, 0]]]),
  ];
  const ours = new Map([["a", [3 + 1.5e-5, 4]], ["b", [100, 5e-5]], ["dead", [0, 0]]]);
  const judge = (own: Gradients) => judgeGradients([{ ours: own, exact, turned }]);
  const worst = judge(ours);
  // a: 3e-6 against 4 times 1e-6 + 1e-6; b: 5e-7 against 4 times 1e-7 + 1e-6.
  assertEquals([worst.parameter, worst.verdict], ["a", "agrees"]);
  assertAlmostEquals(worst.share, 3 / 5, 1e-6);
  const alive = new Map([...ours, ["dead", [0, 1e-9]]]);
  assertEquals(judge(alive).parameter, "dead");
  assertEquals(judge(alive).verdict, "differs");
  const wrong = new Map([...ours, ["b", [100, NaN]]]);
  assertEquals(judge(wrong).verdict, "differs");
  assertThrows(() => judge(new Map()), RangeError, "of a gradient with 2");
  assertThrows(() => judgeGradients([]), RangeError, "there is no batch");
});

Deno.test("judgeGradients() lets one batch of three be off in a parameter, not two", () => {
  const exact = new Map([["a", [3, 4]], ["b", [100, 0]]]);
  const good = { ours: exact, exact, turned: [exact] };
  const off = (parameter: string) => ({
    ...good,
    ours: new Map([...exact, [parameter, [3, 4.1]]]),
  });
  assertEquals(judgeGradients([off("a"), good, off("b")]).verdict, "agrees");
  const twice = judgeGradients([off("a"), good, off("a")]);
  assertEquals([twice.parameter, twice.verdict], ["a", "differs"]);
  const lost = { ...good, ours: new Map([...exact, ["b", [100, NaN]]]) };
  assertEquals(judgeGradients([lost, good, lost]).verdict, "differs");
});
