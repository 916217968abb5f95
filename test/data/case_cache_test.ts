import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { type CachedCase, ctOrgLabels, readCase, readCaseCached } from "../../src/data/mod.ts";
import { createVolume, type Volume, writeNifti } from "../../src/volume/mod.ts";
import { DataFolder } from "./_folders.ts";

/** A ball of soft tissue with a liver in air, 1.5 x 1.5 x 3 mm, not in RAS. */
async function withCase(
  use: (one: CachedCase, cache: string, folder: DataFolder) => Promise<void>,
): Promise<void> {
  await using folder = await DataFolder.make();
  const [nx, ny, nz] = [40, 36, 20];
  const hu = new Int16Array(nx * ny * nz).fill(-1000);
  const labels = new Float32Array(hu.length);
  for (let i = 0; i < hu.length; i++) {
    const [x, y, z] = [i % nx - 20, Math.floor(i / nx) % ny - 18, Math.floor(i / (nx * ny)) - 10];
    const distance = Math.hypot(1.5 * x, 1.5 * y, 3 * z);
    if (distance <= 12) hu[i] = 40 + i % 7;
    if (distance <= 6) labels[i] = 1;
  }
  const grid = {
    dims: [nx, ny, nz] as const,
    affine: [-1.5, 0, 0, 7, 0, -1.5, 0, 9, 0, 0, 3, -4],
  };
  const paths = ["volume-3.nii.gz", "labels-3.nii.gz"].map((name) => join(folder.path, name));
  await writeNifti(paths[0]!, createVolume(hu, grid));
  await writeNifti(paths[1]!, createVolume(labels, grid));
  const one = { volume: paths[0]!, labels: ctOrgLabels(paths[1]!) };
  await use(one, join(folder.path, "cache"), folder);
}

async function entries(cache: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(cache)) names.push(name);
  return names.sort();
}

function same(a: Volume, b: Volume): void {
  assertEquals([a.dims, a.affine, a.data.constructor], [b.dims, b.affine, b.data.constructor]);
  assertEquals(a.data.every((value, i) => value === b.data[i]), true);
}

Deno.test("readCaseCached() gives what readCase() gives, made anew and from the cache", () =>
  withCase(async (one, cache) => {
    for (const crop of ["none", "body"] as const) {
      const expected = await readCase({ volume: one.volume, labels: one.labels }, { crop });
      for (let time = 0; time < 2; time++) {
        const found = await readCaseCached(one, { cache, crop });
        same(found.volume, expected.volume);
        same(found.labels, expected.labels!);
        assertEquals(found.notes, expected.notes);
      }
    }
    // One for each way to crop, and no temporary file.
    const names = await entries(cache);
    assertEquals([names.length, names.every((name) => /^[0-9a-f]{64}\.case$/.test(name))], [
      2,
      true,
    ]);
  }));

Deno.test("readCaseCached() really reads the cache: without the files' voxels, by content alone", () =>
  withCase(async (one, cache) => {
    const { volume } = await readCaseCached(one, { cache });
    const path = join(cache, (await entries(cache))[0]!);
    const { mtime } = await Deno.stat(path);
    // The same bytes under another name are the same case.
    const moved = `${one.volume}.moved.nii.gz`;
    await Deno.rename(one.volume, moved);
    same((await readCaseCached({ ...one, volume: moved }, { cache })).volume, volume);
    assertEquals((await Deno.stat(path)).mtime, mtime);
  }));

Deno.test("readCaseCached() makes a case anew when a file, or what its values mean, changes", () =>
  withCase(async (one, cache) => {
    const before = await readCaseCached(one, { cache });
    const other = {
      ...one,
      labels: [{ path: one.labels[0]!.path, values: new Map([[0, 0], [1, 2]]) }],
    };
    const relabelled = await readCaseCached(other, { cache });
    assertEquals([Math.max(...before.labels.data), Math.max(...relabelled.labels.data)], [1, 2]);
    await writeNifti(
      one.volume,
      createVolume(new Int16Array(40 * 36 * 20).fill(7), {
        dims: [40, 36, 20],
        affine: [-1.5, 0, 0, 7, 0, -1.5, 0, 9, 0, 0, 3, -4],
      }),
    );
    const { volume } = await readCaseCached(one, { cache });
    assertNotEquals(volume.data[0], before.volume.data[0]);
    assertEquals((await entries(cache)).length, 3);
  }));

