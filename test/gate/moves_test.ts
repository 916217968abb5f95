import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  type Block,
  levelAgainstTwin,
  levelsOfRounds,
  shiftOf,
  type SubjectLevels,
} from "../../bench/compare_levels.ts";
import { findMoves, judgeLevels, type Move } from "../../bench/compare_moves.ts";
import { formatMoves, regressionLine } from "../../bench/compare_table.ts";

const at = (name: string) => ({
  kernel: "a/k",
  case: name,
  implementation: "webgpu" as const,
});
const levels = (blocks: Block[], name = "c"): SubjectLevels => ({ ...at(name), blocks });
/** Two processes a side, each `spread` apart. */
const block = (shift: number, spread: number): Block => ({
  now: [shift - spread / 2, shift + spread / 2],
  before: [-spread / 2, spread / 2],
});

Deno.test("levelsOfRounds() takes the median over rounds, so that drift cancels", () => {
  // The second always takes twice as long as the first, while the machine slows down tenfold.
  const [first, second] = levelsOfRounds([[1, 2, 4, 7, 10], [2, 4, 8, 14, 20]]);
  assertAlmostEquals(second! - first!, Math.LN2, 1e-12);
  assertAlmostEquals(first! + second!, 0, 1e-12);
});

Deno.test("levelAgainstTwin() is the median over rounds of the logarithm of GPU over twin", () => {
  assertAlmostEquals(levelAgainstTwin([1, 2, 90], [4, 8, 10]), -Math.log(4), 1e-12);
});

Deno.test("shiftOf() of one block is the difference of means with the pooled error", () => {
  // Means 3 and 1, squares 2 + 2 of 2 + 3 processes: variance 4 / 3, times 1/2 + 1/3.
  const found = shiftOf(levels([{ now: [2, 4], before: [0, 1, 2] }]));
  assertEquals([found.value, found.dof], [2, 3]);
  assertAlmostEquals(found.error, Math.sqrt(4 / 3 * (1 / 2 + 1 / 3)), 1e-12);
});

Deno.test("shiftOf() counts what the only process of before leaves open", () => {
  const found = shiftOf({ ...levels([{ now: [2, 4], before: [1] }]), beforeSd: 2 });
  assertEquals([found.value, found.dof], [2, 1]);
  assertAlmostEquals(found.error, Math.sqrt(2 * (1 / 2 + 1) + 4), 1e-12);
});

Deno.test("shiftOf() compares within blocks, and counts how far they differ", () => {
  // Differences 1 and 3, whatever the blocks' own levels; 8 processes, 2 blocks, 1 version: 5 degrees of freedom.
  const blocks = [{ now: [11, 13], before: [10, 12] }, { now: [-2, -2], before: [-5, -5] }];
  const found = shiftOf(levels(blocks));
  assertEquals([found.value, found.dof], [2, 5]);
  // Squares 2 + 2 within processes, 1 + 1 of the differences about 2; each block weighs 2 x 2 / 4.
  assertAlmostEquals(found.error, Math.sqrt(6 / 5 / 2), 1e-12);
});

Deno.test("judgeLevels() looks again at what is beyond 5 % or beyond its noise, either way", () => {
  const verdict = (shift: number, spread: number) => judgeLevels(levels([block(shift, spread)]));
  assertEquals(
    [[0.06, 1], [0.04, 1], [0.04, 0.001], [-0.06, 1], [-0.04, 0.001], [0.0001, 0.001]].map((
      [shift, spread],
    ) => verdict(shift!, spread!).verdict),
    ["slower", "same", "slower", "faster", "faster", "same"],
  );
  assertEquals(verdict(0.06, 1).floor, 1.05);
  // Squares 2 x 0.01^2 / 2 on 2 degrees of freedom: an error of 0.01 / sqrt(2), times t(0.975, 2).
  assertAlmostEquals(verdict(0, 0.01).floor, Math.exp(4.30265 * 0.01 / Math.SQRT2), 1e-6);
});

