import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { checkOutFolder } from "../../src/cli/out_folder.ts";
import { checkOutput } from "../../src/cli/outputs.ts";
import { Folder } from "./_command.ts";

Deno.test("checkOutput() leaves a folder as it was", async () => {
  await using folder = await Folder.make();
  await folder.write("there.txt", new Uint8Array([1]));
  await checkOutput(join(folder.path, "there.txt"));
  await checkOutput(join(folder.path, "new.txt"));
  assertEquals(await folder.names(), ["there.txt"]);
  assertEquals(await Deno.readFile(join(folder.path, "there.txt")), new Uint8Array([1]));
});

const folder = fromFileUrl(new URL(".", import.meta.url));

Deno.test({
  name:
    "checkOutput() and checkOutFolder() refuse in one line a folder in which no file can be made",
  permissions: { read: [folder], write: false },
  async fn() {
    const path = join(folder, "out");
    for (const check of [checkOutput, checkOutFolder]) {
      const { message } = await assertRejects(() => check(path), Error, "no file can be made");
      assert(message.startsWith(`Cannot write "${path}": `) && !message.includes("\n"), message);
    }
  },
});
