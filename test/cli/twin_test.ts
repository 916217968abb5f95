import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TorchTwin } from "../../bench/mod.ts";
import { testUnless } from "../_skip.ts";
import { Folder, runTask } from "./_command.ts";

const torch = await TorchTwin.find();

testUnless(
  "twin trains here and with PyTorch alike, and writes JSON and HTML",
  typeof torch === "string" ? torch : undefined,
  async () => {
    await using folder = await Folder.make();
    const { code, stdout, errors } = await runTask(["twin", "--quick", "--out", "a/b"], {
      cwd: folder.path,
    });
    assertEquals(code, 0, errors.join("\n"));
    const out = join(folder.path, "a", "b");
    const lines = stdout.trimEnd().split("\n");
    assertEquals(lines.slice(-2), [join(out, "result.json"), join(out, "report.html")]);
    assertMatch(stdout, /^rmsprop, cross-entropy +\S+ +\S+ +0\.\d\d +agrees$/m);
    const result = JSON.parse(await Deno.readTextFile(join(out, "result.json")));
    assertEquals(result.schema, "ct-organ-webgpu/twin@1");
    const verdicts = [...result.gradients, ...result.curves].map(({ verdict }) => verdict);
    // Two losses by themselves, and each with three optimizers.
    assertEquals(verdicts, Array(2 + 6).fill("agrees"));
    for (const { curves } of result.curves) {
      assertEquals([curves.ours.length, curves.float32.length, curves.nudged.length], [10, 3, 8]);
    }
    assertMatch(await Deno.readTextFile(join(out, "report.html")), /^<!doctype html>/i);
  },
);

const bad: [what: string, args: string[], code: number, says: string][] = [
  ["an unknown flag", ["--qick"], 2, '"--quick"'],
  ["an argument that is no flag", ["iou"], 2, "iou"],
  ["a folder that is a file", ["--out", "file"], 1, "there is a file of that name"],
];

for (const [what, args, code, says] of bad) {
  Deno.test(`twin refuses ${what} and writes nothing`, async () => {
    await using folder = await Folder.make();
    await folder.write("file", new Uint8Array(1));
    const found = await runTask(["twin", ...args], { cwd: folder.path });
    assertEquals([found.code, found.stdout], [code, ""], found.errors.join("\n"));
    assertStringIncludes(found.errors.at(-1)!, says);
    assertEquals(await folder.names(), ["file"]);
  });
}
