import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join, relative, resolve } from "@std/path";
import type { FoundPeers } from "../../bench/mod.ts";
import { PHANTOM_VERSION } from "../../src/data/mod.ts";
import type { Gpu } from "../../src/gpu/mod.ts";
import { ORGANS } from "../../src/labels/mod.ts";
import { dice } from "../../src/metrics/mod.ts";
import { labelStage } from "../../src/reproduce/_labels.ts";
import { type Profile, reproduce, type ReproduceOptions } from "../../src/reproduce/mod.ts";
import {
  defaultFolder,
  type ReproduceProgress,
  reproduceWith,
} from "../../src/reproduce/reproduce.ts";
import { createVolume, readNifti, writeNifti } from "../../src/volume/mod.ts";
import { testAdapter } from "../_gpu.ts";
import { makePhantom } from "../_phantom.ts";
import { benchResult, countingBench, gpuRow } from "./_bench.ts";
import { withFolder } from "./_folder.ts";
import { emptyStudy, TINY } from "./_settings.ts";

/** No network, so that a run takes a second. */
const SETTINGS: Profile = {
  ...TINY,
  phantoms: { ...TINY.phantoms, train: 0, validation: 0 },
};

/** Runs with a stand-in for the benchmark and returns what happened. */
async function run(
  out: string,
  options: ReproduceOptions = {},
  benched = benchResult(),
  peers: FoundPeers["programs"] = [],
) {
  const { bench, calls } = countingBench(benched);
  const lookForPeers = () => Promise.resolve({ programs: peers, absent: [], asked: "scipy" });
  const progress: ReproduceProgress[] = [];
  const adapter = testAdapter();
  const outcome = await reproduceWith({
    settings: SETTINGS,
    bench,
    lookForPeers,
    study: emptyStudy,
  }, {
    seed: 5,
    out,
    ...adapter !== undefined && { adapter },
    ...options,
    onProgress: (step) => {
      progress.push(step);
      options.onProgress?.(step);
    },
  });
  const done = progress.filter(({ message }) => message.includes("taken from"));
  return { ...outcome, benchCalls: calls(), progress, reused: done.map(({ message }) => message) };
}

async function filesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) names.push(...(await filesIn(join(folder, name))).map((n) => `${name}/${n}`));
    else names.push(name);
  }
  return names.sort();
}

/** Writes a data folder in CT-ORG's layout with a small phantom under each number. */
async function writeData(folder: string, numbers: number[]) {
  await Deno.mkdir(folder);
  for (const index of numbers) {
    const { ct, labels } = await makePhantom({
      seed: 6,
      index,
      dims: [40, 46, 30],
      spacing: [6, 6, 6],
    });
    await writeNifti(join(folder, `volume-${index}.nii.gz`), ct);
    const floats = createVolume(Float32Array.from(labels.data), labels);
    await writeNifti(join(folder, `labels-${index}.nii.gz`), floats);
  }
}

Deno.test("reproduce() writes result, report and every stage's files", () =>
  withFolder(async (folder) => {
    const out = join(folder, "run");
    const { result, resultPath, reportPath, progress } = await run(out);
    const cases = [0, 1].flatMap((n) => [
      `data/labels-${n}.nii.gz`,
      `data/volume-${n}.nii.gz`,
      `grid/labels-${n}.nii.gz`,
      `grid/volume-${n}.nii.gz`,
      `stages/data-${n}.json`,
      `stages/grid-${n}.json`,
      `stages/labels-${n}.json`,
      `unsupervised/labels-${n}.nii.gz`,
    ]);
    assertEquals(
      await filesIn(out),
      [
        ...cases,
        "bench.json",
        "losses.json",
        "report.html",
        "result.json",
        "scores.json",
        "split.json",
        "stages/bench.json",
        "stages/losses.json",
        "stages/score.json",
        "stages/split.json",
      ].sort(),
    );
    assertEquals(JSON.parse(await Deno.readTextFile(resultPath)), result);
    assertStringIncludes(await Deno.readTextFile(reportPath), "<html");
    assertEquals(result.dataset, {
      ...{ name: `phantoms, version ${PHANTOM_VERSION}`, kind: "phantom" },
      ...{ train: [], validation: [], test: [0, 1] },
    });
    assertEquals(result.bench, benchResult());
    assertEquals(result.claims.length, 7);
    assertEquals(result.manifest.seeds, {
      ...{ phantoms: 5, split: 5, "training 1": 5, losses: 5, bench: 5 },
    });
    const kinds = [...new Set(progress.map(({ stage }) => stage))];
    assertEquals(kinds, ["split", "data", "grid", "labels", "score", "losses", "bench", "report"]);
    progress.reduce((before, { fraction }) => {
      assert(fraction >= before && fraction <= 1);
      return fraction;
    }, 0);
  }));

