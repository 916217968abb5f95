import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { checkFolder, makeFolder, writeOutFolder } from "../../src/cli/out_folder.ts";
import { Folder } from "./_command.ts";

Deno.test("writeOutFolder() shows the folder only when all is written", async () => {
  await using folder = await Folder.make();
  const path = join(folder.path, "out");
  await writeOutFolder(path, async (temporary) => {
    await Deno.writeTextFile(join(temporary, "file"), "text");
    assertEquals((await folder.names()).includes("out"), false);
  });
  assertEquals(await folder.names(), ["out"]);
  assertEquals(await Deno.readTextFile(join(path, "file")), "text");
});

Deno.test("writeOutFolder() leaves nothing of a failure half way, not even in an empty folder", async () => {
  await using folder = await Folder.make();
  await Deno.mkdir(join(folder.path, "empty"));
  for (const name of ["out", "empty"]) {
    await assertRejects(
      () =>
        writeOutFolder(join(folder.path, name), async (temporary) => {
          await Deno.writeTextFile(join(temporary, "file"), "text");
          throw new RangeError("half way");
        }),
      RangeError,
      "half way",
    );
  }
  assertEquals(await folder.names(), ["empty"]);
  assertEquals(await Array.fromAsync(Deno.readDir(join(folder.path, "empty"))), []);
});

Deno.test("writeOutFolder() keeps what came into the folder meanwhile", async () => {
  await using folder = await Folder.make();
  const path = join(folder.path, "out");
  await assertRejects(() =>
    writeOutFolder(path, async (temporary) => {
      await Deno.writeTextFile(join(temporary, "file"), "own");
      await Deno.mkdir(path);
      await Deno.writeTextFile(join(path, "file"), "theirs");
    })
  );
  assertEquals(await folder.names(), ["out"]);
  assertEquals(await Deno.readTextFile(join(path, "file")), "theirs");
});

Deno.test("makeFolder() makes folders above it too, takes one that is there, and refuses a file's place", async () => {
  await using folder = await Folder.make();
  await makeFolder(join(folder.path, "a", "b"));
  await makeFolder(join(folder.path, "a"));
  await Deno.writeTextFile(join(folder.path, "file"), "");
  for (const path of ["file", "file/below"]) {
    await assertRejects(
      () => makeFolder(join(folder.path, path)),
      Error,
      `${path}": there is a file in its place`,
    );
  }
  assertEquals(await folder.names(), ["a", "file"]);
});

Deno.test("checkFolder() refuses a file's place as makeFolder() does, and makes nothing", async () => {
  await using folder = await Folder.make();
  await Deno.writeTextFile(join(folder.path, "file"), "");
  await checkFolder(folder.path);
  await checkFolder(join(folder.path, "a", "b"));
  for (const path of ["file", "file/below", "file/a/b"]) {
    await assertRejects(
      () => checkFolder(join(folder.path, path)),
      Error,
      `${path}": there is a file in its place`,
    );
  }
  assertEquals(await folder.names(), ["file"]);
});
