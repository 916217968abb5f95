import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import {
  baselinePath,
  compareGate,
  type GateMeasure,
  parseBaseline,
  readBaseline,
  writeBaseline,
} from "../../src/gate/mod.ts";
import { formatChecks } from "../../src/cli/gate.ts";
import { withFolder } from "../reproduce/_folder.ts";

const adapter = { description: "llvmpipe (LLVM 1)", vendor: "Mesa", software: true };
const DICE = [0.8, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86, null];
const before: GateMeasure = {
  adapter,
  exact: { rules: "a".repeat(64) },
  phantoms: { CTs: "b".repeat(64) },
  masks: [{ chain: "labels", case: 3, labels: new Uint8Array(4000).map((_, i) => i % 6) }],
  dice: { liver: DICE, bone: DICE.map((value) => value === null ? 0.5 : value + 0.1) },
};

/** The names of what trips. */
function trips(now: Partial<GateMeasure>): string[] {
  return compareGate(before, { ...before, ...now })
    .filter(({ verdict }) => verdict === "tripped").map(({ kind, name }) => `${kind} ${name}`);
}

/** The mask with so many voxels changed. */
const changed = (voxels: number) => [{
  ...before.masks[0]!,
  labels: before.masks[0]!.labels.map((label, i) => i < voxels ? label + 1 : label),
}];

Deno.test("compareGate() finds a measurement like itself", () => {
  const verdicts = compareGate(before, before).map(({ verdict }) => verdict);
  assertEquals(verdicts, Array(5).fill("same"));
});

Deno.test("compareGate() trips on another hash of integers, on every adapter", () => {
  const other = { adapter: { ...adapter, description: "another" } };
  assertEquals(trips({ exact: { rules: "c".repeat(64) }, ...other }), ["hash rules"]);
  assertEquals(trips({ exact: {} }), ["hash rules"]);
});

Deno.test("compareGate() compares hashes of floats on the baseline's own adapter alone", () => {
  const phantoms = { CTs: "c".repeat(64) };
  assertEquals(trips({ phantoms }), ["hash CTs"]);
  const now = { ...before, phantoms, adapter: { ...adapter, description: "llvmpipe (LLVM 2)" } };
  const check = compareGate(before, now).find(({ name }) => name === "CTs")!;
  assertEquals([check.verdict, check.why], [
    "not compared",
    "of one adapter, and the baseline's is llvmpipe (LLVM 1)",
  ]);
});

Deno.test("compareGate() lets one voxel in a thousand of a mask differ", () => {
  assertEquals(trips({ masks: changed(4) }), []);
  assertEquals(trips({ masks: changed(5) }), ["mask labels, case 3"]);
  assertEquals(trips({ masks: [{ ...before.masks[0]!, labels: new Uint8Array(8) }] }), [
    "mask labels, case 3",
  ]);
  assertEquals(trips({ masks: [] }), ["mask labels, case 3"]);
});

const lowered = (by: readonly number[]) =>
  DICE.map((value, i) => value === null ? null : value - by[i]!);

Deno.test("compareGate() trips on a drop of Dice that is large and in every case", () => {
  // Seven cases, all lower: p is 2 / 2^7, and twice that of two organs, 0.031.
  assertEquals(trips({ dice: { ...before.dice, liver: lowered(Array(7).fill(0.06)) } }), [
    "dice liver",
  ]);
  // Within the margin of 0.05, however sure.
  assertEquals(trips({ dice: { ...before.dice, liver: lowered(Array(7).fill(0.04)) } }), []);
  // One case alone: a mean of 0.1, but as likely by chance.
  assertEquals(trips({ dice: { ...before.dice, liver: lowered([0.7, 0, 0, 0, 0, 0, 0]) } }), []);
  assertEquals(trips({ dice: { ...before.dice, liver: lowered(Array(7).fill(-0.1)) } }), []);
  // Another number of cases is another run.
  assertEquals(trips({ dice: { ...before.dice, liver: [0.8] } }), ["dice liver"]);
});

Deno.test("formatChecks() puts what tripped first", () => {
  const now = { ...before, dice: { ...before.dice, liver: lowered(Array(7).fill(0.06)) } };
  const [head, first, ...rest] = formatChecks(compareGate(before, now)).split("\n");
  assertEquals(head!.split(/ {2,}/), ["check", "baseline", "now", "verdict", "held to"]);
  assertEquals(first!.split(/ {2,}/), [
    "dice: liver",
    ...["0.830", "0.770", "TRIPPED"],
    "-0.060 over 7 cases, p 0.031; trips below -0.05 with p below 0.05",
  ]);
  assertEquals(rest.length, 4);
});

Deno.test("writeBaseline() keeps a measurement to the bit", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "baseline.json");
    assertEquals(await readBaseline(path), undefined);
    await writeBaseline(path, before);
    assertEquals(await readBaseline(path), before);
    const other = { ...before, exact: {} };
    await writeBaseline(path, other);
    assertEquals(await readBaseline(path), other);
  });
});

for (const text of ["{", "null", '{"schema":"ct-organ-webgpu/bench@1"}']) {
  Deno.test(`parseBaseline() refuses ${text}`, async () => {
    await assertRejects(() => parseBaseline(text), TypeError, 'must be "ct-organ-webgpu/gate@1"');
  });
}

Deno.test("baselinePath() names kind and device, without the driver's version", () => {
  const name = (description: string, software: boolean) =>
    baselinePath({ description, vendor: "", software }).split(/[\\/]/).at(-1);
  assertEquals(
    name("llvmpipe (LLVM 15.0.6, 256 bits)", true),
    "gate-software-llvmpipe.json",
  );
  assertEquals(name("NVIDIA H200", false), "gate-hardware-nvidia-h200.json");
});
