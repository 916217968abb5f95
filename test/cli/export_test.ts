import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { parameterCount, writeModel } from "../../src/nn/mod.ts";
import { randomModel } from "../nn/_models.ts";
import { Folder, runTask } from "./_command.ts";

const model = randomModel();

async function withModel(): Promise<Folder> {
  const folder = await Folder.make();
  await writeModel(join(folder.path, "a model.safetensors"), model);
  return folder;
}

Deno.test("export writes a model for browsers, whole, from a folder with spaces", async () => {
  await using folder = await withModel();
  const { code, stdout } = await runTask(["export", "a model.safetensors", "web model"], {
    cwd: folder.path,
  });
  assertEquals(code, 0);
  const out = join(folder.path, "web model");
  assertEquals(stdout, `${out}: 2 files, ${parameterCount(model.config)} parameters\n`);
  assertEquals(await folder.names(), ["a model.safetensors", "web model"]);
  const { format, weightsManifest: [{ paths }], userDefinedMetadata } = JSON.parse(
    await Deno.readTextFile(join(out, "model.json")),
  );
  assertEquals([format, userDefinedMetadata.labels], ["graph-model", model.labels]);
  for (const path of paths) await Deno.stat(join(out, path));
});

const refused: [what: string, args: string[], code: number, says: RegExp][] = [
  ["a model that is not there", ["gone.safetensors", "out"], 1, /no such file/],
  ["what is no model", ["notes.txt", "out"], 1, /Cannot read model ".*notes\.txt"/],
  ["a folder that holds something", ["a model.safetensors", "."], 1, /it holds "/],
  ["a folder in no folder", ["a model.safetensors", "gone/out"], 1, /there is no folder/],
  ["too few arguments", ["a model.safetensors"], 2, /MODEL\.safetensors OUT_DIR/],
  ["a flag that it does not know", ["a", "b", "--format", "onnx"], 2, /Cannot use flag "--format"/],
];

for (const [what, args, expected, says] of refused) {
  Deno.test(`export refuses ${what} in one line and writes nothing`, async () => {
    await using folder = await withModel();
    await folder.write("notes.txt", new TextEncoder().encode("notes, no model"));
    const { code, stdout, errors } = await runTask(["export", ...args], { cwd: folder.path });
    assertEquals([code, stdout, errors.length], [expected, "", 1], errors.join("\n"));
    assertStringIncludes(errors[0]!, "ct-organ export: Cannot ");
    assertMatch(errors[0]!, says);
    assertEquals(await folder.names(), ["a model.safetensors", "notes.txt"]);
  });
}
