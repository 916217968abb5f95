import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { findCheckpoint, saveCheckpoint } from "../../src/train/checkpoint.ts";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(join(folder, "checkpoints"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const checkpoint = (value: number) => ({
  tensors: new Map([["w", { shape: [2], data: Float32Array.of(value, -value) }]]),
  metadata: { note: `at ${value}` },
});

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("findCheckpoint() finds nothing where there is no folder, or no file in it", async () => {
  await inFolder(async (folder) => {
    assertEquals(await findCheckpoint(folder), undefined);
    await Deno.mkdir(folder);
    await Deno.writeTextFile(join(folder, "notes.txt"), "");
    assertEquals(await findCheckpoint(folder), undefined);
  });
});

Deno.test("saveCheckpoint() keeps the newest and the one before, and findCheckpoint() gives the newest", async () => {
  await inFolder(async (folder) => {
    for (const step of [9, 10, 100]) await saveCheckpoint(folder, step, checkpoint(step));
    assertEquals(names(folder), ["step-00000010.safetensors", "step-00000100.safetensors"]);
    const found = await findCheckpoint(folder);
    assertEquals([found?.step, found?.passedOver], [100, []]);
    assertEquals(found?.checkpoint, checkpoint(100));
  });
});

for (
  const [what, spoil] of [
    ["cut short", (file: Uint8Array) => file.subarray(0, file.length - 5)],
    ["empty", () => new Uint8Array(0)],
    ["changed in one bit", (file: Uint8Array) => file.with(file.length - 1, file.at(-1)! ^ 1)],
  ] as const
) {
  Deno.test(`findCheckpoint() falls back to the one before where the newest is ${what}, and says so`, async () => {
    await inFolder(async (folder) => {
      await saveCheckpoint(folder, 10, checkpoint(10));
      const newest = await saveCheckpoint(folder, 20, checkpoint(20));
      await Deno.writeFile(newest, spoil(await Deno.readFile(newest)));
      const found = await findCheckpoint(folder);
      assertEquals([found?.step, found?.checkpoint], [10, checkpoint(10)]);
      assertEquals(found?.passedOver.length, 1);
      assertStringIncludes(found!.passedOver[0]!, `Cannot use checkpoint "${newest}": `);

      // The run goes on from step 10: what it writes next counts, whatever the damaged file claims.
      await saveCheckpoint(folder, 15, checkpoint(15));
      assertEquals((await findCheckpoint(folder))?.step, 15);
      assertEquals(names(folder), ["step-00000010.safetensors", "step-00000015.safetensors"]);
    });
  });
}

Deno.test("findCheckpoint() fails where no file is whole", async () => {
  await inFolder(async (folder) => {
    const path = await saveCheckpoint(folder, 10, checkpoint(10));
    await Deno.writeTextFile(path, "nothing of the kind");
    await assertRejects(() => findCheckpoint(folder), Error, `Cannot use checkpoint "${path}"`);
  });
});

Deno.test("a writer that is killed at any moment leaves the last checkpoint that it said was done, or a later one", async () => {
  await inFolder(async (folder) => {
    let before = 0;
    // Milliseconds after the first checkpoint of each life; a checkpoint takes some 5 ms.
    for (const delay of [0, 1, 3, 7, 12, 20]) {
      const child = new Deno.Command("deno", {
        args: [
          "run",
          "--no-prompt",
          `--allow-read=${folder}`,
          `--allow-write=${folder}`,
          fromFileUrl(new URL("./_checkpoint_writer.ts", import.meta.url)),
          folder,
        ],
        stdin: "null",
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
      let text = "";
      for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
        if (text === "") setTimeout(() => child.kill("SIGKILL"), delay);
        text += part;
      }
      const said = Number(text.slice(0, text.lastIndexOf("\n")).split("\n").at(-1));
      await child.status;
      const found = await findCheckpoint(folder);
      assert(found && found.step >= said && found.step <= said + 1, `${found?.step} after ${said}`);
      assertEquals(found.checkpoint.tensors.get("weights")?.data.at(-1), found.step);
      assertEquals(found.passedOver, []);
      assert(found.step > before);
      before = found.step;
    }
    // Temporary files of those that were killed do not pile up.
    await saveCheckpoint(folder, before + 1, checkpoint(0));
    assertEquals(names(folder).length, 2);
  });
});
