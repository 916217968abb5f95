import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { type Change, findMoves, judgeChanges, noiseFloor } from "../../bench/compare_moves.ts";
import { formatMoves, regressionLine } from "../../bench/compare_table.ts";
import { pairedRatioInterval, ratioChangeInterval } from "../../bench/statistics.ts";
import { RandomStream } from "../../src/random/mod.ts";

const random = () => new RandomStream({ seed: 3, stream: 1 });
const change = (
  value: number,
  [low, high]: [number, number],
  again = 1,
  name = "c",
): Change => ({ kernel: "a/k", case: name, change: { value, ci95: [low, high] }, again });

Deno.test("pairedRatioInterval() takes the median ratio of rounds, so that drift cancels", () => {
  // Every round twice as long as the other subject, while the machine slows down tenfold.
  const below = [1, 2, 4, 7, 10];
  assertEquals(pairedRatioInterval(below.map((ms) => 2 * ms), below, random()), {
    value: 2,
    ci95: [2, 2],
  });
  // Ratios 1, 2, 3, 4, 5; five samples' interval reaches from the least to the most.
  assertEquals(pairedRatioInterval([4, 3, 2, 1, 5], [1, 1, 1, 1, 1], random()), {
    value: 3,
    ci95: [1, 5],
  });
});

Deno.test("pairedRatioInterval() refuses rounds that lack a subject", () => {
  assertThrows(
    () => pairedRatioInterval([1, 2], [1], random()),
    RangeError,
    "there are 2 and 1",
  );
  assertThrows(() => pairedRatioInterval([], [], random()), RangeError, "there are 0 and 0");
  assertThrows(() => pairedRatioInterval([1], [0], random()), RangeError, "a divisor is 0");
});

Deno.test("ratioChangeInterval() divides the earlier ratio by that of now", () => {
  // Twin 12 ms, GPU 4 ms: ratio 3 now, 6 before.
  const sure = ratioChangeInterval({ value: 6, ci95: [6, 6] }, [12, 12, 12], [4, 4, 4], random());
  assertEquals(sure, { value: 2, ci95: [2, 2] });
  // Without noise now, the interval is that of the base: 6 / 3 within a factor of 1.5.
  const { value, ci95 } = ratioChangeInterval(
    { value: 6, ci95: [4, 9] },
    [12, 12, 12],
    [4, 4, 4],
    random(),
  );
  assertEquals(value, 2);
  assertAlmostEquals(ci95[0], 2 / 1.5, 0.03);
  assertAlmostEquals(ci95[1], 2 * 1.5, 0.06);
});

Deno.test("noiseFloor() is 2.906 times the median size of the A/A changes, either way", () => {
  const again = [1.01, 1 / 1.01, 1.02, 1.5, 1 / 1.03];
  const changes = again.map((again) => change(1, [1, 1], again));
  assertAlmostEquals(noiseFloor(changes), 1.02 ** 2.906, 1e-12);
  assertEquals(noiseFloor(changes.slice(0, 4)), 1);
});

Deno.test("judgeChanges() wants significance and a size above the floor, either way", () => {
  const verdicts = judgeChanges([
    change(1.2, [1.1, 1.3]),
    change(1.2, [0.99, 1.5]),
    change(1.04, [1.03, 1.05]),
    change(0.8, [0.7, 0.9]),
    change(0.97, [0.96, 0.98]),
    change(1.2, [1.1, 1.3], 1.25),
    change(1.2, [1.1, 1.3], 1 / 1.25),
  ], 1.05);
  assertEquals(verdicts.map(({ verdict }) => verdict), [
    ...["slower", "same", "same", "faster", "same", "same", "same"],
  ]);
  assertEquals(verdicts.map(({ floor }) => floor), [1.05, 1.05, 1.05, 1.05, 1.05, 1.25, 1.25]);
});

Deno.test("findMoves() measures again what moved, and believes only what moves three times", async () => {
  const slower = (name: string) => change(1.3, [1.2, 1.4], 1, name);
  const asked: string[][] = [];
  const names = ["thrice", "twice", "once", "never", "back", "gone"];
  const { moves } = await findMoves((only) => {
    const now = names.filter((name) => only?.({ kernel: "a/k", case: name }) ?? true);
    asked.push(now);
    const first = { never: change(1, [0.9, 1.1], 1, "never") } as Record<string, Change>;
    const second = {
      once: change(1, [0.9, 1.1], 1, "once"),
      back: change(0.7, [0.6, 0.8], 1, "back"),
    } as Record<string, Change>;
    const third = { twice: change(1, [0.9, 1.1], 1, "twice") } as Record<string, Change>;
    const known = [first, second, third][asked.length - 1]!;
    const there = now.filter((name) => asked.length === 1 || name !== "gone");
    return Promise.resolve({
      changes: there.map((name) => known[name] ?? slower(name)),
      notCompared: [],
    });
  });
  assertEquals(asked, [names, ["thrice", "twice", "once", "back", "gone"], ["thrice", "twice"]]);
  assertEquals(moves.map(({ verdict }) => verdict), [
    ...["slower", "same", "same", "same", "same", "same"],
  ]);
});

Deno.test("formatMoves() puts what moved first, regressionLine() names the worst", () => {
  const moves = judgeChanges([
    change(1, [0.99, 1.02], 1.01, "still"),
    change(0.5, [0.4, 0.6], 1, "won"),
    change(1.25, [1.2, 1.3], 1, "lost"),
    change(2, [1.9, 2.125], 1, "lost more"),
  ], 1.03);
  const outcome = { moves, notCompared: [{ kernel: "b/k", case: "new", reason: "not there" }] };
  assertEquals(formatMoves(outcome, "Title").split("\n"), [
    "Title",
    "          case             change  95 % interval  noise floor",
    "  SLOWER  a/k: lost        1.25 x    1.20 - 1.30       1.03 x",
    "  SLOWER  a/k: lost more   2.00 x    1.90 - 2.13       1.03 x",
    "  faster  a/k: won        0.500 x  0.400 - 0.600       1.03 x",
    "          a/k: still       1.00 x   0.990 - 1.02       1.03 x",
    "  not compared: b/k: new: not there",
    "2 slower, 1 faster, 1 unchanged, 1 not compared",
  ]);
  assertEquals(
    regressionLine(outcome, "main"),
    "Cannot pass the gate: 2 cases have become slower than main, worst a/k (lost more) by 2.00 x",
  );
  assertEquals(regressionLine({ moves: moves.slice(0, 2), notCompared: [] }, "main"), undefined);
});
