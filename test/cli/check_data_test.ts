import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { createVolume, reorient, writeNifti } from "../../src/volume/mod.ts";
import { makePhantom } from "../_phantom.ts";
import { Folder, runTask } from "./_command.ts";

/** A folder `data` with two good cases of a few voxels. */
async function withData(): Promise<Folder> {
  const folder = await Folder.make();
  await Deno.mkdir(join(folder.path, "data"));
  for (const number of [3, 30]) {
    const { ct, labels } = await makePhantom({
      ...{ seed: 1, index: number, dims: [37, 31, 56], spacing: [10, 10, 10] },
    });
    const data = join(folder.path, "data");
    await writeNifti(join(data, `volume-${number}.nii.gz`), reorient(ct, "LPS"));
    const floats = createVolume(Float32Array.from(labels.data), labels);
    await writeNifti(join(data, `labels-${number}.nii.gz`), reorient(floats, "LPS"));
  }
  return folder;
}

Deno.test("check-data shows good cases and writes JSON and a report", async () => {
  await using folder = await withData();
  const { code, stdout, errors } = await runTask(["check-data", "data", "--json", "check.json"], {
    cwd: folder.path,
  });
  assertEquals(code, 0, errors.join("\n"));
  assertMatch(stdout, /^Layout: CT-ORG, 2 cases$/m);
  assertMatch(stdout, /^30 +37x31x56 +10x10x10 +LPS +5 +good$/m);
  assertMatch(stdout, /^liver +2( +\d+){3}$/m);
  const report = join(folder.path, "reports", "check-data.html");
  assertEquals(stdout.trimEnd().split("\n").at(-1), report);
  assertMatch(await Deno.readTextFile(report), /^<!doctype html>/i);
  const found = JSON.parse(await Deno.readTextFile(join(folder.path, "check.json")));
  assertEquals([found.schema, found.layout, found.cases.length, found.command], [
    ...["ct-organ-webgpu/data-check@1", "CT-ORG", 2],
    "deno task check-data data --json check.json",
  ]);
});

Deno.test("check-data goes on past bad cases and names them at the end", async () => {
  await using folder = await withData();
  await folder.write("data/volume-1.nii.gz", new Uint8Array(9));
  await folder.write("data/labels-1.nii.gz", new Uint8Array(9));
  await folder.write("data/volume-2.nii.gz", new Uint8Array(9));
  const { code, stdout, errors } = await runTask(["check-data", "data", "--html", "c.html"], {
    cwd: folder.path,
  });
  assertEquals(code, 1);
  assertStringIncludes(errors.at(-1)!, "Cannot use 2 of 4 cases: 2, 1; see above");
  assertMatch(stdout, /^1 +- +- +- +0 +BAD$/m);
  assertMatch(stdout, /^3 .*good$/m);
  assertMatch(stdout, /^BAD: case 2: volume-2 has no labels-2.nii.gz/m);
  assertStringIncludes(
    await Deno.readTextFile(join(folder.path, "c.html")),
    "2 cases cannot be used",
  );
});

const bad: [what: string, args: string[], code: number, says: string][] = [
  ["no folder", [], 2, "it takes DIR"],
  ["a folder that is not there", ["gone"], 1, "no such folder"],
  ["a folder in no layout", ["."], 1, "in no known layout"],
  ["an unknown flag", ["data", "--jsn", "x"], 2, '"--json"'],
  ["a file in no folder", ["data", "--json", "gone/x.json"], 1, "there is no folder"],
];

Deno.test("check-data refuses what it cannot use, each in one line", async (t) => {
  await using folder = await withData();
  for (const [what, args, code, says] of bad) {
    await t.step(what, async () => {
      const found = await runTask(["check-data", ...args], { cwd: folder.path });
      assertEquals([found.code, found.stdout], [code, ""], found.errors.join("\n"));
      assertStringIncludes(found.errors.at(-1)!, says);
    });
  }
});
