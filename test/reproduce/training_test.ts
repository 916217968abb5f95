import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { ReproduceResult } from "../../src/report/mod.ts";
import type { ReproduceOptions } from "../../src/reproduce/mod.ts";
import { type ReproduceProgress, reproduceWith } from "../../src/reproduce/reproduce.ts";
import { comparable, differences, verifyWith } from "../../src/reproduce/verify.ts";
import { testAdapter } from "../_gpu.ts";
import { countingBench } from "./_bench.ts";
import { withFolder } from "./_folder.ts";
import { emptyStudy, TINY } from "./_settings.ts";

const adapter = testAdapter();
const parts = () => {
  const { bench, lookForPeers } = countingBench();
  return { settings: TINY, bench, lookForPeers, study: emptyStudy };
};

async function run(out: string, options: ReproduceOptions = {}) {
  const progress: ReproduceProgress[] = [];
  const outcome = await reproduceWith(parts(), {
    ...{ seed: 5, out, ...adapter !== undefined && { adapter } },
    ...options,
    onProgress: (step) => {
      progress.push(step);
      options.onProgress?.(step);
    },
  });
  const reused = progress.filter(({ message }) => message.includes("taken from"));
  return { ...outcome, progress, reused: reused.map(({ message }) => message) };
}

Deno.test("reproduce() trains the 2 x 2, scores each arm on all test cases and compares them; verifying finds the same, but for what was tampered with", () =>
  withFolder(async (folder) => {
    const { result, reportPath } = await run(folder);
    assertEquals(result.dataset.test, [0, 1]);
    assertEquals([result.dataset.train, result.dataset.validation], [[21, 22], [10_000]]);
    const { arms = [], comparisons = [], claims, manifest } = result;
    assertEquals(arms.map(({ name }) => name), [...TINY.arms]);
    for (const { organs, scored_at_mm, seeds, cost } of arms) {
      assertEquals([scored_at_mm, seeds], [12, [5]]);
      assert(cost.parameters > 0 && cost.seconds > 0);
      assertEquals(Object.keys(organs), ["liver", "bladder", "lungs", "kidneys", "bone"]);
      assertEquals(organs.lungs!.dice.n, 2);
      assertEquals(organs.lungs!.dice_3mm!.n, 2);
    }
    assertEquals(comparisons.length, 18);
    assertEquals(claims.map(({ verdict }) => verdict.includes("phantoms")), [
      ...[false, true, true, true, false, true, false],
    ]);
    assert(manifest.outputs.some(({ path }) => path === "train/iou+aug-5/model.safetensors"));
    const report = await Deno.readTextFile(reportPath);
    assertStringIncludes(report, "Dice per organ and arm");
    assertStringIncludes(report, "By Dice at 3 mm of iou+aug, seed 5, over 2 test cases.");
    const path = join(folder, "result.json");
    const kept = JSON.parse(await Deno.readTextFile(path));
    const { dice } = kept.arms[0].organs.lungs;
    const [output] = kept.manifest.outputs;
    const { sha256 } = output;
    const mean = dice.mean;
    dice.mean = 0.99;
    output.sha256 = "0".repeat(64);
    await Deno.writeTextFile(path, JSON.stringify(kept));
    assertEquals(await verifyWith(parts(), folder, {}), [
      `arms.0.organs.lungs.dice.mean: 0.99, again ${mean}`,
      `manifest.outputs.0.sha256: "${"0".repeat(64)}", again "${sha256}"`,
    ]);
    const again: ReproduceResult = JSON.parse(
      await Deno.readTextFile(join(folder, "verify", "result.json")),
    );
    // Not its own files taken again.
    assert(again.manifest.stages.every(({ reused }) => !reused));
  }));

Deno.test("reproduce() goes on with a stopped training from its checkpoint, to the same weights", () =>
  withFolder(async (folder) => {
    const arms = ["iou+aug"];
    const whole = await run(join(folder, "whole"), { arms });
    const out = join(folder, "stopped");
    const abort = new AbortController();
    await assertRejects(
      () =>
        run(out, {
          arms,
          signal: abort.signal,
          onProgress: ({ message }) => {
            if (message.includes("step 2 of 4")) abort.abort();
          },
        }),
      DOMException,
    );
    const messages: string[] = [];
    const resumed = await run(out, {
      arms,
      resume: true,
      onProgress: ({ message }) => messages.push(message),
    });
    assert(messages.some((message) => message.includes("step 4 of 4")));
    assert(!messages.some((message) => message.includes("step 1 of 4")));
    assertEquals(
      differences(comparable(whole.result), comparable(resumed.result), ""),
      [],
    );
  }));

Deno.test("reproduce() trains on the rules' lungs and bone where an arm asks for it, and tries the first arm elsewhere", () =>
  withFolder(async (folder) => {
    const out = join(folder, "run");
    const first = await run(out, { arms: ["iou"] });
    const { result, reused, reportPath } = await run(out, {
      arms: ["iou", "iou+unsupervised"],
      transfer: join(out, "data"),
    });
    // Another arm leaves the first as it was.
    assertStringIncludes(reused.join("\n"), "Train iou, seed 5");
    assertEquals(result.arms![0]!.organs, first.result.arms![0]!.organs);
    assertEquals(result.arms!.map(({ labels }) => labels), ["true", "unsupervised"]);
    assertEquals(result.comparisons!.length, 0);
    assertEquals([result.transfer!.arm, result.transfer!.cases], ["iou", [0, 1, 21, 22, 10_000]]);
    assertStringIncludes(await Deno.readTextFile(reportPath), "Transfer to a real CT");
  }));

Deno.test("reproduce() refuses to resume where there is no run, and an arm that there is not", () =>
  withFolder(async (folder) => {
    await assertRejects(() => run(join(folder, "none"), { resume: true }), Error, "Cannot resume");
    await assertRejects(() => run(folder, { arms: ["iuo"] }), SyntaxError, "Cannot read loss");
    await assertRejects(() => verifyWith(parts(), folder, {}), Error, "it holds no result.json");
  }));

Deno.test("differences() names where two results part", () => {
  assertEquals(differences({ a: [1, { b: 2 }] }, { a: [1, { b: 3 }], c: 4 }, ""), [
    "a.1.b: 2, again 3",
    "c: nothing, again 4",
  ]);
});
