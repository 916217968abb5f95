import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { compareNoisy } from "../../bench/agreement.ts";
import { fillNormal } from "../../src/random/mod.ts";
import { benchFailures, benchWith } from "../../bench/bench.ts";
import { formatTable } from "../../bench/mod.ts";
import { doubling } from "../bench/_pairs.ts";
import { fakeProgram } from "../bench/_programs.ts";

/** A benchmark of fake programs with a native peer that behaves as told. */
function benchmark(behaviour: string) {
  return benchWith({
    pairs: [doubling("test/double")],
    plan: { warmup: 1, stops: [5], budgetMs: 0 },
    programs: (dir) => [
      fakeProgram("webgpu", "good", dir),
      fakeProgram("typescript", "good", dir),
      fakeProgram("itk-wasm", "good", dir),
      fakeProgram("scipy", behaviour, dir),
    ],
  }, {
    quick: true,
    peers: {
      programs: [],
      absent: [{ implementation: "torch-cpu", reason: "not installed: no PyTorch" }],
      asked: "auto",
    },
  });
}

Deno.test("benchWith() times a native peer whose output is that of webgpu", async () => {
  const result = await benchmark("good");
  assertEquals(result.results.at(-1)!.implementation, "scipy");
  assertEquals(result.results.at(-1)!.agreement.ok, true);
  assertEquals(result.ratios.map(({ against }) => against), ["typescript", "itk-wasm", "scipy"]);
  assertEquals(result.versions.scipy, "1.0");
  assertEquals(result.command, "deno task bench --quick --peers auto");
});

Deno.test("benchWith() does not time a native peer whose output is another", async () => {
  const result = await benchmark("wrong");
  assertEquals(result.results.map((row) => row.implementation), [
    "webgpu",
    "typescript",
    "itk-wasm",
  ]);
  assertEquals(result.ratios.length, 2);
  assertEquals(result.absent!.map(({ implementation }) => implementation), ["scipy"]);
  assertStringIncludes(result.absent![0]!.reason, "its first output is not that of webgpu: 1 of 4");
  // The references agree with the kernel: the fault is the peer's.
  assertEquals(benchFailures(result), []);
});

Deno.test("formatTable() names the peers that are not on the machine", async () => {
  const table = formatTable(await benchmark("good"));
  assertStringIncludes(table, "\nAbsent: torch-cpu, not installed: no PyTorch\n");
});

const ABSOLUTE = { class: "absolute", tolerance: 0.5, reason: "" } as const;

Deno.test("compareNoisy() takes as near what noise of both can reach, and no more", () => {
  // Two draws with sd 1 differ with sd sqrt 2: 8 of these and the tolerance are 11.81.
  const near = compareNoisy(new Float32Array([11.8]), new Float32Array([0]), ABSOLUTE, 1);
  const far = compareNoisy(new Float32Array([11.9]), new Float32Array([0]), ABSOLUTE, 1);
  assertEquals([near.ok, far.ok], [true, false]);
  assertEquals([near.class, near.own_noise], ["absolute", 1]);
});

Deno.test("compareNoisy() tells noise from none, and from noise with another mean", () => {
  const noise = fillNormal({ seed: 1, stream: 0 }, new Float32Array(10_000));
  const other = fillNormal({ seed: 2, stream: 0 }, new Float32Array(10_000));
  const exact = { class: "exact", reason: "test" } as const;
  assertEquals(compareNoisy(other, noise, exact, 1).ok, true);
  assertEquals(compareNoisy(new Float32Array(10_000), noise, exact, 1).ok, false);
  assertEquals(compareNoisy(other.map((v) => v + 0.2), noise, exact, 1).ok, false);
  assertEquals(compareNoisy(other.map((v) => v * 1.2), noise, exact, 1).ok, false);
});

Deno.test("compareNoisy() compares as usual without noise", () => {
  const a = new Float32Array([0.6]);
  const b = new Float32Array([0]);
  const { ok, own_noise } = compareNoisy(a, b, ABSOLUTE, undefined);
  assertEquals([ok, own_noise], [false, undefined]);
});

Deno.test("benchWith() names a native peer that has none of the kernels", async () => {
  const result = await benchmark("knows-nothing");
  assertEquals(result.absent_peers, [
    { implementation: "torch-cpu", reason: "not installed: no PyTorch" },
    { implementation: "scipy", reason: "it has none of these kernels" },
  ]);
  assertEquals(result.absent, []);
  assert(result.results.every(({ implementation }) => implementation !== "scipy"));
});
