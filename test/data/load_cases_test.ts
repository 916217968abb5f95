import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { loadTrainingCases, phantom } from "../../src/data/mod.ts";
import { createVolume, reorient, writeNifti } from "../../src/volume/mod.ts";

const SMALL = { dims: [12, 10, 8], spacing: [3, 3, 3] } as const;

Deno.test("loadTrainingCases() makes phantoms that no test makes, some of them for validation", async () => {
  const { train, validation } = await loadTrainingCases({ kind: "phantom", count: 2 }, { seed: 3 });
  assertEquals([train.length, validation.length], [1, 1]);
  assertEquals([...train, ...validation].map(({ number }) => number).sort(), [21, 22]);
  const { number, volume, labels } = train[0]!;
  const expected = phantom({ seed: 3, index: number });
  assertEquals(volume.dims, expected.ct.dims);
  assertEquals(volume.data.every((value, i) => value === expected.ct.data[i]), true);
  assertEquals(labels.data.every((value, i) => value === expected.labels.data[i]), true);
  await assertRejects(
    () => loadTrainingCases({ kind: "phantom", count: 0 }, { seed: 3 }),
    RangeError,
    "0 phantoms",
  );
});

Deno.test("loadTrainingCases() reads a folder's cases as RAS at 3 mm, and leaves its test cases alone", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const number of [0, 21, 22, 30]) {
      const { ct, labels } = phantom({ seed: 1, index: number, ...SMALL });
      await writeNifti(join(folder, `volume-${number}.nii`), reorient(ct, "LPS"));
      // CT-ORG's labels are floats.
      const floats = createVolume(Float32Array.from(labels.data), labels);
      await writeNifti(join(folder, `labels-${number}.nii`), reorient(floats, "LPS"));
    }
    const seen: string[] = [];
    const onCase = (number: number, done: number, all: number) =>
      seen.push(`${number}: ${done} of ${all}`);
    const source = { kind: "folder", folder } as const;
    const { train, validation } = await loadTrainingCases(source, { seed: 1, onCase });
    const cases = [...train, ...validation];
    assertEquals(seen, cases.map(({ number }, i) => `${number}: ${i} of 3`));
    assertEquals([train.length, cases.map(({ number }) => number).sort()], [2, [21, 22, 30]]);
    for (const { number, volume, labels } of cases) {
      const expected = phantom({ seed: 1, index: number, ...SMALL });
      assertEquals([...volume.data], [...expected.ct.data]);
      assertEquals([...labels.data], [...expected.labels.data]);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
