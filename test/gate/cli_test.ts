import { assertEquals, assertStringIncludes } from "@std/assert";
import { testAdapter } from "../_gpu.ts";
import { Folder, runTask } from "../cli/_command.ts";

const adapter = testAdapter();
const env: Record<string, string> = adapter === undefined ? {} : { CT_ORGAN_ADAPTER: adapter };

Deno.test("bench --format github prints JSON alone", async () => {
  await using folder = await Folder.make();
  const { code, stdout, errors } = await runTask(
    ["bench", "--suite", "random", "--quick", "--format", "github", "--json", "a.json"],
    { cwd: folder.path, env },
  );
  assertEquals(code, 0, errors.join("\n"));
  const entries: { name: string; unit: string }[] = JSON.parse(stdout);
  assertEquals(entries[0]!.unit, "ms");
  assertStringIncludes(entries[0]!.name, "random/philox: ");
  assertEquals(await folder.names(), ["a.json"]);
});

const refused: [what: string, args: string[], code: number, says: string][] = [
  ["a base of another schema", ["--compare", "base.json"], 2, 'found "other@1"'],
  ["a base that is not there", ["--compare", "gone.json"], 1, "no such file"],
  ["an unknown format", ["--format", "xml"], 2, "known are github"],
  ["two gates", ["--compare", "base.json", "--against", "HEAD"], 2, "--against with --compare"],
  [
    "a baseline with peers",
    ["--baseline", "b.json", "--peers", "auto"],
    2,
    "--baseline with --peers",
  ],
  ["a baseline of a gate", ["--baseline", "b.json", "--compare", "base.json"], 2, "--compare"],
  ["a gate with files", ["--against", "HEAD", "--json", "a.json"], 2, "--against with --json"],
  ["a gate in a format", ["--compare", "base.json", "--format", "github"], 2, "--format"],
];

for (const [what, args, code, says] of refused) {
  Deno.test(`bench refuses ${what}`, async () => {
    await using folder = await Folder.make();
    await folder.write("base.json", new TextEncoder().encode('{"schema":"other@1"}'));
    const found = await runTask(["bench", ...args], { cwd: folder.path });
    assertEquals([found.code, found.stdout], [code, ""], found.errors.join("\n"));
    assertStringIncludes(found.errors.at(-1)!, says);
    assertEquals(await folder.names(), ["base.json"]);
  });
}