Deno.test("reproduce() scores what it wrote, on a 3 mm grid", () =>
  withFolder(async (folder) => {
    const { result } = await run(folder);
    for (const { case: number, organ, dice: value } of result.labels!) {
      const truth = await readNifti(join(folder, "grid", `labels-${number}.nii.gz`));
      const found = await readNifti(join(folder, "unsupervised", `labels-${number}.nii.gz`));
      assertEquals(truth.dims, [80, 92, 60]);
      assertEquals(found.affine, truth.affine);
      const [a, b] = [Uint8Array.from(found.data), Uint8Array.from(truth.data)];
      assertEquals(value, dice(a, b, ORGANS[organ]));
    }
    assertEquals(result.labels!.map(({ case: n, organ }) => `${organ} ${n}`), [
      "lungs 0",
      "bone 0",
      "lungs 1",
      "bone 1",
    ]);
  }));

Deno.test("reproduce() gives the same result twice but for times", () =>
  withFolder(async (folder) => {
    const steady = async (name: string) => {
      const { result } = await run(join(folder, name));
      const { manifest, ...rest } = result;
      const { stages, started_at: _, command: __, energy_joules: ___, ...kept } = manifest;
      return { ...rest, manifest: kept, stages: stages.map(({ name }) => name) };
    };
    assertEquals(await steady("a"), await steady("b"));
  }));

Deno.test("reproduce() takes every stage from the run before when nothing changed", () =>
  withFolder(async (folder) => {
    const first = await run(folder);
    assertEquals(first.reused, []);
    assertEquals(first.benchCalls, 1);
    const second = await run(folder);
    assertEquals(second.reused.length, 10);
    assertEquals(second.benchCalls, 0);
    assertEquals(second.result.labels, first.result.labels);
    assertEquals(second.result.manifest.outputs, first.result.manifest.outputs);
    // The times are those of the run that made the files, and are marked as such.
    const { stages } = first.result.manifest;
    assertEquals(second.result.manifest.stages, stages.map((s) => ({ ...s, reused: true })));
    assert(stages.every((stage) => !("reused" in stage)));
  }));

Deno.test("reproduce() does not take over a benchmark in which a kernel was wrong or could not run", () =>
  withFolder(async (folder) => {
    const row = gpuRow("augment/warp", "one");
    const agreement = { class: "exact", max_abs: 1, ok: false, error: "1 differs" } as const;
    const absent = [{ ...row, reason: "the device was lost" }];
    const bad = [
      { ...benchResult(), results: [{ ...row, agreement }] },
      { ...benchResult(), absent },
    ];
    for (const result of bad) {
      const out = join(folder, `${bad.indexOf(result)}`);
      await run(out, {}, result);
      const second = await run(out);
      assertEquals(second.benchCalls, 1);
      assertEquals(second.reused.length, 9);
      assertEquals((await run(out)).benchCalls, 0);
    }
  }));

Deno.test("reproduce() takes over a benchmark without what a case leaves out, but not one without a peer that is there now", () =>
  withFolder(async (folder) => {
    const at = { kernel: "augment/warp", case: "one", implementation: "niimath" } as const;
    const intended = { ...at, reason: "takes minutes", intended: true };
    const result = { ...benchResult(), absent: [intended] };
    await run(folder, {}, result);
    assertEquals((await run(folder, {}, result)).benchCalls, 0);
    const scipy = { name: "scipy", command: "python3", args: [] } as const;
    assertEquals((await run(folder, {}, result, [scipy])).benchCalls, 1);
  }));

Deno.test("labelStage() names the adapter: another one's times are not taken over", () => {
  const options = (description: string) => {
    const files = { number: 0, volume: "v", labels: "l" };
    return labelStage({ info: { description } } as Gpu, files, "to", undefined).options;
  };
  assertNotEquals(options("a card"), options("a program"));
});

Deno.test("defaultFolder() differs by profile, data folder and seed", () => {
  assertEquals(defaultFolder({}), join("reports", "quick-1"));
  assertEquals(defaultFolder({ profile: "full", seed: 3 }), join("reports", "full-3"));
  for (const data of ["a/CT-ORG", "a/CT-ORG/", resolve("CT-ORG"), "CT-ORG/x/.."]) {
    assertEquals(defaultFolder({ data, seed: 2 }), join("reports", "quick-CT-ORG-2"));
  }
});

Deno.test("reproduce() goes on where it was stopped and leaves no half file", () =>
  withFolder(async (folder) => {
    for (const stage of ["split", "data", "grid", "labels", "score", "losses", "bench"]) {
      const out = join(folder, stage);
      const abort = new AbortController();
      await assertRejects(
        () =>
          run(out, {
            signal: abort.signal,
            onProgress: (progress) => {
              if (progress.stage === stage) abort.abort();
            },
          }),
        DOMException,
      );
      const left = await filesIn(out).catch((): string[] => []);
      assert(!left.includes("result.json") && !left.includes("report.html"));
      for (const name of left) assert(/\d\.nii\.gz$|\.json$/.test(name), name);
      const before = left.filter((name) => name.startsWith("stages/"));
      assertEquals((await run(out)).reused.length, before.length);
    }
  }));

