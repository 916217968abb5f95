import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import {
  type CaseCheck,
  checkCase,
  ctOrgLabels,
  type LabelledCase,
  readCase,
  readCaseCached,
  scanFolder,
} from "../../src/data/mod.ts";
import { parseProvenance } from "../../src/data/provenance_file.ts";
import { createVolume, encodeNifti } from "../../src/volume/mod.ts";
import { DataFolder } from "./_folders.ts";

const DIMS = [5, 4, 3] as const;
const GRID = { dims: DIMS, affine: [-2, 0, 0, 5, 0, -2, 0, 6, 0, 0, 4, -7] };

/** A case of a few voxels in a folder, as bytes that a test may damage. */
async function tinyCase(gzip: boolean) {
  const hu = Int16Array.from({ length: 60 }, (_, i) => i % 9 === 0 ? 100 : -1000 + i);
  const labels = Float32Array.from({ length: 60 }, (_, i) => i % 7);
  return {
    volume: await encodeNifti(createVolume(hu, GRID), { gzip }),
    labels: await encodeNifti(createVolume(labels, GRID), { gzip }),
  };
}

async function writeTiny(
  folder: DataFolder,
  { volume, labels }: { volume: Uint8Array; labels: Uint8Array },
): Promise<LabelledCase> {
  await folder.write("v.nii.gz", volume);
  await folder.write("l.nii.gz", labels);
  return {
    ...{ number: 1, name: "1", volume: join(folder.path, "v.nii.gz"), origins: {} },
    labels: ctOrgLabels(join(folder.path, "l.nii.gz")),
  };
}

/** What must hold of a check, whatever the files are; and that reading for training agrees with it. */
async function sane(one: LabelledCase, check: CaseCheck): Promise<void> {
  for (const line of [...check.faults, ...check.warnings]) {
    assert(line.length > 0 && !line.includes("\n"), line);
  }
  for (const { voxels, ml } of check.organs) assert(voxels > 0 && Number.isFinite(ml) && ml > 0);
  let why: unknown;
  const read = await readCase(one).catch((error) => why = error);
  if (check.faults.length > 0) {
    // A CT of one value can be read; training on it is no use.
    if (check.faults.some((line) => !line.startsWith("All voxels"))) assert(why instanceof Error);
  } else assertEquals(why, undefined, `${why}`);
  if (why instanceof Error) assert(!why.message.includes("\n"), why.message);
  else assert(read);
}

Deno.test("checkCase() and readCase() agree on files with bytes changed, and end in one line each", async () => {
  await using folder = await DataFolder.make();
  for (const gzip of [false, true]) {
    const good = await tinyCase(gzip);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("volume", "labels" as const),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async (which, changes) => {
          const bytes = good[which as keyof typeof good].slice();
          // Most changes fall into the header's first 348 bytes, where they matter.
          for (const [at, value] of changes) bytes[at % Math.min(bytes.length, 360)] = value;
          const one = await writeTiny(folder, { ...good, [which]: bytes });
          await sane(one, (await checkCase(one)).check);
        },
      ),
      { numRuns: 150, seed: 1 },
    );
  }
});

Deno.test("checkCase() names every file that is cut short, packed or not", async () => {
  await using folder = await DataFolder.make();
  for (const gzip of [false, true]) {
    const good = await tinyCase(gzip);
    for (const which of ["volume", "labels"] as const) {
      for (let length = 0; length < good[which].length; length += 7) {
        const one = await writeTiny(folder, { ...good, [which]: good[which].subarray(0, length) });
        const { check } = await checkCase(one);
        assertEquals(check.faults.length, 1, `${which} ${length}`);
        await sane(one, check);
      }
    }
  }
});

Deno.test("readCaseCached() never takes a damaged entry for good", async () => {
  await using folder = await DataFolder.make();
  const one = await writeTiny(folder, await tinyCase(true));
  const cache = join(folder.path, "cache");
  const good = await readCaseCached(one, { cache });
  const [entry] = await Array.fromAsync(Deno.readDir(cache));
  const path = join(cache, entry!.name);
  const bytes = await Deno.readFile(path);
  await fc.assert(
    fc.asyncProperty(
      fc.nat(bytes.length - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.nat(bytes.length),
      async (at, change, length) => {
        const bad = bytes.slice(0, length || bytes.length);
        if (at < bad.length) bad[at]! ^= change;
        await Deno.writeFile(path, bad);
        const { volume, labels, notes } = await readCaseCached(one, { cache });
        assertEquals([volume.data, labels.data, notes], [
          good.volume.data,
          good.labels.data,
          good.notes,
        ]);
        assertEquals(await Deno.readFile(path), bytes);
      },
    ),
    { numRuns: 60, seed: 1 },
  );
});

Deno.test("scanFolder() either understands a dataset.json or refuses it in one line", async () => {
  await using folder = await DataFolder.make({
    "imagesTr/a_0000.nii.gz": "",
    "labelsTr/a.nii.gz": "",
  });
  const names = fc.constantFrom(
    "liver",
    "kidney_left",
    "kidney_right",
    "tumor",
    "ignore",
    "spleen",
  );
  const value = fc.oneof(fc.integer({ min: -2, max: 300 }), fc.array(fc.nat(9)), fc.jsonValue());
  const labels = fc.oneof(
    fc.dictionary(names, value),
    fc.dictionary(fc.nat(9).map(String), names),
    fc.jsonValue(),
  );
  const description = fc.record({
    labels,
    channel_names: fc.oneof(fc.constant({ 0: "CT" }), fc.jsonValue()),
    licence: fc.oneof(fc.string(), fc.jsonValue()),
  });
  let understood = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof(description, fc.jsonValue()), async (content) => {
      await folder.write("dataset.json", JSON.stringify(content));
      try {
        const { cases } = await scanFolder(folder.path);
        understood++;
        for (const { values } of cases[0]!.labels) {
          for (const [from, to] of values!) {
            assert(from >= 0 && from <= 255 && (to <= 6 || to === 255));
          }
        }
      } catch (error) {
        assert(error instanceof SyntaxError, `${error}`);
        assert(!error.message.includes("\n"));
      }
    }),
    { numRuns: 400, seed: 1 },
  );
  assert(understood > 5, `${understood}`);
});

Deno.test("parseProvenance() either takes a record or refuses it in one line", () => {
  const good = {
    schema: "ct-organ-webgpu/provenance@1",
    ...{ complete: true, licence: "x", command: "y", cases: { 1: { origins: {}, sha256: {} } } },
  };
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(good)),
      fc.jsonValue(),
      fc.boolean(),
      (field, value, nested) => {
        const bad = nested
          ? { ...good, cases: { 1: { origins: value, sha256: {} } } }
          : { ...good, [field]: value };
        try {
          parseProvenance(JSON.stringify(bad), "p.json");
        } catch (error) {
          assert(error instanceof SyntaxError, `${error}`);
          assert(!error.message.includes("\n"), error.message);
        }
      },
    ),
    { numRuns: 500, seed: 1 },
  );
});
