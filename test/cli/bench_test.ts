import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { testAdapter } from "../_gpu.ts";
import { Folder, runTask } from "./_command.ts";

const adapter = testAdapter();
const env: Record<string, string> = adapter === undefined ? {} : { CT_ORGAN_ADAPTER: adapter };

Deno.test("bench prints a table and writes JSON and HTML", async () => {
  await using folder = await Folder.make();
  const { code, stdout, errors } = await runTask(
    ["bench", "--suite", "random", "--quick", "--json", "a.json", "--html", "a.html", "--seed=7"],
    { cwd: folder.path, env },
  );
  assertEquals(code, 0, errors.join("\n"));
  assertStringIncludes(stdout, "random/philox");
  const result = JSON.parse(await Deno.readTextFile(join(folder.path, "a.json")));
  assertEquals([result.schema, result.seed], ["ct-organ-webgpu/bench@1", 7]);
  assert(result.results.every(({ suite }: { suite: string }) => suite === "random"));
  assertMatch(await Deno.readTextFile(join(folder.path, "a.html")), /^<!doctype html>/i);
  assertEquals(await folder.names(), ["a.html", "a.json"]);
});

const bad: [what: string, args: string[], code: number, says: string][] = [
  ["an unknown suite", ["--suite", "rendom"], 2, "random"],
  ["a seed that is no number", ["--seed", "one"], 2, "whole number"],
  ["an unknown flag", ["--qick"], 2, '"--quick"'],
  ["an argument that is no flag", ["random"], 2, "random"],
  ["a file in no folder", ["--json", "gone/a.json"], 1, "no folder"],
  [
    "an adapter that is not there",
    ["--quick", "--adapter", "no such", "--json", "a.json"],
    3,
    "no such",
  ],
];

for (const [what, args, code, says] of bad) {
  Deno.test(`bench refuses ${what} and writes nothing`, async () => {
    await using folder = await Folder.make();
    const found = await runTask(["bench", ...args], { cwd: folder.path });
    assertEquals([found.code, found.stdout], [code, ""], found.errors.join("\n"));
    assertMatch(found.errors.at(-1)!, /^ct-organ bench: Cannot /);
    assertStringIncludes(found.errors.at(-1)!, says);
    assertEquals(await folder.names(), []);
  });
}