Deno.test("reproduce() reruns only what a changed input reaches", () =>
  withFolder(async (folder) => {
    const data = join(folder, "data");
    const out = join(folder, "run");
    await writeData(data, [3, 4]);
    const first = await run(out, { data });
    // Told from the working folder, not from the root.
    assertStringIncludes(first.result.manifest.command, `--data ${relative(Deno.cwd(), data)}`);
    assertEquals(first.result.manifest.inputs.map(({ path }) => resolve(path)), [
      join(data, "volume-3.nii.gz"),
      join(data, "labels-3.nii.gz"),
      join(data, "volume-4.nii.gz"),
      join(data, "labels-4.nii.gz"),
    ]);
    // New truth for case 4: its image on the grid stays the same, so its unsupervised labels do.
    const path = join(data, "labels-4.nii.gz");
    const labels = await readNifti(path);
    labels.data.fill(ORGANS.bone, 0, 1000);
    await writeNifti(path, createVolume(labels.data, labels));
    const second = await run(out, { data });
    assertEquals(second.reused, [
      "Split: taken from the run before",
      "3 mm grid of case 3: taken from the run before",
      "Lungs and bone of case 3: taken from the run before",
      "Lungs and bone of case 4: taken from the run before",
      "Study of the losses: taken from the run before",
      "Benchmark: taken from the run before",
    ]);
    const bone = (labels: typeof first.result.labels, number: number) =>
      labels!.find(({ case: n, organ }) => n === number && organ === "bone")!.dice;
    assertEquals(bone(second.result.labels, 3), bone(first.result.labels, 3));
    assert(bone(second.result.labels, 4) !== bone(first.result.labels, 4));
  }));

Deno.test("reproduce() makes other phantoms for another seed in the same folder", () =>
  withFolder(async (folder) => {
    await run(folder);
    const other = await run(folder, { seed: 6 });
    assertEquals(other.reused, []);
  }));

Deno.test("reproduce() scores cases 0 to 20 of a data folder alone and says so", () =>
  withFolder(async (folder) => {
    const data = join(folder, "data");
    await writeData(data, [20, 21]);
    const { result } = await run(join(folder, "run"), { data, arms: ["iou"] });
    assertEquals(result.dataset, {
      ...{ name: "data", kind: "folder" },
      ...{ train: [21], validation: [], test: [20] },
    });
    assertEquals([...new Set(result.labels!.map(({ case: number }) => number))], [20]);
    assertStringIncludes(result.manifest.not_run![0]!.name, "1 case");
    assertEquals(result.claims[2]!.verdict, "not tested");
    // The case to train on has lungs and bone of the rules alone.
    assertEquals(result.arms!.map(({ labels }) => labels), ["unsupervised"]);
  }));

Deno.test("reproduce() refuses a data folder it cannot use, in one line", () =>
  withFolder(async (folder) => {
    const out = join(folder, "run");
    const refused = async (data: string, message: string) => {
      const error = await assertRejects(() => run(out, { data }), Error, message);
      assert(!error.message.includes("\n"));
    };
    await refused(join(folder, "gone"), "there is no such folder");
    const data = join(folder, "data");
    await writeData(data, [0]);
    const path = join(data, "labels-0.nii.gz");
    const { data: values, dims } = await readNifti(path);
    await writeNifti(path, createVolume(values, { dims, spacing: [5, 6, 6] }));
    await refused(data, "their grid (40 x 46 x 30 voxels of 5 x 6 x 6 mm");
    const { ct } = await makePhantom({ seed: 6, dims: [40, 46, 30], spacing: [6, 6, 6] });
    await writeNifti(path, ct);
    await refused(data, "labels are integers from 0 to 255");
    await Deno.writeTextFile(path, "no image");
    await refused(data, "labels-0.nii.gz");
    await Deno.remove(path);
    await refused(data, "volume-0 has no labels-0.nii.gz");
  }));

Deno.test("reproduce() refuses a folder that holds no case to score", () =>
  withFolder(async (folder) => {
    const data = join(folder, "data");
    await writeData(data, [30]);
    await assertRejects(() => run(join(folder, "run"), { data }), Error, "cases 0 to 20");
  }));

Deno.test("reproduce() refuses an unknown profile and a wrong seed", async () => {
  await assertRejects(
    () => reproduce({ profile: "huge" as "smoke" }),
    RangeError,
    "the profiles are smoke, quick, full, paper",
  );
  await assertRejects(() => reproduce({ seed: -1 }), RangeError, "found -1");
});
