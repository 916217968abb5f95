import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { writeTextWhole } from "../../src/report/mod.ts";

Deno.test("writeTextWhole() replaces a file, makes its folder and leaves nothing beside it", async () => {
  const root = await Deno.makeTempDir();
  try {
    const path = join(root, "a", "b.txt");
    await writeTextWhole(path, "one");
    await writeTextWhole(path, "two");
    assertEquals(await Deno.readTextFile(path), "two");
    // A folder cannot be replaced by a file: what was begun is removed.
    await assertRejects(() => writeTextWhole(join(root, "a"), "three"));
    assertEquals((await Array.fromAsync(Deno.readDir(root))).map(({ name }) => name), ["a"]);
    assertEquals((await Array.fromAsync(Deno.readDir(join(root, "a")))).length, 1);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