Deno.test("readCaseCached() makes an entry anew that is damaged, cut short, or of other code", () =>
  withCase(async (one, cache) => {
    const good = await readCaseCached(one, { cache });
    const path = join(cache, (await entries(cache))[0]!);
    const bytes = await Deno.readFile(path);
    const flipped = bytes.slice();
    flipped[bytes.length - 9]! ^= 1;
    // Another version's entry is whole, its hash right: only the code's name differs.
    const text = new TextDecoder("latin1").decode(bytes.subarray(32));
    const at = text.indexOf('"code":"') + 8;
    const old = bytes.slice();
    old[32 + at] = old[32 + at] === 48 ? 49 : 48;
    old.set(new Uint8Array(await crypto.subtle.digest("SHA-256", old.subarray(32))));
    for (
      const bad of [flipped, bytes.subarray(0, -1), bytes.subarray(0, 10), new Uint8Array(), old]
    ) {
      await Deno.writeFile(path, bad);
      same((await readCaseCached(one, { cache })).volume, good.volume);
      assertEquals(await Deno.readFile(path), bytes);
    }
  }));

Deno.test("readCaseCached() can be called at once by several", () =>
  withCase(async (one, cache) => {
    const found = await Promise.all([1, 2, 3, 4].map(() => readCaseCached(one, { cache })));
    for (const { volume } of found) same(volume, found[0]!.volume);
    assertEquals((await entries(cache)).length, 1);
  }));

Deno.test("readCaseCached() can share its folder with other processes, which make and remove the same entry", () =>
  withCase(async ({ volume, labels }, cache) => {
    const script = fromFileUrl(new URL("_read_cached.ts", import.meta.url));
    const config = fromFileUrl(new URL("../../deno.json", import.meta.url));
    const args = ["run", "--no-prompt", "--allow-read", `--allow-write=${cache}`];
    const command = new Deno.Command("deno", {
      args: [...args, "--config", config, script, volume, labels[0]!.path, cache],
      stdin: "null",
    });
    const outputs = await Promise.all([1, 2, 3].map(() => command.output()));
    const decoder = new TextDecoder();
    const said = outputs.map(({ stdout, stderr }) =>
      decoder.decode(stdout).trim() || decoder.decode(stderr)
    );
    assertMatch(said[0]!, /^[0-9a-f]{64}$/);
    assertEquals(new Set(said).size, 1, said.join("\n"));
    const names = await entries(cache);
    assert(names.every((name) => name.endsWith(".case")), names.join());
  }));

Deno.test("readCaseCached() leaves nothing behind of a case that cannot be used or is stopped", () =>
  withCase(async (one, cache) => {
    const odd = { ...one, labels: [{ path: one.labels[0]!.path, values: new Map([[0, 0]]) }] };
    await assertRejects(() => readCaseCached(odd, { cache }), RangeError, "has the value 1");
    const signal = AbortSignal.abort();
    await assertRejects(() => readCaseCached(one, { cache, signal }), DOMException);
    await assertRejects(() => Deno.stat(cache), Deno.errors.NotFound);
  }));

Deno.test("readCaseCached() keeps 15 mm of air around the body, and each voxel where it was", () =>
  withCase(async (one) => {
    const whole = await readCase(one, { crop: "none" });
    const cut = await readCase(one, { crop: "body" });
    // A ball of 12 mm radius at 3 mm: 8 or 9 voxels, and 5 on both sides; along z 20 voxels of 3 mm hold less air.
    assert(cut.volume.dims.slice(0, 2).every((n) => n >= 17 && n <= 20), `${cut.volume.dims}`);
    const at = ({ affine }: Volume, axis: number) => affine[4 * axis + 3]!;
    const shift = [0, 1, 2].map((axis) => (at(cut.volume, axis) - at(whole.volume, axis)) / 3);
    const [x, y, z] = [5, 6, 4];
    const index = (v: Volume, i: number, j: number, k: number) =>
      i + v.dims[0] * (j + v.dims[1] * k);
    assertEquals(
      cut.volume.data[index(cut.volume, x, y, z)],
      whole.volume.data[index(whole.volume, x + shift[0]!, y + shift[1]!, z + shift[2]!)],
    );
    const liver = ({ data }: Volume) => data.filter((value) => value === 1).length;
    assertEquals(liver(cut.labels!), liver(whole.labels!));
  }));
