import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { pairs } from "../../bench/mod.ts";
import type { Arm, ArmComparison, BenchRatio, BenchRow, LabelScore } from "../../src/report/mod.ts";
import { type Evidence, judgeClaims } from "../../src/reproduce/_claims.ts";
import { AUGMENTATION, FILTERED } from "../../src/reproduce/_claims_speed.ts";
import { benchResult, gpuRow } from "./_bench.ts";

const ratio = (against: BenchRatio["against"], low: number, kernel = "augment/warp") => ({
  kernel,
  case: "one",
  against,
  ratio: low + 0.5,
  ci95: [low, low + 1] as const,
});

const score = (organ: "lungs" | "bone", dice?: number): LabelScore => ({
  case: 0,
  organ,
  variant: "paper",
  ...dice !== undefined && { dice },
});

const DISAGREES = { class: "absolute", max_abs: 9, ok: false, error: "9 differ" } as const;

/** Evidence of a run in which nothing was trained, and all statements on losses hold. */
const NOTHING: Evidence = {
  kind: "phantom",
  scores: [],
  bench: benchResult(),
  arms: [],
  comparisons: [],
  study: { checked: 2, failures: [] },
};

function judge(
  id: number,
  evidence: Partial<Evidence>,
) {
  return judgeClaims({ ...NOTHING, ...evidence })[id - 1]!;
}

Deno.test("judgeClaims() gives one claim per numbered claim of the paper, each with a reason", () => {
  const claims = judgeClaims(NOTHING);
  assertEquals(claims.map(({ id }) => id), [1, 2, 3, 4, 5, 6, 7]);
  for (const { id, verdict, why, measured } of claims) {
    assertEquals(verdict, "not tested");
    assertEquals(measured?.includes("statements"), id === 4 ? true : undefined);
    assert(why.length > 10);
  }
});

Deno.test("judgeClaims() judges speed by the interval's ends and by the adapter's class", () => {
  const verdict = (software: boolean, ...ratios: BenchRatio[]) =>
    judge(1, { bench: benchResult({ software, ratios }) }).verdict;
  assertEquals(verdict(true, ratio("itk-wasm", 2.6)), "holds on a software adapter");
  // Both ends of the interval are below the bound.
  assertEquals(verdict(true, ratio("itk-wasm", 1.5)), "fails on a software adapter");
  assertEquals(verdict(false, ratio("itk-wasm", 2.6)), "reproduced");
  // The interval reaches from 1.6, or from 2.5, to what the paper claims or beyond.
  for (const low of [1.6, 2.5]) {
    assertEquals(verdict(true, ratio("itk-wasm", low)), "undecided on a software adapter");
    assertEquals(verdict(false, ratio("itk-wasm", low)), "undecided");
    assertEquals(verdict(false, ratio("itk-wasm", 3), ratio("torch-cpu", low)), "undecided");
    assertEquals(verdict(false, ratio("itk-wasm", 1), ratio("torch-cpu", low)), "not reproduced");
  }
  assertEquals(verdict(false, ratio("itk-wasm", 3), ratio("torch-cpu", 1)), "not reproduced");
});

Deno.test("judgeClaims() judges speed by SciPy where it was timed, and shows the others", () => {
  const judged = (scipy: number, other: number) =>
    judge(1, {
      bench: benchResult({
        software: false,
        ratios: [ratio("itk-2t", other), ratio("scipy", scipy)],
      }),
    });
  assertEquals(judged(3, 1).verdict, "reproduced");
  assertEquals(judged(1, 3).verdict, "not reproduced");
  assertStringIncludes(judged(3, 1).why, "against SciPy");
  assertEquals(
    judged(3, 1).measured,
    "3.50 times (95 % interval 3.00 to 4.00) against scipy, augment/warp, one; " +
      "1.50 times (95 % interval 1.00 to 2.00) against itk-2t, augment/warp, one",
  );
});

Deno.test("judgeClaims() does not count itk-wasm as a CPU version of the whole augmentation", () => {
  const own = ratio("itk-wasm", 9, "augment/full");
  const alone = judge(1, { bench: benchResult({ ratios: [own] }) });
  assertEquals([alone.verdict, alone.measured], ["not tested", undefined]);
  const { measured } = judge(1, {
    bench: benchResult({ ratios: [own, ratio("scipy", 3, "augment/full")] }),
  });
  assertEquals(
    measured,
    "3.50 times (95 % interval 3.00 to 4.00) against scipy, augment/full, one",
  );
});

Deno.test("judgeClaims() repeats the notes on the CPU versions that it counts", () => {
  const bench = {
    ...benchResult({ ratios: [ratio("scipy", 3)] }),
    notes: [
      { kernel: "augment/warp", implementation: "scipy" as const, text: "It does more." },
      { kernel: "augment/warp", implementation: "itk-2t" as const, text: "It is not there." },
      { kernel: "augment/full", implementation: "scipy" as const, text: "It is another." },
    ],
  };
  const { why } = judge(1, { bench });
  assert(why.endsWith(". Of scipy: It does more."), why);
});

