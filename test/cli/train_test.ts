import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { readModel } from "../../src/nn/mod.ts";
import { findCheckpoint } from "../../src/train/checkpoint.ts";
import { createVolume, writeNifti } from "../../src/volume/mod.ts";
import { testAdapter } from "../_gpu.ts";
import { testUnless } from "../_skip.ts";
import { boxCase } from "../train/_runs.ts";
import { Folder, type Outcome, runTask } from "./_command.ts";

const adapter = testAdapter();
const env: Record<string, string> = adapter === undefined ? {} : { CT_ORGAN_ADAPTER: adapter };

const NETWORK = JSON.stringify({
  channels: [4, 4],
  convolutions: 1,
  norm: "batch",
  slope: 0,
  pool: 2,
  up: "transposed-2",
  split: false,
});

/** A folder with three cases and a network that takes milliseconds a step. */
async function withData(): Promise<Folder> {
  const folder = await Folder.make();
  await Deno.mkdir(join(folder.path, "data"));
  for (const number of [0, 1, 2]) {
    const { volume, labels } = boxCase(number);
    const ct = createVolume(Int16Array.from(volume.data), volume);
    await writeNifti(join(folder.path, "data", `volume-${number}.nii`), ct);
    await writeNifti(join(folder.path, "data", `labels-${number}.nii`), labels);
  }
  await folder.write("tiny.json", new TextEncoder().encode(NETWORK));
  return folder;
}

const TINY = ["train", "--data", "data", "--model", "tiny.json", "--crop", "16x16x16"];

Deno.test("train writes a model, a result and a report, and says what it does", async () => {
  await using folder = await withData();
  const { code, stdout, errors } = await runTask(
    [...TINY, "--arm", "dice+aug", "--steps", "6", "--validate-every", "3", "--out", "run"],
    { cwd: folder.path, env },
  );
  assertEquals(code, 0, errors.join("\n"));
  // By hand: blocks 27 x 4 + 8, 27 x 16 + 8, 27 x 32 + 8; doubling 8 x 16 + 4; head 4 x 7 + 7.
  assertMatch(stdout, /^Network: 1595 parameters, receptive field \d+ voxels \(\d+ mm\)$/m);
  assertMatch(stdout, /^Cases: 2 to train on, 1 for validation \(data\)$/m);
  assertMatch(stdout, /^GPU memory: about [\d.]+ [KM]iB/m);
  assertMatch(stdout, /^Step 3: Dice [\d.]+ \(liver [\d.]+.*\)$/m);
  assertMatch(errors.join("\n"), /^Step 6 of 6: loss \S+ [\d.]+, 0 s left$/m);
  const run = join(folder.path, "run");
  assertEquals(stdout.trimEnd().split("\n").slice(-2), [
    join(run, "model.safetensors"),
    join(run, "report.html"),
  ]);
  const result = JSON.parse(await Deno.readTextFile(join(run, "result.json")));
  assertEquals([result.schema, result.arm, result.steps], [
    "ct-organ-webgpu/train@1",
    "dice+aug",
    6,
  ]);
  assertEquals(result.losses.length, 6);
  assertEquals(result.validations.map(({ step }: { step: number }) => step), [3, 6]);
  assertEquals(result.dataset.train.length, 2);
  assertStringIncludes(result.command, "--data data --arm dice+aug");
  const { labels, spacing, provenance } = await readModel(join(run, "model.safetensors"));
  assertEquals([labels[1], spacing, provenance["command"]], ["liver", [3, 3, 3], result.command]);
  const split = JSON.parse(await Deno.readTextFile(join(run, "split.json")));
  assertEquals(split.train, result.dataset.train);
  assertEquals([split.dataset, split.seed, split.train.length], ["data", 1, 2]);
  const report = await Deno.readTextFile(join(run, "report.html"));
  assertStringIncludes(report, "<svg");
  assertStringIncludes(report, "dice+aug");
});

Deno.test("train trains on phantoms and writes its batches", async () => {
  await using folder = await withData();
  const phantoms = ["--data", "phantom", "--phantoms", "1", "--export-batches", "batches"];
  const { code, stdout, errors } = await runTask(
    ["train", ...phantoms, ...TINY.slice(3), "--steps", "2", "--out", "new/run"],
    { cwd: folder.path, env },
  );
  assertEquals(code, 0, errors.join("\n"));
  assertStringIncludes(stdout, "Cases: 1 to train on, 0 for validation (1 phantom)");
  const index = JSON.parse(await Deno.readTextFile(join(folder.path, "batches", "index.json")));
  assertEquals(index.batches.length, 2);
});

