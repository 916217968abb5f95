import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { ifThere } from "../../src/files/mod.ts";

Deno.test("ifThere() gives a file's content, undefined where there is none, and every other error", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.txt");
    assertEquals(await ifThere(Deno.readTextFile(path)), undefined);
    await Deno.writeTextFile(path, "a");
    assertEquals(await ifThere(Deno.readTextFile(path)), "a");
    await assertRejects(() => ifThere(Promise.reject(new RangeError("other"))), RangeError);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
