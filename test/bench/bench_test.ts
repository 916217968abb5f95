import { assert, assertEquals, assertRejects } from "@std/assert";
import { benchFailures, type BenchSetup, benchWith } from "../../bench/bench.ts";
import { PATIENCE, PeerError } from "../../bench/peer.ts";
import { NoAdapterError } from "../../src/gpu/mod.ts";
import type { BenchImplementation } from "../../src/report/bench_schema.ts";
import { doubling } from "./_pairs.ts";
import { fakeProgram } from "./_programs.ts";

/** The same pair with a fast variant that may be off by one. */
function withFast(): BenchSetup["pairs"][number] {
  const pair = doubling("test/double");
  const acceptance = { class: "absolute", tolerance: 1, reason: "A test's own" } as const;
  return { ...pair, unit: "HU", fast: { kernels: [], acceptance, gpu: pair.gpu } };
}

/** One kernel unless told otherwise, and fake programs with the behaviours given. */
function setup(
  behaviours: Partial<Record<BenchImplementation, string>>,
  extra: Partial<BenchSetup> = {},
): BenchSetup & { readonly folders: string[] } {
  const folders: string[] = [];
  return {
    pairs: [doubling("test/double")],
    plan: { warmup: 1, stops: [5], budgetMs: 0 },
    folders,
    programs(dir) {
      folders.push(dir);
      return (["webgpu", "webgpu-fast", "typescript", "itk-wasm"] as const).map((name) =>
        fakeProgram(name, behaviours[name] ?? "good", dir)
      );
    },
    ...extra,
  };
}

Deno.test("benchWith() fills the result from the peers' answers", async () => {
  const progress: string[] = [];
  const options = {
    seed: 5,
    adapter: "my GPU",
    onProgress: (at: { kernel: string; case: string; done: number; total: number }) =>
      progress.push(`${at.done}/${at.total} ${at.kernel} ${at.case}`),
  };
  const plan = setup({});
  const result = await benchWith(plan, options);
  assertEquals(progress, ["0/2 test/double small", "1/2 test/double large"]);
  assertEquals(result.schema, "ct-organ-webgpu/bench@1");
  assertEquals(result.adapter, { description: "Fake adapter", vendor: "Test", software: true });
  assertEquals(result.command, 'deno task bench --adapter "my GPU" --seed 5');
  assertEquals(result.versions["itk-wasm"], "1.0");
  const { empty_submit_ms, sample_transform_us } = result.overhead!;
  assertEquals(empty_submit_ms, 0.5);
  assert(sample_transform_us! > 0);
  assertEquals(result.absent, []);
  assertEquals(
    result.results.map((row) => `${row.kernel} ${row.case} ${row.implementation}`),
    ["small", "large"].flatMap((name) =>
      ["webgpu", "typescript", "itk-wasm"].map((peer) => `test/double ${name} ${peer}`)
    ),
  );
  for (const row of result.results) {
    assertEquals(row.suite, "test");
    assertEquals(row.samples_ms.length, 5);
    assertEquals(row.median_ms, row.samples_ms.toSorted((a, b) => a - b)[2]);
    // The interval of five samples reaches from the least to the most.
    assertEquals(row.ci95_ms, [Math.min(...row.samples_ms), Math.max(...row.samples_ms)]);
    assertEquals(row.agreement, { class: "exact", max_abs: 0, mismatches: 0, ok: true });
    assert(row.first_call_ms! > 0);
  }
  const [gpu, twin] = result.results;
  assertEquals(gpu!.kernel_ms, 0.25);
  // 32 bytes and 4 operations in 0.25 ms; the fake adapter's ceilings are 1 per second.
  assertEquals(gpu!.roofline, {
    time: "kernel",
    bytes: 32,
    flops: 4,
    bandwidth_share: 128_000,
    flops_share: 16_000,
  });
  assertEquals([twin!.kernel_ms, twin!.roofline], [undefined, undefined]);
  assertEquals(result.ratios.length, 4);
  assertEquals(result.ratios[0]!.against, "typescript");
  assertEquals(result.ratios[0]!.ratio, twin!.median_ms / gpu!.median_ms);
  assertEquals(benchFailures(result), []);
  await assertGone(plan.folders);
});

