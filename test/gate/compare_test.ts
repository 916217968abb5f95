import { assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { measureBaselineBy } from "../../bench/baseline.ts";
import { compareWithBaseBy, levelsSince } from "../../bench/compare.ts";
import { baseLevels, IncomparableError, parseBase } from "../../bench/compare_base.ts";
import { formatGithub } from "../../bench/format_github.ts";
import type { BenchResult, BenchRow } from "../../src/report/mod.ts";
import { doubling } from "../bench/_pairs.ts";
import { fakeProgram } from "../bench/_programs.ts";

const at = (name: string) => ({ kernel: "a/k", case: name });
const row = (name: string): BenchRow => ({
  ...{ suite: "a", ...at(name), implementation: "webgpu" },
  ...{ samples_ms: [2, 2.5, 3], median_ms: 2.5, ci95_ms: [2, 3] },
  agreement: { class: "exact", max_abs: 0, ok: true },
});
const ratio = (name: string, value: number) => ({
  ...at(name),
  ...{ against: "typescript" as const, ratio: value, ci95: [value, value] as const },
});
const result: BenchResult = {
  schema: "ct-organ-webgpu/bench@1",
  adapter: { description: "llvmpipe (LLVM 15.0.6, 256 bits)", vendor: "Mesa", software: true },
  machine: { cores: 2, os: "linux" },
  versions: {},
  command: "deno task bench",
  seed: 1,
  results: ["lost", "won", "still", "new", "twinless"].map(row),
  ratios: [ratio("lost", 4), { ...ratio("lost", 9), against: "itk-wasm" }],
};

const gated = (name: string, implementation: "webgpu" | "webgpu-fast" = "webgpu") => ({
  ...at(name),
  implementation,
});

Deno.test("levelsSince() compares ratios to the twin, never times", () => {
  const base = {
    ...result,
    ratios: [
      ...[ratio("lost", 4), ratio("still", 4), ratio("twinless", 4)],
      // Other references do not count.
      { ...ratio("new", 4), against: "itk-wasm" as const },
    ],
  };
  // Ten times the base's machine's times, which are not in the file anyway.
  const set = (webgpu: number) => ({ webgpu: [webgpu, 9, webgpu], typescript: [40, 40, 40] });
  const twice = (name: string, first: number, second: number) => ({
    ...at(name),
    sets: [set(first), set(second)],
  });
  const { levels, notCompared } = levelsSince(base, result, [
    ...[twice("lost", 20, 10), twice("still", 10, 10), twice("new", 10, 10)],
    // A later measurement.
    twice("lost", 40, 40),
  ]);
  // Ratios of now: 2, 4, 1 and 1 after 4; 4 and 4 after 4.
  assertEquals(levels.map(({ blocks: [_block, ...rest], ...others }) => [others, rest]), [
    [{ ...gated("lost"), beforeSd: 0 }, []],
    [{ ...gated("still"), beforeSd: 0 }, []],
  ]);
  const [lost, still] = levels.map(({ blocks: [block] }) => block!);
  const exp = (logs: readonly number[]) => logs.map((log) => Number(Math.exp(-log).toFixed(9)));
  assertEquals([exp(lost!.now), exp(lost!.before)], [[2, 4, 1, 1], [4]]);
  assertEquals([exp(still!.now), exp(still!.before)], [[4, 4], [4]]);
  assertEquals(notCompared, [
    { ...gated("won"), reason: "the base has no ratio to typescript" },
    { ...gated("new"), reason: "the base has no ratio to typescript" },
    { ...gated("twinless"), reason: "there is no ratio to typescript now" },
  ]);
});

Deno.test("levelsSince() compares the fast way with its own past", () => {
  const now = {
    ...result,
    results: [row("lost"), { ...row("lost"), implementation: "webgpu-fast" as const }],
  };
  const set = { webgpu: [10], "webgpu-fast": [5], typescript: [40] };
  const twice = [{ ...at("lost"), sets: [set, set] }];
  // The twin over the fast way: 4 / 0.25 before, 40 / 5 now.
  const fast = { ...ratio("lost", 0.25), against: "webgpu-fast" as const };
  const { levels } = levelsSince({ ...result, ratios: [ratio("lost", 4), fast] }, now, twice);
  assertEquals(levels.map(({ implementation }) => implementation), ["webgpu", "webgpu-fast"]);
  const [block] = levels[1]!.blocks;
  assertAlmostEquals(block!.before[0]!, -Math.log(16), 1e-12);
  assertAlmostEquals(block!.now[1]!, -Math.log(8), 1e-12);
  const { notCompared } = levelsSince({ ...result, ratios: [ratio("lost", 4)] }, now, twice);
  assertEquals(notCompared, [{
    ...gated("lost", "webgpu-fast"),
    reason: "the base has no ratio to typescript for webgpu-fast",
  }]);
});

Deno.test("baseLevels() takes a base's processes, or what the samples of one leave open", () => {
  const of = (ratios: BenchResult["ratios"], way: "webgpu" | "webgpu-fast" = "webgpu") =>
    baseLevels({ ...result, ratios }, gated("lost", way));
  const plain = { ...ratio("lost", 4), ci95: [2, 8] as const };
  // A factor of 2 either way is 1.96 standard deviations.
  const one = of([plain])!;
  assertEquals(one.levels, [-Math.log(4)]);
  assertAlmostEquals(one.sd!, Math.LN2 / 1.959964, 1e-12);
  const several = { ...plain, processes: [2, 8] };
  assertEquals(of([several]), { levels: [-Math.log(2), -Math.log(8)] });
  // Fast over exact in each process: the twin over fast is 4 and 2.
  const fast = { ...plain, against: "webgpu-fast" as const, processes: [0.5, 4] };
  assertEquals(of([several, fast], "webgpu-fast")!.levels.map((log) => Math.exp(-log).toFixed(9)), [
    ...["4.000000000", "2.000000000"],
  ]);
  assertEquals(of([several], "webgpu-fast"), undefined);
  assertEquals(of([several, { ...fast, processes: [1, 2, 3] }], "webgpu-fast"), undefined);
  assertEquals(of([]), undefined);
});

const setup = {
  pairs: [doubling("test/double")],
  plan: { warmup: 0, stops: [5], budgetMs: 0 },
  programs: (dir: string) =>
    (["webgpu", "typescript"] as const).map((name) => fakeProgram(name, "good", dir)),
};
const base = (value: number): BenchResult => ({
  ...result,
  ratios: [{ ...ratio("small", value), kernel: "test/double" }],
});

Deno.test("compareWithBaseBy() trips on a ratio that was far better, and keeps the benchmark", async () => {
  const { result, moves, notCompared } = await compareWithBaseBy(setup, {
    ...{ quick: true, base: base(1e30) },
  });
  assertEquals(moves.map(({ verdict, processes }) => [verdict, processes]), [["slower", 6]]);
  assertEquals(notCompared, []);
  assertEquals(result.results.map(({ implementation }) => implementation), [
    ...["webgpu", "typescript"],
  ]);
  assertEquals(result.ratios.length, 1);
});

Deno.test("compareWithBaseBy() is glad of a ratio that was far worse", async () => {
  const { moves } = await compareWithBaseBy(setup, { quick: true, base: base(1e-30) });
  assertEquals(moves.map(({ verdict }) => verdict), ["faster"]);
});

Deno.test("compareWithBaseBy() refuses a hardware adapter's result on a software adapter", async () => {
  const hardware = { description: "RTX", vendor: "NVIDIA", software: false };
  await assertRejects(
    () => compareWithBaseBy(setup, { base: { ...result, adapter: hardware } }),
    IncomparableError,
    "Cannot compare with the base: the base ran on a hardware adapter (RTX), this is a software adapter (Fake adapter)",
  );
});

const wrong: [what: string, text: string, says: string][] = [
  ["no JSON", "{", "is not JSON"],
  ["null", "null", 'must be "ct-organ-webgpu/bench@1", found none'],
  ["another schema", '{"schema":"x@2"}', 'found "x@2"'],
  ["no adapter", JSON.stringify({ ...result, adapter: {} }), "which adapter"],
  ["no ratios", JSON.stringify({ ...result, ratios: {} }), "valid ratios"],
  ["a ratio of 0", JSON.stringify({ ...result, ratios: [ratio("lost", 0)] }), "valid ratios"],
  [
    "a list of one process",
    JSON.stringify({ ...result, ratios: [{ ...ratio("lost", 2), processes: [2] }] }),
    "valid ratios",
  ],
];
for (const [what, text, says] of wrong) {
  Deno.test(`parseBase() refuses ${what}`, () => {
    assertThrows(() => parseBase(text), IncomparableError, says);
  });
}

Deno.test("measureBaselineBy() keeps the ratios to the twin of six processes, and can be compared with", async () => {
  const pair = doubling("test/double");
  const baseline = await measureBaselineBy({
    pairs: [{
      ...pair,
      fast: { kernels: [], acceptance: pair.acceptance, gpu: pair.gpu },
    }],
    plan: setup.plan,
    programs: (dir) =>
      (["webgpu", "webgpu-fast", "typescript", "itk-wasm"] as const).map((name) =>
        fakeProgram(name, "good", dir)
      ),
  }, { quick: true, seed: 3 });
  assertEquals(parseBase(JSON.stringify(baseline)), baseline);
  assertEquals(baseline.command, "deno task bench --quick --baseline BASE.json --seed 3");
  assertEquals(baseline.results, []);
  assertEquals(
    baseline.ratios.map(({ case: name, against, processes }) => [name, against, processes!.length]),
    [["small", "typescript", 6], ["small", "webgpu-fast", 6]],
  );
  for (const { ratio, ci95: [low, high], processes } of baseline.ratios) {
    const product = processes!.reduce((product, ratio) => product * ratio);
    assertAlmostEquals(ratio, product ** (1 / 6), 1e-9 * ratio);
    assertEquals([low < ratio, ratio < high], [true, true]);
  }
});

Deno.test("formatGithub() gives name, unit, value, range and extra of each row", () => {
  const entries = JSON.parse(formatGithub({
    ...result,
    results: [row("lost"), { ...row("lost"), implementation: "typescript", median_ms: 10 }],
  }));
  assertEquals(entries.length, 2);
  assertEquals(entries[0], {
    name: "a/k: lost (webgpu)",
    unit: "ms",
    value: 2.5,
    range: "2.000 - 3.000",
    extra: [
      "3 samples, 95 % interval of the median",
      "agreement: ok",
      "software adapter: llvmpipe (LLVM 15.0.6, 256 bits)",
      "2 cores, linux",
    ].join("\n"),
  });
  assertEquals(entries[1].value, 10);
  assertEquals(entries[1].extra.split("\n")[2], "webgpu is 4.00 times as fast");
});
