import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { writeWhole } from "../../src/files/mod.ts";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("writeWhole() replaces a file by text, bytes or a stream and leaves nothing beside it", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "a.txt");
    const text = "ä".repeat(100_000);
    const bytes = new TextEncoder().encode(text);
    const stream = () => new Blob([bytes]).stream();
    for (const content of ["old", text, "old", bytes, "old", stream()]) {
      await writeWhole(path, content);
      const expected = content === "old" ? content : text;
      assertEquals(await Deno.readTextFile(path), expected);
    }
    await writeWhole(path, new Uint8Array(0));
    assertEquals((await Deno.stat(path)).size, 0);
    assertEquals(names(folder), ["a.txt"]);
  });
});

Deno.test("writeWhole() keeps the old file and removes its own when the content fails or the signal aborts", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "a.txt");
    await writeWhole(path, "old");
    const failing = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        controller.enqueue(new Uint8Array(10));
        controller.error(new Error("no more"));
      },
    });
    await assertRejects(() => writeWhole(path, failing), Error, "no more");

    const controller = new AbortController();
    let cancelled = false;
    const aborting = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(stream) {
        stream.enqueue(new Uint8Array(10));
        controller.abort(new Error("stopped"));
      },
      cancel: () => void (cancelled = true),
    });
    const { signal } = controller;
    await assertRejects(() => writeWhole(path, aborting, { signal }), Error, "stopped");
    assertEquals(cancelled, true);
    await assertRejects(() => writeWhole(path, "new", { signal }), Error, "stopped");
    assertEquals([names(folder), await Deno.readTextFile(path)], [["a.txt"], "old"]);
  });
});
