import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl, join, toFileUrl } from "@std/path";
import { createVolume, NiftiError, readNifti, writeNifti } from "../../src/volume/mod.ts";
import { testUnless } from "../_skip.ts";
import { gzip, handMade } from "./_hand_made.ts";

const VOLUME = createVolume(Int16Array.of(1, 2, 3, 4), { dims: [4, 1, 1], spacing: [1, 2, 3] });

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
}

/** The error's message is one line that starts with the action and the file. */
function assertOneLine(error: Error, action: string, path: string): void {
  assertEquals(error.message.split("\n").length, 1);
  const start = `Cannot ${action} NIfTI ${JSON.stringify(path)}: `;
  assertEquals(error.message.slice(0, start.length), start);
}

Deno.test("writeNifti() then readNifti() gives the volume, packed or not, by path or URL", async () => {
  await inFolder(async (folder) => {
    for (const name of ["a.nii", "b.nii.gz", "a b%.NII.GZ"]) {
      for (const path of [join(folder, name), toFileUrl(join(folder, name))]) {
        await writeNifti(path, VOLUME);
        const file = path instanceof URL ? fromFileUrl(path) : path;
        const packed = Deno.readFileSync(file)[0] === 0x1f;
        assertEquals(packed, name !== "a.nii");
        const back = await readNifti(path);
        assertEquals(back.data, VOLUME.data);
        assertEquals([...back.affine], [...VOLUME.affine]);
      }
    }
    assertEquals(names(folder), ["a b%.NII.GZ", "a.nii", "b.nii.gz"]);
  });
});

Deno.test("readNifti() reads a volume of several pieces", async () => {
  await inFolder(async (folder) => {
    const dims = [300, 200, 60] as const;
    const data = Int16Array.from({ length: 3_600_000 }, (_, i) => Math.imul(i, 40503) >> 4);
    for (const name of ["a.nii", "a.nii.gz"]) {
      await writeNifti(join(folder, name), createVolume(data, { dims, spacing: [1, 1, 1] }));
      const back = await readNifti(join(folder, name));
      assert(data.every((value, i) => value === back.data[i]));
    }
  });
});

Deno.test("readNifti() tells gzip by content, not by name", async () => {
  await inFolder(async (folder) => {
    Deno.writeFileSync(join(folder, "plain.nii.gz"), handMade());
    Deno.writeFileSync(join(folder, "packed.nii"), await gzip(handMade()));
    assertEquals((await readNifti(join(folder, "plain.nii.gz"))).data.length, 8);
    assertEquals((await readNifti(join(folder, "packed.nii"))).data.length, 8);
  });
});

Deno.test("readNifti() refuses a missing file", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "ct.nii.gz");
    const error = await assertRejects(() => readNifti(path), Deno.errors.NotFound, "no such file");
    assertOneLine(error, "read", path);
  });
});

Deno.test("readNifti() refuses a folder", async () => {
  await inFolder(async (folder) => {
    const error = await assertRejects(
      () => readNifti(folder),
      Deno.errors.IsADirectory,
      "it is a folder",
    );
    assertOneLine(error, "read", folder);
  });
});

Deno.test("readNifti() refuses broken files in one line with the file's name", async () => {
  const packed = await gzip(handMade());
  const files: [string, Uint8Array, string][] = [
    ["jpeg.nii.gz", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70), "ff d8 ff e0"],
    ["cut.nii.gz", packed.subarray(0, packed.length - 20), "cut short"],
    ["cut.nii", handMade().subarray(0, 360), "368 bytes in all, the file holds 360 bytes"],
    ["empty.nii", new Uint8Array(), "it is empty"],
    ["short.nii", handMade().subarray(0, 200), "the header is cut short: 200 of 348 bytes"],
    [
      "huge.nii.gz",
      await gzip(handMade({ version: 2, dim: [3, 1e6, 1e6, 1e6, 1, 1, 1, 1], voxels: [0] })),
      "header claims 1000000 x 1000000 x 1000000 voxels of int16, the file holds",
    ],
    ["nan.nii", handMade({ pixdim: [1, NaN, 1, 1, 0, 0, 0, 0] }), "pixdim[1] must be finite"],
    ["flat.nii", handMade({ srow: Array(12).fill(0) }), "singular"],
    ["line\nbreak.nii", new Uint8Array(4), "neither NIfTI nor gzip"],
  ];
  await inFolder(async (folder) => {
    for (const [name, bytes, message] of files) {
      const path = join(folder, name);
      Deno.writeFileSync(path, bytes);
      assertOneLine(await assertRejects(() => readNifti(path), NiftiError, message), "read", path);
    }
  });
});

Deno.test("writeNifti() replaces a file and leaves nothing else", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "a.nii");
    Deno.writeTextFileSync(path, "old");
    await writeNifti(path, VOLUME);
    assertEquals((await readNifti(path)).data, VOLUME.data);
    assertEquals(names(folder), ["a.nii"]);
  });
});

testUnless(
  "writeNifti() gives a file the rights of any new file",
  Deno.build.os === "windows" ? "Windows has no file modes" : undefined,
  () =>
    inFolder(async (folder) => {
      Deno.writeTextFileSync(join(folder, "other"), "");
      await writeNifti(join(folder, "a.nii"), VOLUME);
      assertEquals(
        Deno.statSync(join(folder, "a.nii")).mode,
        Deno.statSync(join(folder, "other")).mode,
      );
    }),
);

Deno.test("writeNifti() leaves the old file and no other when it fails", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "a.nii");
    Deno.writeTextFileSync(path, "old");
    const bad = { ...VOLUME, data: new Int16Array(3) };
    const error = await assertRejects(() => writeNifti(path, bad), RangeError, "has 3");
    assertOneLine(error, "write", path);

    const reason = new Error("enough");
    const controller = new AbortController();
    const big = createVolume(new Uint8Array(64 << 20), {
      dims: [1024, 1024, 64],
      spacing: [1, 1, 1],
    });
    const writing = writeNifti(path, big, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 5);
    assertEquals(await assertRejects(() => writing, Error), reason);

    assertEquals(Deno.readTextFileSync(path), "old");
    assertEquals(names(folder), ["a.nii"]);
  });
});

Deno.test("writeNifti() refuses a folder as its file and leaves it as it is", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "a.nii");
    Deno.mkdirSync(path);
    assertOneLine(await assertRejects(() => writeNifti(path, VOLUME), Error), "write", path);
    assertEquals(names(folder), ["a.nii"]);
    assert(Deno.statSync(path).isDirectory);
  });
});

Deno.test("writeNifti() refuses a folder that does not exist", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "none", "a.nii");
    const error = await assertRejects(() => writeNifti(path, VOLUME), Deno.errors.NotFound);
    assertOneLine(error, "write", path);
  });
});

Deno.test("writeNifti() refuses a name that does not end in .nii or .nii.gz", async () => {
  await inFolder(async (folder) => {
    for (const name of ["a", "a.gz", "a.nii.zip", "a.hdr"]) {
      await assertRejects(() => writeNifti(join(folder, name), VOLUME), RangeError, ".nii.gz");
    }
    assertEquals(names(folder), []);
  });
});