Deno.test("judgeLevels() of the last measurement asks more of each subject, the more there are", () => {
  const six = levels([block(0.2, 0.1), block(0.2, 0.1), block(0.2, 0.1)]);
  // Squares 3 x 2 x 0.005 on 8 degrees of freedom, over a weight of 3.
  const error = Math.sqrt(0.03 / 8 / 3);
  // t(0.975, 8) for one subject, t(0.995, 8) for five.
  for (const [subjects, t] of [[1, 2.306], [5, 3.3554]] as const) {
    const { floor, processes, verdict, change: { value, ci95 } } = judgeLevels(six, subjects);
    assertAlmostEquals(Math.log(floor), t * error, 1e-4);
    assertAlmostEquals(value, Math.exp(0.2), 1e-12);
    assertAlmostEquals(Math.log(ci95[0]), 0.2 - 2.306 * error, 1e-4);
    assertAlmostEquals(Math.log(ci95[1]), 0.2 + 2.306 * error, 1e-4);
    assertEquals([processes, verdict], [6, "slower"]);
  }
  assertEquals(judgeLevels(six, 10_000).verdict, "same");
});

Deno.test("findMoves() measures again what seems to have moved, and believes the last of three", async () => {
  const names = ["thrice", "twice", "once", "never", "gone"];
  const shifts: Record<string, number[]> = {
    thrice: [0.3, 0.3, 0.3],
    twice: [0.3, 0.3, -0.6],
    once: [0.3, -0.3],
    never: [0],
    gone: [0.3],
  };
  const asked: string[][] = [];
  const blocks = new Map<string, Block[]>();
  const { moves, notCompared } = await findMoves((only) => {
    const now = names.filter((name) => only?.(at(name)) ?? true);
    asked.push(now);
    const [there, lacking] = [
      now.filter((name) => shifts[name]!.length >= asked.length),
      now.filter((name) => shifts[name]!.length < asked.length),
    ];
    return Promise.resolve({
      levels: there.map((name) => {
        const own = [...blocks.get(name) ?? [], block(shifts[name]![asked.length - 1]!, 0.01)];
        blocks.set(name, own);
        return levels(own, name);
      }),
      notCompared: lacking.map((name) => ({ ...at(name), reason: "it died" })),
    });
  });
  assertEquals(asked, [names, ["thrice", "twice", "once", "gone"], ["thrice", "twice"]]);
  assertEquals(moves.map(({ case: name, verdict, processes }) => [name, verdict, processes]), [
    ["thrice", "slower", 6],
    ["twice", "same", 6],
    ["once", "same", 4],
    ["never", "same", 2],
  ]);
  assertEquals(notCompared, [{ ...at("gone"), reason: "it died" }]);
});

Deno.test("formatMoves() puts what moved first, regressionLine() names the worst", () => {
  const move = (
    name: string,
    value: number,
    ci95: [number, number],
    verdict: Move["verdict"],
  ): Move => ({
    ...at(name),
    ...{ change: { value, ci95 }, floor: 1.03, processes: verdict === "same" ? 2 : 6, verdict },
  });
  const moves = [
    { ...move("still", 1, [0.99, 1.02], "same"), implementation: "webgpu-fast" as const },
    move("won", 0.5, [0.4, 0.6], "faster"),
    move("lost", 1.25, [1.2, 1.3], "slower"),
    move("lost more", 2, [1.9, 2.125], "slower"),
  ];
  const outcome = { moves, notCompared: [{ ...at("new"), kernel: "b/k", reason: "not there" }] };
  assertEquals(formatMoves(outcome, "Title").split("\n"), [
    "Title",
    "          case                       change  95 % interval  noise floor  processes",
    "  SLOWER  a/k: lost                  1.25 x    1.20 - 1.30       1.03 x          6",
    "  SLOWER  a/k: lost more             2.00 x    1.90 - 2.13       1.03 x          6",
    "  faster  a/k: won                  0.500 x  0.400 - 0.600       1.03 x          6",
    "          a/k: still (webgpu-fast)   1.00 x   0.990 - 1.02       1.03 x          2",
    "  not compared: b/k: new: not there",
    "2 slower, 1 faster, 1 unchanged, 1 not compared",
  ]);
  assertEquals(
    regressionLine(outcome, "main"),
    "Cannot pass the gate: 2 cases have become slower than main, worst a/k (lost more) by 2.00 x",
  );
  assertEquals(regressionLine({ moves: moves.slice(0, 2), notCompared: [] }, "main"), undefined);
  const [fast] = moves;
  assertEquals(
    regressionLine({ moves: [{ ...fast!, verdict: "slower" }], notCompared: [] }, "main"),
    "Cannot pass the gate: 1 case has become slower than main, a/k (still, webgpu-fast) by 1.00 x",
  );
});
