import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { findCases } from "../../src/data/mod.ts";

/** Runs with a folder of empty files of these names, then removes it. */
async function withFolder(names: string[], run: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    for (const name of names) await Deno.writeFile(join(folder, name), new Uint8Array());
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("findCases() pairs volumes and labels by number and ignores other files", async () => {
  const names = ["volume-10", "labels-10", "volume-2", "labels-2"].map((name) => `${name}.nii.gz`);
  await withFolder(
    [...names, "volume-7.nii", "labels-7.nii.gz", "README.md", "volume-x.nii.gz"],
    async (folder) => {
      assertEquals(await findCases(folder), [
        { number: 2, volume: join(folder, names[2]!), labels: join(folder, names[3]!) },
        {
          number: 7,
          volume: join(folder, "volume-7.nii"),
          labels: join(folder, "labels-7.nii.gz"),
        },
        { number: 10, volume: join(folder, names[0]!), labels: join(folder, names[1]!) },
      ]);
    },
  );
});

Deno.test("findCases() throws when a case lacks one of its files", async () => {
  await withFolder(["volume-1.nii.gz"], async (folder) => {
    await assertRejects(() => findCases(folder), Error, "volume-1 has no labels-1.nii.gz");
  });
  await withFolder(["labels-1.nii.gz"], async (folder) => {
    await assertRejects(() => findCases(folder), Error, "labels-1 has no volume-1.nii.gz");
  });
});

Deno.test("findCases() throws when a case is there twice", async () => {
  const names = ["volume-1.nii.gz", "labels-1.nii.gz", "volume-1.nii"];
  await withFolder(names, async (folder) => {
    await assertRejects(() => findCases(folder), Error, "volume 1 is there twice");
  });
});

Deno.test("findCases() throws when the folder is empty, missing or a file", async () => {
  await withFolder(["README.md"], async (folder) => {
    await assertRejects(() => findCases(folder), Error, "holds no volume-N.nii.gz");
    await assertRejects(() => findCases(join(folder, "gone")), Error, "there is no such folder");
    await assertRejects(() => findCases(join(folder, "README.md")), Error, "not a folder");
  });
});
