import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { changesSince, compareWithBaseBy } from "../../bench/compare.ts";
import {
  adapterClass,
  baselineOf,
  IncomparableError,
  parseBase,
} from "../../bench/compare_base.ts";
import { judgeChanges } from "../../bench/compare_moves.ts";
import { formatGithub } from "../../bench/format_github.ts";
import { RandomStream } from "../../src/random/mod.ts";
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

Deno.test("changesSince() compares ratios to the twin, never times", () => {
  const base = {
    ...result,
    ratios: [
      ...[ratio("lost", 4), ratio("won", 4), ratio("still", 4), ratio("twinless", 4)],
      // Other references do not count.
      { ...ratio("new", 4), against: "itk-wasm" as const },
    ],
  };
  const samples = (webgpu: number) => ({
    // Ten times the base's machine's times, which are not in the file anyway.
    webgpu: [webgpu, webgpu, webgpu],
    typescript: [40, 40, 40],
  });
  const twice = [["lost", 20], ["won", 5], ["still", 10], ["new", 10]] as const;
  const { changes, notCompared } = changesSince(
    base,
    result,
    twice.map(([name, ms]) => ({ ...at(name), once: samples(ms), again: samples(ms) })),
    () => new RandomStream({ seed: 1, stream: 1 }),
  );
  // Ratios of now: 2, 8 and 4.
  assertEquals(
    changes.map(({ case: name, change, again }) => [name, change.value, again]),
    [["lost", 2, 1], ["won", 0.5, 1], ["still", 1, 1]],
  );
  assertEquals(judgeChanges(changes, 1).map(({ verdict }) => verdict), [
    "slower",
    "faster",
    "same",
  ]);
  assertEquals(notCompared, [
    { ...at("new"), reason: "the base has no ratio to typescript" },
    { ...at("twinless"), reason: "there is no ratio to typescript now" },
  ]);
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
    ...{ quick: true, base: base(1e9) },
  });
  assertEquals(moves.map(({ verdict }) => verdict), ["slower"]);
  assertEquals(notCompared, []);
  assertEquals(result.results.map(({ implementation }) => implementation), [
    ...["webgpu", "typescript"],
  ]);
  assertEquals(result.ratios.length, 1);
});

Deno.test("compareWithBaseBy() is glad of a ratio that was far worse", async () => {
  const { moves } = await compareWithBaseBy(setup, { quick: true, base: base(1e-9) });
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
];
for (const [what, text, says] of wrong) {
  Deno.test(`parseBase() refuses ${what}`, () => {
    assertThrows(() => parseBase(text), IncomparableError, says);
  });
}

Deno.test("baselineOf() keeps the ratios to the twin alone, and can be compared with", () => {
  const baseline = baselineOf(result);
  assertEquals(baseline.results, []);
  assertEquals(baseline.ratios, [ratio("lost", 4)]);
  assertEquals(parseBase(JSON.stringify(baseline)), baseline);
});

Deno.test("adapterClass() names kind and device", () => {
  assertEquals(adapterClass(result.adapter), "software-llvmpipe");
  const hardware = { description: "NVIDIA H200", vendor: "NVIDIA", software: false };
  assertEquals(adapterClass(hardware), "hardware-nvidia-h200");
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