Deno.test("benchWith() takes the roofline of operations on integers, and of the wall time without a clock", async () => {
  const pair = doubling("test/double");
  const work = () => ({ bytes: 1, flops: 0, integerOps: 6 });
  const plan = (webgpu: string) => setup({ webgpu }, { pairs: [{ ...pair, work }] });
  const [timed] = (await benchWith(plan("good"), { quick: true })).results;
  // 6 operations in 0.25 ms; the fake adapter does 2 a second.
  assertEquals(timed!.roofline, {
    ...{ time: "kernel", bytes: 1, flops: 0, bandwidth_share: 4_000, flops_share: 0 },
    ...{ integer_ops: 6, integer_share: 12_000 },
  });
  const [row] = (await benchWith(plan("no-clock"), { quick: true })).results;
  assertEquals([row!.kernel_ms, row!.roofline!.time], [undefined, "wall"]);
  assertEquals(row!.roofline!.integer_share, 3 / (row!.median_ms / 1000));
});

Deno.test("benchWith() gives the notes on implementations that were timed", async () => {
  const notes = { "itk-wasm": "It does more.", scipy: "It does less." };
  const pair = { ...doubling("test/double"), notes };
  const result = await benchWith(setup({}, { pairs: [pair] }), {});
  assertEquals(result.notes, [
    { kernel: "test/double", implementation: "itk-wasm", text: "It does more." },
  ]);
});

Deno.test("benchWith() runs the first headline case of each kernel when quick", async () => {
  const plan = setup({}, { pairs: [doubling("a/one"), doubling("b/two"), doubling("a/three")] });
  const result = await benchWith(plan, { quick: true, suite: "a" });
  const cases = new Set(result.results.map((row) => `${row.kernel} ${row.case}`));
  assertEquals([...cases], ["a/one small", "a/three small"]);
  assertEquals(result.command, "deno task bench --suite a --quick");
});

Deno.test("benchWith() runs the brief case of each kernel that has one when brief", async () => {
  const one = doubling("a/one");
  const brief = { ...one.cases[0]!, name: "tiny", headline: false, brief: true };
  const plan = setup({}, {
    pairs: [{ ...one, cases: [...one.cases, brief] }, doubling("b/two")],
  });
  const result = await benchWith(plan, { brief: true, quick: true });
  const cases = new Set(result.results.map((row) => `${row.kernel} ${row.case}`));
  assertEquals([...cases], ["a/one tiny", "b/two small"]);
  assertEquals(result.command, "deno task bench --quick --brief");
});

Deno.test("benchWith() refuses an unknown suite and names those there are", async () => {
  const plan = setup({}, { pairs: [doubling("b/two"), doubling("a/one")] });
  await assertRejects(
    () => benchWith(plan, { suite: "nn" }),
    RangeError,
    'Cannot benchmark suite "nn": the suites are a, b',
  );
  assertEquals(plan.folders, []);
});

Deno.test("benchWith() records why a reference is absent and goes on", async () => {
  const plan = setup({ typescript: "dies", "itk-wasm": "dies-sampling" });
  const result = await benchWith(plan);
  // itk-wasm dies in its fourth computation of each case and is started anew for the next.
  const absent = ["small", "large"].flatMap((name) => [
    {
      kernel: "test/double",
      case: name,
      implementation: "typescript" as const,
      reason: 'it ended with code 7 on "hello": out of luck',
    },
    {
      kernel: "test/double",
      case: name,
      implementation: "itk-wasm" as const,
      reason: 'it ended with code 9 on "sample": a library\'s chatter',
    },
  ]);
  assertEquals(result.absent, absent);
  assertEquals(result.results.map((row) => row.implementation), ["webgpu", "webgpu"]);
  assertEquals(result.ratios, []);
  // Its first output agreed before it died.
  assertEquals(benchFailures(result), []);
});

