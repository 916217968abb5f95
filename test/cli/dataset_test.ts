import { assertEquals, assertGreater, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ORGANS } from "../../src/labels/mod.ts";
import { dice } from "../../src/metrics/mod.ts";
import { createVolume, readNifti, writeNifti } from "../../src/volume/mod.ts";
import { testAdapter } from "../_gpu.ts";
import { makePhantom } from "../_phantom.ts";
import { clicks } from "../labels/_click.ts";
import { Folder, runTask } from "./_command.ts";

const adapter = testAdapter();
const env: Record<string, string> = adapter === undefined ? {} : { CT_ORGAN_ADAPTER: adapter };

/** A folder `lits` with one case that has a liver. */
async function withData(): Promise<Folder> {
  const folder = await Folder.make();
  await Deno.mkdir(join(folder.path, "lits"));
  const { ct, labels } = await makePhantom({ seed: 1, index: 9, spacing: [6, 6, 6] });
  await writeNifti(join(folder.path, "lits", "volume-9.nii.gz"), ct);
  const liver = createVolume(labels.data.map((value) => Number(value === 1)), labels);
  await writeNifti(join(folder.path, "lits", "segmentation-9.nii.gz"), liver);
  return folder;
}

Deno.test("dataset writes a data set, says where its labels come from, and goes on where it was", async () => {
  await using folder = await withData();
  const args = ["dataset", "--data", "lits", "out", "--licence", "CC-BY-4.0"];
  const { code, stdout, errors } = await runTask(args, { cwd: folder.path, env });
  assertEquals(code, 0, errors.join("\n"));
  assertMatch(stdout, /^organ +manual +unsupervised$/m);
  assertMatch(stdout, /^liver +1 +0$/m);
  assertMatch(stdout, /^lungs +0 +1$/m);
  const out = join(folder.path, "out");
  assertEquals(stdout.trimEnd().split("\n").at(-1), out);
  const record = JSON.parse(await Deno.readTextFile(join(out, "provenance.json")));
  assertEquals([record.complete, record.licence, record.cases[9].source], [true, "CC-BY-4.0", "9"]);
  assertEquals(record.command, "deno task dataset out --data lits --licence CC-BY-4.0");
  const card = await Deno.readTextFile(join(out, "README.md"));
  assertStringIncludes(card, "# lits\n");
  const again = await runTask(args, { cwd: folder.path, env });
  assertMatch(again.stdout, /^1 of 1 cases were there already$/m);
});

Deno.test("dataset takes what label grew from clicks as semi-automatic labels", async () => {
  await using folder = await withData();
  const place = { cwd: folder.path, env };
  const { labels } = await makePhantom({ seed: 1, index: 9, spacing: [6, 6, 6] });
  const seeds = { bladder: clicks(labels, "bladder") };
  await folder.write("points.json", new TextEncoder().encode(JSON.stringify(seeds)));
  await Deno.mkdir(join(folder.path, "grown"));
  const grow = await runTask([
    ...["label", "lits/volume-9.nii.gz", "grown/labels-9.nii.gz"],
    ...["--seeds", "points.json", "--organs", "bladder"],
  ], place);
  assertEquals(grow.code, 0, grow.errors.join("\n"));
  const line = ["dataset", "--data", "lits", "--semi-automatic", "grown", "out"];
  const { code, stdout, errors } = await runTask(line, place);
  assertEquals(code, 0, errors.join("\n"));
  assertMatch(stdout, /^bladder +0 +1 +0$/m);
  const record = JSON.parse(await Deno.readTextFile(join(folder.path, "out", "provenance.json")));
  assertEquals(record.cases[9].origins, {
    ...{ liver: "manual", bladder: "semi-automatic" },
    ...{ lungs: "unsupervised", bone: "unsupervised" },
  });
  const merged = await readNifti(join(folder.path, "out", "labels-9.nii.gz"));
  assertGreater(dice(Uint8Array.from(merged.data), labels.data, ORGANS.bladder)!, 0.8);
});

Deno.test("dataset goes on past a bad case, names it and exits with 1", async () => {
  await using folder = await withData();
  for (const kind of ["volume", "segmentation"]) {
    await folder.write(`lits/${kind}-2.nii.gz`, new Uint8Array(9));
  }
  const { code, stdout, errors } = await runTask(["dataset", "--data", "lits", "out"], {
    cwd: folder.path,
    env,
  });
  assertEquals(code, 1);
  assertMatch(stdout, /^liver +1 +0$/m);
  assertMatch(errors.at(-1)!, /^ct-organ dataset: Cannot write case 2: .*volume-2/);
});

const bad: [what: string, args: string[], code: number, says: string][] = [
  ["no data", ["out"], 2, "give --data DIR"],
  ["no folder", ["--data", "lits"], 2, "it takes OUT_DIR"],
  ["a data folder that is not there", ["out", "--data", "gone"], 1, "no such folder"],
  ["its own data folder", ["lits", "--data", "lits"], 2, "it is the data folder"],
  ["a folder with other things", [".", "--data", "lits"], 1, "and no provenance.json"],
  [
    "semi-automatic labels that are not there",
    [
      ...["out", "--data", "lits", "--semi-automatic", "gone"],
    ],
    1,
    "no such folder",
  ],
  ["an adapter that is not there", ["out", "--data", "lits", "--adapter", "no such"], 3, "no such"],
];

Deno.test("dataset refuses what it cannot use, each in one line", async (t) => {
  await using folder = await withData();
  for (const [what, args, code, says] of bad) {
    await t.step(what, async () => {
      const found = await runTask(["dataset", ...args], { cwd: folder.path, env });
      assertEquals([found.code, found.stdout], [code, ""], found.errors.join("\n"));
      assertStringIncludes(found.errors.at(-1)!, says);
      assertEquals(await folder.names(), ["lits"]);
    });
  }
});