Deno.test("judgeClaims() counts neither GPUs nor own implementations as widely used CPU versions", () => {
  for (
    const against of ["typescript", "tfjs-cpu", "webgpu-fast", "cupy", "torch-cuda", "niimath"]
  ) {
    const only = ratio(against as BenchRatio["against"], 9, "augment/full");
    const { verdict, measured } = judge(1, { bench: benchResult({ ratios: [only] }) });
    assertEquals([verdict, measured], ["not tested", undefined], against);
    // The warp was timed against one that counts.
    const ratios = [only, ratio("itk-wasm", 3)];
    assertEquals(
      judge(1, { bench: benchResult({ ratios }) }).measured,
      "3.50 times (95 % interval 3.00 to 4.00) against itk-wasm, augment/warp, one",
    );
  }
});

Deno.test("judgeClaims() gives no speed of a kernel that is wrong or was not checked", () => {
  const ratios = [ratio("scipy", 9)];
  const wrong = { ...gpuRow("augment/warp", "one"), agreement: DISAGREES };
  const checkedElsewhere = gpuRow("augment/warp", "two");
  for (const results of [[wrong], [checkedElsewhere], [gpuRow("augment/full", "one")], []]) {
    const { verdict, why, measured } = judge(1, { bench: { ...benchResult({ ratios }), results } });
    assertEquals([verdict, measured], ["not tested", undefined]);
    assertEquals(why, "The kernel disagrees with its reference: augment/warp, one");
  }
  const results = [wrong, gpuRow("augment/full", "one")];
  const full = [...ratios, ratio("scipy", 3, "augment/full")];
  const claim = judge(1, { bench: { ...benchResult({ ratios: full }), results } });
  assertEquals(claim.verdict, "holds on a software adapter");
});

Deno.test("every kernel that a claim looks for is in the registry", () => {
  const names = pairs.map(({ name }): string => name);
  for (const name of [...AUGMENTATION, FILTERED]) {
    assert(names.includes(name), name);
  }
  assert(pairs.find(({ name }) => name === FILTERED)!.fast);
});

Deno.test("judgeClaims() takes the full augmentation where it was timed, never the own TypeScript", () => {
  const own = ratio("typescript", 9);
  assertEquals(judge(1, { bench: benchResult({ ratios: [own] }) }).verdict, "not tested");
  const ratios = [own, ratio("scipy", 9), ratio("scipy", 1, "augment/full")];
  const claim = judge(1, { bench: benchResult({ ratios }) });
  assertEquals(claim.verdict, "fails on a software adapter");
  assertStringIncludes(claim.measured!, "1.50 times (95 % interval 1.00 to 2.00) against scipy");
});

Deno.test("judgeClaims() says why no CPU version could be timed", () => {
  const absent = [{
    kernel: "augment/warp",
    case: "one",
    implementation: "itk-wasm" as const,
    reason: "its file is missing",
  }];
  const { verdict, why } = judge(1, { bench: { ...benchResult(), absent } });
  assertEquals(verdict, "not tested");
  assertStringIncludes(why, "(itk-wasm: its file is missing)");
});

Deno.test("judgeClaims() judges labels by their mean Dice and by what the cases are", () => {
  const good = [score("lungs", 0.99), score("bone", 0.7), score("bone", 0.9)];
  const bad = [score("lungs", 0.4), score("bone", 0.9)];
  assertEquals(judge(3, { scores: good }).verdict, "holds on phantoms");
  assertEquals(judge(3, { scores: bad }).verdict, "fails on phantoms");
  const ctOrg = judge(3, { kind: "ct-org", scores: good });
  assertEquals(ctOrg.verdict, "reproduced");
  assertStringIncludes(ctOrg.why, "that the files are CT-ORG's is not checked");
  assertEquals(judge(3, { kind: "ct-org", scores: bad }).verdict, "not reproduced");
  const folder = judge(3, { kind: "folder", scores: bad });
  assertEquals(folder.verdict, "not tested");
  assertEquals(folder.measured, "lungs Dice 0.400 (mean of 1), bone Dice 0.900 (mean of 1)");
});

Deno.test("judgeClaims() leaves absent organs out of the mean and says nothing without both organs", () => {
  const scores = [score("lungs", 0.9), score("lungs"), score("bone", 0.8)];
  assertEquals(
    judge(3, { scores }).measured,
    "lungs Dice 0.900 (mean of 1), bone Dice 0.800 (mean of 1)",
  );
  assertEquals(judge(3, { scores: [score("lungs", 0.9), score("bone")] }).verdict, "not tested");
});

Deno.test("judgeClaims() judges the sampler on hardware only", () => {
  const row = (
    implementation: BenchRow["implementation"],
    median_ms: number,
    max_abs: number,
  ): BenchRow => ({
    ...gpuRow("augment/warp", "one"),
    implementation,
    median_ms,
    agreement: { class: "absolute", max_abs, ok: true },
  });
  const verdict = (software: boolean, fast: number) => {
    const results = [row("webgpu", 10, 0.01), row("webgpu-fast", fast, 2.1)];
    return judge(7, { bench: { ...benchResult({ software }), results } });
  };
  assertEquals(verdict(false, 5).verdict, "reproduced");
  assertEquals(verdict(false, 15).verdict, "not reproduced");
  assertEquals(verdict(true, 5).verdict, "not tested");
  assertEquals(
    verdict(true, 5).measured,
    "sampler 5.0 ms, exact 10.0 ms, largest difference 2.10 HU",
  );
  const exact = { ...row("webgpu", 10, 0.01), agreement: DISAGREES };
  const results = [exact, row("webgpu-fast", 5, 2.1)];
  const wrong = judge(7, { bench: { ...benchResult({ software: false }), results } });
  assertEquals([wrong.verdict, wrong.measured], ["not tested", undefined]);
});