Deno.test("benchWith() fails a kernel that no reference could check", async () => {
  const result = await benchWith(setup({ typescript: "dies", "itk-wasm": "refuses" }), {
    quick: true,
  });
  assertEquals(benchFailures(result), [
    "Cannot accept test/double (small): webgpu disagrees with its references: no reference could be computed",
  ]);
});

for (const behaviour of ["wrong", "wrong-later"]) {
  Deno.test(`benchWith() times but marks a GPU that is ${behaviour}`, async () => {
    const result = await benchWith(setup({ webgpu: behaviour }), { quick: true });
    assertEquals(result.results.map((row) => row.agreement.ok), [false, false, false]);
    assertEquals(result.results[0]!.samples_ms.length, 5);
    const error = "1 of 4 elements differ (none may): [1] got 3, expected 2";
    assertEquals(
      benchFailures(result),
      ["typescript", "itk-wasm"].map((name) =>
        `Cannot accept test/double (small): webgpu disagrees with ${name}: ${error}`
      ),
    );
  });
}

Deno.test("benchWith() checks a reference's last output as its first", async () => {
  const result = await benchWith(setup({ "itk-wasm": "wrong-later" }), { quick: true });
  assertEquals(result.results.map((row) => row.agreement.ok), [false, true, false]);
  assertEquals(benchFailures(result), [
    "Cannot accept test/double (small): webgpu disagrees with itk-wasm: " +
    "1 of 4 elements differ (none may): [1] got 2, expected 3",
  ]);
});

for (const [behaviour, which] of [["wrong", "first"], ["wrong-later", "last"]] as const) {
  Deno.test(`benchWith() leaves out a native peer that is ${behaviour}, and times the others`, async () => {
    const plan = setup({}, {
      programs: (dir) =>
        ([["webgpu", "good"], ["typescript", "good"], ["scipy", behaviour]] as const).map((
          [name, how],
        ) => fakeProgram(name, how, dir)),
    });
    const { results, ratios, absent } = await benchWith(plan, { quick: true });
    assertEquals(results.map((row) => [row.implementation, row.agreement.ok]), [
      ["webgpu", true],
      ["typescript", true],
    ]);
    assertEquals(ratios.map(({ against }) => against), ["typescript"]);
    assertEquals(
      absent!.find(({ implementation }) => implementation === "scipy")!.reason,
      `its ${which} output is not that of webgpu: ` +
        "1 of 4 elements differ (none may): [1] got 2, expected 3",
    );
  });
}

Deno.test("benchWith() tells which reference disagrees", async () => {
  const result = await benchWith(setup({ "itk-wasm": "wrong" }), { quick: true });
  assertEquals(result.results.map((row) => row.agreement.ok), [false, true, false]);
  assertEquals(benchFailures(result).length, 1);
});

Deno.test("benchWith() reports a kernel that the GPU cannot run", async () => {
  const plan = setup({ webgpu: "dies-sampling" });
  const result = await benchWith(plan, { quick: true });
  assertEquals(result.results, []);
  assertEquals(benchFailures(result), [
    'Cannot run test/double (small): it ended with code 9 on "sample": a library\'s chatter',
  ]);
});

Deno.test("benchWith() throws what keeps the GPU from starting", async () => {
  const plan = setup({ webgpu: "no-adapter" });
  const error = await assertRejects(() => benchWith(plan), NoAdapterError);
  assertEquals(error.message, "Cannot find a GPU adapter: none answers");
  await assertRejects(() => benchWith(setup({ webgpu: "junk" })), PeerError, "is no reply");
  await assertGone(plan.folders);
});