const bad: [what: string, args: string[], code: number, says: string][] = [
  ["no data", ["--steps", "1"], 2, "--data phantom"],
  ["a folder that is not there", ["--data", "gone"], 1, "no such folder"],
  ["a fold of one", ["--data", "data", "--fold", "1/1"], 2, "a fold of at least 2"],
  ["a fold beyond the last", ["--data", "data", "--fold", "3/2"], 2, "a fold of at least 2"],
  ["more folds than cases", ["--data", "data", "--fold", "1/4"], 1, "from 2 to 3"],
  ["a folder without cases", ["--data", "."], 1, "it is in no known layout"],
  ["a file for a folder", ["--data", "tiny.json"], 1, "it is a file"],
  ["labels on another grid", ["--data", "other"], 1, "their grid"],
  ["labels that are no organ's", ["--data", "odd"], 1, "the value 9; expected are 0, 1"],
  ["an unknown arm", ["--data", "data", "--arm", "dise+aug"], 2, "cross-entropy"],
  ["an arm that needs sorting", ["--data", "data", "--arm", "lovasz"], 2, "balanced-cross-entropy"],
  ["an unknown model", ["--data", "data", "--model", "vnet"], 2, "unet, unet-small"],
  ["a network that is not there", ["--data", "data", "--model", "gone.json"], 1, "no such file"],
  [
    "a network that is none",
    ["--data", "data", "--model", "none.json"],
    2,
    '"channels" is missing',
  ],
  ["a crop that does not halve", ["--data", "data", "--crop", "48x48x50"], 2, "multiples of 4"],
  ["a crop that is none", ["--data", "data", "--crop", "48"], 2, "120x120x160"],
  ["a rate of 0", ["--data", "data", "--rate", "0"], 2, "above 0"],
  ["no steps", ["--data", "data", "--steps", "0"], 2, "at least 1"],
  ["an unknown schedule", ["--data", "data", "--schedule", "step"], 2, "constant, cosine, paper"],
  ["an unknown optimizer", ["--data", "data", "--optimizer", "lion"], 2, "adam, rmsprop, sgd"],
  ["phantoms of a folder", ["--data", "data", "--phantoms", "3"], 2, "--phantoms"],
  ["nothing to resume", ["--data", "data", "--resume", "--out", "run"], 1, "no checkpoint"],
  ["a folder under a file", ["--data", "data", "--out", "tiny.json/run"], 1, "a file in its place"],
  ["batches into a full folder", ["--data", "data", "--export-batches", "data"], 1, "already"],
  [
    "what does not fit the adapter",
    // Before any case is read: there is none.
    ["--data", "gone", "--crop", "2048x2048x2048", "--out", "data"],
    1,
    "2048 x 2048 x 2048 voxels",
  ],
  ["an adapter that is not there", ["--data", "data", "--adapter", "no such"], 3, "no such"],
];

Deno.test("train refuses what it cannot use, each in one line", async (t) => {
  await using folder = await withData();
  const { path } = folder;
  const { volume, labels } = boxCase(0);
  await folder.write("none.json", new TextEncoder().encode('{"norm": "batch"}'));
  for (const name of ["other", "odd"]) {
    await Deno.mkdir(join(path, name));
    await writeNifti(join(path, name, "volume-0.nii"), volume);
  }
  const moved = createVolume(labels.data, { dims: labels.dims, spacing: [3, 3, 4] });
  await writeNifti(join(path, "other", "labels-0.nii"), moved);
  const nine = createVolume(labels.data.map((label) => 9 * label), labels);
  await writeNifti(join(path, "odd", "labels-0.nii"), nine);
  for (const [what, args, code, says] of bad) {
    await t.step(what, async () => {
      const out = args.includes("--out") ? [] : ["--out", "run"];
      const found = await runTask(["train", ...args, ...out], { cwd: path, env });
      const last = found.errors.at(-1)!;
      assertEquals([found.code, found.stdout], [code, ""], found.errors.join("\n"));
      // Cases that were read before are progress, not errors.
      assertEquals(found.errors.filter((line) => !/^Case \d+: /.test(line)), [last]);
      assertMatch(last, /^ct-organ train: Cannot /);
      assertStringIncludes(last, says);
      assertEquals((await folder.names()).includes("run"), false, "nothing is left");
    });
  }
});