const figure = (mean: number) => ({
  n: 20,
  mean,
  sd: 0.1,
  ci95: [mean - 0.02, mean + 0.02] as const,
});

/** The arm with IOU loss and augmentation, by its Dice. */
function iouArm(dice: Record<string, number>): Arm {
  return {
    name: "iou+aug",
    loss: "iou",
    augmentation: true,
    recipe: "iou in all 500 steps",
    seeds: [1],
    steps: 500,
    cost: { parameters: 1, seconds: 1 },
    scored_at_mm: 9,
    organs: Object.fromEntries(
      Object.entries(dice).map(([organ, mean]) => [organ, {
        dice: figure(mean),
        dice_3mm: figure(mean - 0.1),
      }]),
    ),
  };
}

Deno.test("judgeClaims() judges Dice by the lowest organ, and tells the figures at 3 mm beside those of the network's grid", () => {
  const good = { liver: 0.9, bladder: 0.78, lungs: 0.95, kidneys: 0.8, bone: 0.9 };
  const held = judge(2, { arms: [iouArm(good)] });
  assertEquals(held.verdict, "holds on phantoms");
  assertStringIncludes(held.measured!, "on a grid of 9 mm: liver 0.900 (0.880 to 0.920, n = 20)");
  assertStringIncludes(held.why, "at 3 mm");
  assertStringIncludes(held.why, "bladder 0.680");
  const failed = judge(2, { arms: [iouArm({ ...good, bladder: 0.779 })] });
  assertEquals(failed.verdict, "fails on phantoms");
  assertStringIncludes(failed.why, "not so of bladder");
  assertEquals(judge(2, { kind: "ct-org", arms: [iouArm(good)] }).verdict, "reproduced");
  assertEquals(judge(2, { kind: "folder", arms: [iouArm(good)] }).verdict, "not tested");
  const { bladder: _, ...four } = good;
  assertEquals(judge(2, { arms: [iouArm(four)] }).verdict, "not tested");
  const short = judge(2, { arms: [iouArm(good)], undertrained: "Too few steps" });
  assertEquals([short.verdict, short.why], ["not tested", "Too few steps"]);
});

const effect = (
  effect: ArmComparison["effect"],
  difference: number,
  p_value: number,
): ArmComparison => ({
  effect,
  arms: [],
  organ: "mean",
  metric: "dice",
  difference,
  ci95: [difference - 0.01, difference + 0.01],
  n: 20,
  p_value,
  test: "a test",
});

Deno.test("judgeClaims() wants both main effects above 0 and no chance, and the loss's for claim 4", () => {
  const of = (loss: [number, number], augmentation: [number, number]) => {
    const comparisons = [
      effect("loss", ...loss),
      effect("augmentation", ...augmentation),
      effect("interaction", -0.01, 0.5),
    ];
    return [judge(4, { comparisons }), judge(6, { comparisons })].map(({ verdict }) => verdict);
  };
  const [holds, fails] = ["holds on phantoms", "fails on phantoms"] as const;
  assertEquals(of([0.1, 0.01], [0.2, 0.001]), [holds, holds]);
  assertEquals(of([0.1, 0.01], [0.2, 0.06]), [holds, fails]);
  assertEquals(of([0.1, 0.06], [0.2, 0.001]), [fails, fails]);
  assertEquals(of([-0.1, 0.001], [0.2, 0.001]), [fails, fails]);
  const study = { checked: 2, failures: ["one"] };
  const comparisons = [effect("loss", 0.1, 0.01)];
  assertEquals(judge(4, { comparisons, study }).verdict, fails);
  assertStringIncludes(
    judge(4, { comparisons }).measured!,
    "+0.100 (95 % interval +0.090 to +0.110",
  );
});

Deno.test("judgeClaims() judges the time of a case by the paper's own network and grid alone", () => {
  const segment = { seconds: [5, 1, 4.3], asPaper: true, what: "the paper's" };
  const verdict = (seconds: number[], software: boolean) =>
    judge(5, { segment: { ...segment, seconds }, bench: benchResult({ software }) }).verdict;
  assertEquals(verdict([5, 1, 4.3], true), "holds on a software adapter");
  assertEquals(verdict([5, 1, 4.4], true), "fails on a software adapter");
  assertEquals(verdict([5, 1, 4.3], false), "reproduced");
  const small = judge(5, { segment: { ...segment, asPaper: false } });
  assertEquals(small.verdict, "not tested");
  assertStringIncludes(small.measured!, "median 4.30 s, longest 5.00 s of 3 cases");
});