Deno.test("benchWith() ends its children and removes its files when aborted", async () => {
  const controller = new AbortController();
  const plan = setup({ "itk-wasm": "hangs-sampling" }, { patience: PATIENCE });
  const onProgress = () => {
    setTimeout(() => controller.abort(new Error("interrupted")), 1_000);
  };
  const started = performance.now();
  await assertRejects(
    () => benchWith(plan, { quick: true, signal: controller.signal, onProgress }),
    Error,
    "interrupted",
  );
  assert(performance.now() - started < PATIENCE.sample / 2);
  await assertGone(plan.folders);
});

async function assertGone(folders: readonly string[]): Promise<void> {
  assertEquals(folders.length, 1);
  await assertRejects(() => Deno.stat(folders[0]!), Deno.errors.NotFound);
}

Deno.test("benchWith() leaves a reference out of a case that says why", async () => {
  const pair = doubling("test/double");
  const [first, second] = pair.cases;
  const cases = [{ ...first!, without: { "itk-wasm": "takes minutes" } }, second!];
  const result = await benchWith(setup({}, { pairs: [{ ...pair, cases }] }), {});
  assertEquals(result.absent, [
    {
      kernel: "test/double",
      case: "small",
      implementation: "itk-wasm",
      reason: "takes minutes",
      intended: true,
    },
  ]);
  assertEquals(
    result.results.filter((row) => row.implementation === "itk-wasm").map((row) => row.case),
    ["large"],
  );
  assertEquals(benchFailures(result), []);
});

Deno.test("benchWith() times the fast variant beside the exact kernel, by an acceptance of its own", async () => {
  const result = await benchWith(setup({ "webgpu-fast": "wrong" }, { pairs: [withFast()] }), {
    quick: true,
  });
  assertEquals(result.results.map(({ implementation }) => implementation), [
    "webgpu",
    "webgpu-fast",
    "typescript",
    "itk-wasm",
  ]);
  const [exact, fast] = result.results;
  const off = { max_abs: 0, mismatches: 0, ok: true, unit: "HU" };
  assertEquals(exact!.agreement, { ...off, class: "exact" });
  assertEquals(fast!.agreement, { ...off, class: "absolute", max_abs: 1 });
  assertEquals([fast!.kernel_ms, fast!.roofline?.bytes], [0.25, 32]);
  const ratio = result.ratios.find(({ against }) => against === "webgpu-fast")!;
  assertEquals(ratio.ratio, fast!.median_ms / exact!.median_ms);
  assertEquals(benchFailures(result), []);
  const entry = { kernel: "test/double", unit: "HU" };
  assertEquals(result.acceptances, [
    { ...entry, implementation: "webgpu", class: "exact", reason: "Doubling a float is exact" },
    {
      ...entry,
      ...{ implementation: "webgpu-fast", class: "absolute", tolerance: 1 },
      reason: "A test's own",
    },
  ]);
});

Deno.test("benchWith() fails a fast variant that is further off than its acceptance", async () => {
  const pair = withFast();
  const fast = { ...pair.fast!, acceptance: { ...pair.fast!.acceptance, tolerance: 0.5 } };
  const plan = setup({ "webgpu-fast": "wrong-later" }, { pairs: [{ ...pair, fast }] });
  const result = await benchWith(plan, { quick: true });
  assertEquals(benchFailures(result), [
    "Cannot accept test/double (small): webgpu-fast disagrees with its references: " +
    "1 of 4 elements differ (none may by more than 0.5): [1] got 3, expected 2",
  ]);
});

Deno.test("benchWith() goes on without a fast variant that the adapter cannot run", async () => {
  const plan = setup({ "webgpu-fast": "refuses" }, { pairs: [withFast()] });
  const result = await benchWith(plan, { quick: true });
  assertEquals(result.absent!.map(({ implementation }) => implementation), ["webgpu-fast"]);
  assertEquals(result.results.map(({ agreement }) => agreement.ok), [true, true, true]);
  assertEquals(benchFailures(result), []);
});
