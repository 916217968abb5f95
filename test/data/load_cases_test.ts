import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { cohortCase, foldCases, loadTrainingCases, phantom, splitOf } from "../../src/data/mod.ts";
import { createVolume, reorient, writeNifti } from "../../src/volume/mod.ts";
import { withGpu } from "../_gpu.ts";

const SMALL = { dims: [12, 10, 8], spacing: [3, 3, 3] } as const;

Deno.test(
  "loadTrainingCases() makes phantoms of the training cohort, some of them for validation",
  withGpu(async (gpu) => {
    const { train, validation } = await loadTrainingCases({ kind: "phantom", count: 2 }, {
      seed: 3,
      gpu,
    });
    assertEquals([train.length, validation.length], [1, 1]);
    assertEquals([...train, ...validation].map(({ number }) => number).sort(), [21, 22]);
    assertEquals([21, 22].map(splitOf), ["train", "train"]);
    const { number, volume, labels } = train[0]!;
    const expected = await phantom(gpu, cohortCase(3, number));
    assertEquals(volume.dims, expected.ct.dims);
    assertEquals(volume.data.every((value, i) => value === expected.ct.data[i]), true);
    assertEquals(labels.data.every((value, i) => value === expected.labels.data[i]), true);
    await assertRejects(
      () => loadTrainingCases({ kind: "phantom", count: 0 }, { seed: 3, gpu }),
      RangeError,
      "0 phantoms",
    );
  }),
);

Deno.test(
  "loadTrainingCases() reads a folder's cases as RAS at 3 mm, and leaves its test cases alone",
  withGpu(async (gpu) => {
    const folder = await Deno.makeTempDir();
    try {
      for (const number of [0, 21, 22, 30]) {
        const { ct, labels } = await phantom(gpu, { seed: 1, index: number, ...SMALL });
        await writeNifti(join(folder, `volume-${number}.nii`), reorient(ct, "LPS"));
        // CT-ORG's labels are floats.
        const floats = createVolume(Float32Array.from(labels.data), labels);
        await writeNifti(join(folder, `labels-${number}.nii`), reorient(floats, "LPS"));
      }
      const seen: string[] = [];
      const onCase = (number: number, done: number, all: number) =>
        seen.push(`${number}: ${done} of ${all}`);
      const source = { kind: "folder", folder } as const;
      const { train, validation } = await loadTrainingCases(source, { seed: 1, gpu, onCase });
      const cases = [...train, ...validation];
      assertEquals(seen, cases.map(({ number }, i) => `${number}: ${i} of 3`));
      assertEquals([train.length, cases.map(({ number }) => number).sort()], [2, [21, 22, 30]]);
      for (const { number, volume, labels } of cases) {
        const expected = await phantom(gpu, { seed: 1, index: number, ...SMALL });
        assertEquals([...volume.data], [...expected.ct.data]);
        assertEquals([...labels.data], [...expected.labels.data]);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }),
);

Deno.test(
  "loadTrainingCases() validates on the fold that is asked for, and reads through a cache alike",
  withGpu(async (gpu) => {
    const folder = await Deno.makeTempDir();
    try {
      const numbers = [21, 22, 23, 40];
      for (const number of numbers) {
        const { ct, labels } = await phantom(gpu, { seed: 1, index: number, ...SMALL });
        await writeNifti(join(folder, `volume-${number}.nii`), ct);
        await writeNifti(join(folder, `labels-${number}.nii`), labels);
      }
      const source = { kind: "folder", folder } as const;
      const folds = foldCases(numbers.map((number) => ({ number })), {
        ...{ seed: 5, officialTest: true, k: 2 },
      });
      const cache = join(folder, "cache");
      for (const [i, { train, validation }] of folds.entries()) {
        const options = { seed: 5, gpu, fold: { number: i + 1, of: 2 } };
        const plain = await loadTrainingCases(source, options);
        const list = (cases: readonly { readonly number: number }[]) =>
          cases.map(({ number }) => number);
        assertEquals([list(plain.train), list(plain.validation)], [list(train), list(validation)]);
        assertEquals(plain.split.test, []);
        for (let time = 0; time < 2; time++) {
          const cached = await loadTrainingCases(source, { ...options, cache });
          assertEquals(
            cached.train.map(({ volume }) => volume.data),
            plain.train.map(({ volume }) => volume.data),
          );
          assertEquals(cached.notes, plain.notes);
        }
      }
      assertEquals((await Array.fromAsync(Deno.readDir(cache))).length, 4);
      await assertRejects(
        () => loadTrainingCases(source, { seed: 5, gpu, fold: { number: 3, of: 2 } }),
        RangeError,
        "fold 3 of 2",
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }),
);

Deno.test(
  "loadTrainingCases() says whose labels are by the rules, what is not labelled, and which headers are odd",
  withGpu(async (gpu) => {
    const folder = await Deno.makeTempDir();
    try {
      const { ct, labels } = await phantom(gpu, { seed: 1, index: 30, ...SMALL });
      const odd = createVolume(ct.data, { dims: SMALL.dims, spacing: [1, 1, 1] });
      await writeNifti(join(folder, "volume-30.nii"), odd);
      await writeNifti(join(folder, "labels-30.nii"), createVolume(labels.data, odd));
      const source = { kind: "folder", folder } as const;
      const { notes, train } = await loadTrainingCases(source, { seed: 1, gpu });
      assertEquals(train[0]!.origins.bone, "unsupervised");
      assertEquals(notes.map((note) => note.replace(/(?<=Identity affine).*/, "")), [
        "The labels of lungs in 1 of 1 cases were made by the paper's own rules (unsupervised)",
        "The labels of bone in 1 of 1 cases were made by the paper's own rules (unsupervised)",
        "Case 30: Identity affine",
      ]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }),
);
