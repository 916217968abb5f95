import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { Folder, runTask } from "./_command.ts";

Deno.test("phantom writes a data folder that check-data finds good, and goes on where it was", async () => {
  await using folder = await Folder.make();
  const args = ["phantom", "my phantoms", "--cases", "2", "--seed", "7"];
  const { code, stdout, errors } = await runTask(args, { cwd: folder.path });
  assertEquals(code, 0, errors.join("\n"));
  const out = join(folder.path, "my phantoms");
  assertEquals(stdout.trimEnd().split("\n"), ["2 phantoms of seed 7, licence CC0-1.0", out]);
  const card = await Deno.readTextFile(join(out, "README.md"));
  assertStringIncludes(card, 'deno task phantom "my phantoms" --cases 2 --seed 7');
  assertMatch(await Deno.readTextFile(join(out, "CITATION.cff")), /^cff-version: 1\.2\.0$/m);

  const checked = await runTask(["check-data", "my phantoms"], { cwd: folder.path });
  assertEquals(checked.code, 0, checked.errors.join("\n"));
  assertEquals(checked.stdout.match(/ good$/gm)?.length, 2, checked.stdout);

  await Deno.remove(join(out, "volume-1.nii.gz"));
  const again = await runTask(args, { cwd: folder.path });
  assertMatch(again.stdout, /^1 of 2 phantoms were there already$/m);
  await Deno.stat(join(out, "volume-1.nii.gz"));
});

const bad: [what: string, args: string[], code: number, says: string][] = [
  ["no folder", [], 2, "it takes OUT_DIR"],
  ["no cases", ["out", "--cases", "0"], 2, "at least 1"],
  ["a seed that is none", ["out", "--seed", "x"], 2, "whole number"],
  ["a folder with other things", ["full"], 1, 'holds "a file" and no provenance.json'],
  ["a folder in no folder", ["gone/out"], 1, "make it first"],
  ["a file", ["full/a file"], 1, "it is a file"],
];

Deno.test("phantom refuses what it cannot use, each in one line", async (t) => {
  await using folder = await Folder.make();
  await Deno.mkdir(join(folder.path, "full"));
  await folder.write("full/a file", new Uint8Array());
  for (const [what, args, code, says] of bad) {
    await t.step(what, async () => {
      const found = await runTask(["phantom", ...args], { cwd: folder.path });
      assertEquals([found.code, found.stdout], [code, ""], found.errors.join("\n"));
      assertStringIncludes(found.errors.at(-1)!, says);
      assertEquals(await folder.names(), ["full"]);
    });
  }
});
