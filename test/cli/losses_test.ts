import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { Folder, runTask } from "./_command.ts";

Deno.test("losses prints each statement, and writes JSON and HTML", async () => {
  await using folder = await Folder.make();
  const { code, stdout, errors } = await runTask(["losses", "--seed", "7", "--out", "a/b"], {
    cwd: folder.path,
  });
  assertEquals(code, 0, errors.join("\n"));
  const out = join(folder.path, "a", "b");
  const lines = stdout.trimEnd().split("\n");
  assertEquals(lines.slice(-2), [join(out, "result.json"), join(out, "report.html")]);
  assertMatch(stdout, /^1\.1 +holds +500 +<= \S+ +On binary predictions soft IOU is IOU\.$/m);
  const { schema, study } = JSON.parse(await Deno.readTextFile(join(out, "result.json")));
  assertEquals([schema, study.seed], ["ct-organ-webgpu/losses@1", 7]);
  assertEquals(lines.length, 1 + study.rows.length + 2);
  assertMatch(await Deno.readTextFile(join(out, "report.html")), /^<!doctype html>/i);
});

const bad: [what: string, args: string[], code: number, says: string][] = [
  ["a seed that is no number", ["--seed", "one"], 2, "whole number"],
  ["an unknown flag", ["--sead=1"], 2, '"--seed"'],
  ["an argument that is no flag", ["iou"], 2, "iou"],
  ["a folder that is a file", ["--out", "file"], 1, "there is a file of that name"],
];

for (const [what, args, code, says] of bad) {
  Deno.test(`losses refuses ${what} and writes nothing`, async () => {
    await using folder = await Folder.make();
    await folder.write("file", new Uint8Array(1));
    const found = await runTask(["losses", ...args], { cwd: folder.path });
    assertEquals([found.code, found.stdout], [code, ""], found.errors.join("\n"));
    assertStringIncludes(found.errors.at(-1)!, says);
    assertEquals(await folder.names(), ["file"]);
  });
}