const windows = Deno.build.os === "windows" ? "Windows has no process groups" : undefined;

/** Runs ./run in a process group of its own, and signals the group once `text` is on stderr. */
async function signalled(
  folder: Folder,
  signal: "SIGINT" | "SIGKILL",
  text: string,
  args: readonly string[],
): Promise<Outcome & { readonly sent: boolean }> {
  const script = fromFileUrl(new URL("./_signal_group.ts", import.meta.url));
  const run = fromFileUrl(new URL("../../run", import.meta.url));
  const { stdout, stderr } = await new Deno.Command("deno", {
    args: ["run", "--no-prompt", "--allow-run", script, signal, text, run, ...args],
    cwd: folder.path,
    env: { NO_COLOR: "1", XDG_RUNTIME_DIR: folder.path, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  assertEquals(decoder.decode(stderr), "");
  const { code, sent, stdout: out, stderr: err } = JSON.parse(decoder.decode(stdout));
  return { code, sent, stdout: out, errors: err.trimEnd().split("\n") };
}

testUnless(
  "train ends after a step with a checkpoint on Ctrl-C, which reaches the whole group, and goes on with --resume",
  windows,
  async () => {
    await using folder = await withData();
    const args = [
      ...TINY,
      "--checkpoint-every",
      "1000000",
      "--validate-every",
      "0",
      "--out",
      "run",
    ];
    const long = [...args, "--steps", "1000000"];
    const stopped = await signalled(folder, "SIGINT", "Step 1 of", long);
    assertEquals([stopped.code, stopped.sent], [130, true], stopped.errors.join("\n"));
    assertEquals(stopped.errors.at(-1), "ct-organ train: Interrupted");
    const { step } = (await findCheckpoint(join(folder.path, "run")))!;
    assertStringIncludes(
      stopped.stdout,
      `Stopped after step ${step} with a checkpoint in ${join(folder.path, "run")}; --resume goes`,
    );
    assert(step >= 1);
    const again = await runTask(long, { cwd: folder.path, env });
    assertEquals(again.code, 1);
    assertStringIncludes(
      again.errors.at(-1)!,
      `it holds one of ${step} steps; go on with --resume`,
    );
    const resumed = await runTask([...args, "--steps", `${step + 2}`, "--resume"], {
      cwd: folder.path,
      env,
    });
    assertEquals(resumed.code, 0, resumed.errors.join("\n"));
    assertStringIncludes(resumed.stdout, `Going on after step ${step}`);
    const other = await runTask(
      [...args, "--steps", `${step + 4}`, "--resume", "--rate", "0.5"],
      { cwd: folder.path, env },
    );
    assertEquals(other.code, 1);
    assertStringIncludes(other.errors.at(-1)!, "(schedule changed)");
  },
);

testUnless(
  "train that is killed twice loses no more than an interval, and ends with the same model",
  windows,
  async () => {
    await using folder = await withData();
    const args = [...TINY, "--steps", "20", "--checkpoint-every", "4", "--validate-every", "0"];
    const whole = await runTask([...args, "--out", "whole"], { cwd: folder.path, env });
    assertEquals(whole.code, 0, whole.errors.join("\n"));
    for (const [step, resume] of [[7, []], [13, ["--resume"]]] as const) {
      const killed = await signalled(folder, "SIGKILL", `Step ${step} of`, [
        ...args,
        "--out",
        "run",
        ...resume,
      ]);
      assertEquals([killed.code, killed.sent], [137, true]);
      const found = await findCheckpoint(join(folder.path, "run"));
      assert(found && found.step >= step - 4, `${found?.step} after ${step}`);
    }
    const end = await runTask([...args, "--out", "run", "--resume"], { cwd: folder.path, env });
    assertEquals(end.code, 0, end.errors.join("\n"));
    const weights = async (run: string) =>
      (await readModel(join(folder.path, run, "model.safetensors"))).weights;
    assertEquals(await weights("run"), await weights("whole"));
  },
);
