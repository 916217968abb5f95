import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import {
  cohortCase,
  findCases,
  phantom,
  readCase,
  readLabels,
  scanFolder,
  whyNoTruth,
  writeDataset,
  type WriteDatasetOptions,
  writePhantoms,
} from "../../src/data/mod.ts";
import { dice } from "../../src/metrics/mod.ts";
import { ORGANS } from "../../src/labels/mod.ts";
import { createVolume, readNifti, reorient, writeNifti } from "../../src/volume/mod.ts";
import { withGpu } from "../_gpu.ts";
import { makePhantom } from "../_phantom.ts";
import { DataFolder } from "./_folders.ts";

const GRID = { spacing: [4, 4, 4] } as const;

/** LiTS's layout: case 4 has a liver and a tumour, no other organ; not in RAS. */
async function writeLits(folder: DataFolder, number: number) {
  const { ct, labels } = await makePhantom({ seed: 5, index: number, ...GRID });
  const liver = labels.data.map((value, i) => value !== ORGANS.liver ? 0 : i % 3 === 0 ? 2 : 1);
  const volume = join(folder.path, `volume-${number}.nii`);
  await writeNifti(volume, reorient(ct, "LPS"));
  const segmentation = createVolume(liver, labels);
  await writeNifti(join(folder.path, `segmentation-${number}.nii`), reorient(segmentation, "LPS"));
  return { volume, labels: reorient(labels, "LPS") };
}

const options = (more: Partial<WriteDatasetOptions> = {}): WriteDatasetOptions => ({
  title: "Livers",
  command: "deno task dataset --data x y",
  ...more,
});

Deno.test(
  "writeDataset() keeps the CT and the given liver, adds lungs and bone by the rules, and says so",
  withGpu(async (gpu) => {
    await using from = await DataFolder.make();
    const { volume, labels: truth } = await writeLits(from, 4);
    await using to = await DataFolder.make();
    const out = join(to.path, "out");
    const { record, kept } = await writeDataset(gpu, out, await findCases(from.path), options());
    assertEquals(kept, []);
    assertEquals(await Deno.readFile(join(out, "volume-4.nii")), await Deno.readFile(volume));
    const { header } = await readNifti(volume);
    const labels = await readNifti(join(out, "labels-4.nii.gz"));
    assertEquals([labels.header.srow, labels.data.constructor], [header.srow, Uint8Array]);
    const found = Uint8Array.from(labels.data);
    assertEquals(dice(found, truth.data, ORGANS.liver), 1);
    // By the rules; exact figures are the rules' own tests' matter.
    for (const organ of ["lungs", "bone"] as const) {
      assert(
        dice(found, truth.data, ORGANS[organ])! > 0.5,
        `${organ} ${dice(found, truth.data, ORGANS[organ])}`,
      );
    }
    assert(!found.includes(ORGANS.kidneys));
    assertEquals(record.cases[4]!.origins, {
      liver: "manual",
      lungs: "unsupervised",
      bone: "unsupervised",
    });
    assertEquals([record.licence, record.complete], ["NOASSERTION", true]);

    const again = await findCases(out);
    assertEquals([again.layout, again.described], ["CT-ORG", true]);
    const [one] = again.cases;
    assertEquals(one!.origins, record.cases[4]!.origins);
    assert(whyNoTruth(one!.origins, "lungs")!.includes("the paper's own rules"));
    const card = await Deno.readTextFile(join(out, "README.md"));
    assertStringIncludes(card, "Not known. Find out what the source");
    assertStringIncludes(card, "| lungs | 0 | 1 | 0 |");
    const citation = await Deno.readTextFile(join(out, "CITATION.cff"));
    assert(!citation.includes("license:") && !citation.includes("CT-ORG"));
  }),
);

Deno.test(
  "writeDataset() merges semi-automatic labels behind the given ones and before the rules",
  withGpu(async (gpu) => {
    await using from = await DataFolder.make();
    const { labels: truth } = await writeLits(from, 4);
    await using drawn = await DataFolder.make();
    // Kidneys by a person, a liver that is given already, and bone, which the rules then need not label.
    const some = truth.data.map((value, i) =>
      value === ORGANS.kidneys || value === ORGANS.bone ? value : i === 0 ? ORGANS.liver : 0
    );
    await writeNifti(join(drawn.path, "labels-4.nii.gz"), createVolume(some, truth));
    await using to = await DataFolder.make();
    const { record } = await writeDataset(gpu, to.path, await findCases(from.path), {
      ...options({ semiAutomatic: drawn.path, licence: "CC-BY-4.0" }),
    });
    const { data } = await readLabels(join(to.path, "labels-4.nii.gz"), {});
    assertEquals(record.cases[4]!.origins, {
      liver: "manual",
      kidneys: "semi-automatic",
      bone: "semi-automatic",
      lungs: "unsupervised",
    });
    for (const organ of ["liver", "kidneys", "bone"] as const) {
      assertEquals(dice(data, truth.data, ORGANS[organ]), 1, organ);
    }
    assertEquals(record.cases[4]!.notes, [
      "Semi-automatic labels of liver were left out: the given labels hold it",
    ]);
    const citation = await Deno.readTextFile(join(to.path, "CITATION.cff"));
    assertStringIncludes(citation, "license: CC-BY-4.0\n");
    await using none = await DataFolder.make({ "README.md": "" });
    const wrong = options({ semiAutomatic: none.path });
    await assertRejects(
      async () => await writeDataset(gpu, to.path, await findCases(from.path), wrong),
      Error,
      "holds no labels-N.nii.gz",
    );
  }),
);

Deno.test(
  "writeDataset() goes on where it was stopped, and makes only what has changed",
  withGpu(async (gpu) => {
    await using from = await DataFolder.make();
    for (const number of [1, 2, 3]) await writeLits(from, number);
    await using to = await DataFolder.make();
    const dataset = await findCases(from.path);
    const controller = new AbortController();
    await assertRejects(() =>
      writeDataset(gpu, to.path, dataset, {
        ...options(),
        signal: controller.signal,
        onCase: (number) => number === 2 && controller.abort(),
      }), DOMException);
    await assertRejects(() => findCases(to.path), Error, "it is not finished");
    const numbers = (kept: readonly number[]) => kept.join();
    const second = await writeDataset(gpu, to.path, dataset, options());
    assertEquals(numbers(second.kept), "1");
    await findCases(to.path);
    // One labels' file is damaged, one source is relabelled.
    await to.write("labels-3.nii.gz", "damaged");
    const ct = await readNifti(dataset.cases[0]!.volume);
    await writeNifti(
      join(from.path, "segmentation-1.nii"),
      createVolume(new Uint8Array(ct.data.length), ct),
    );
    const third = await writeDataset(gpu, to.path, dataset, options());
    assertEquals(numbers(third.kept), "2");
    assert(!(await readLabels(join(to.path, "labels-1.nii.gz"), {})).data.includes(1));
    const names = (await Array.fromAsync(Deno.readDir(to.path))).map(({ name }) => name).sort();
    assertEquals(names, [
      ...["CITATION.cff", "README.md", "labels-1.nii.gz", "labels-2.nii.gz", "labels-3.nii.gz"],
      ...["provenance.json", "volume-1.nii", "volume-2.nii", "volume-3.nii"],
    ]);
  }),
);

Deno.test(
  "writeDataset() refuses a folder that holds something else",
  withGpu(async (gpu) => {
    await using from = await DataFolder.make();
    await writeLits(from, 1);
    await writeLits(from, 2);
    const dataset = await findCases(from.path);
    await using full = await DataFolder.make({ "thesis.txt": "" });
    await assertRejects(
      () => writeDataset(gpu, full.path, dataset, options()),
      Error,
      'holds "thesis.txt" and no provenance.json',
    );
    await using other = await DataFolder.make();
    await writePhantoms(gpu, other.path, { cases: 1, seed: 1, command: "x" });
    await assertRejects(
      () => writeDataset(gpu, other.path, dataset, options()),
      Error,
      "it holds case 0, which is not among those",
    );
  }),
);

Deno.test(
  "writeDataset() goes on past a bad case, names it, and is complete once the case is mended",
  withGpu(async (gpu) => {
    await using from = await DataFolder.make();
    for (const number of [1, 2, 3]) await writeLits(from, number);
    const whole = await Deno.readFile(join(from.path, "volume-2.nii"));
    const dataset = await findCases(from.path);
    await using to = await DataFolder.make();
    await from.write("volume-2.nii", "no image");
    const { record, failures } = await writeDataset(gpu, to.path, dataset, options());
    assertEquals([record.complete, Object.keys(record.cases)], [false, ["1", "3"]]);
    assertEquals(failures.length, 1);
    assertMatch(failures[0]!, /^Cannot write case 2: Cannot read NIfTI .*volume-2\.nii/);
    await assertRejects(() => findCases(to.path), Error, "it is not finished");
    await from.write("volume-2.nii", whole);
    const mended = await writeDataset(gpu, to.path, dataset, options());
    assertEquals([mended.record.complete, mended.kept, mended.failures], [true, [1, 3], []]);
    assertEquals((await findCases(to.path)).cases.length, 3);
  }),
);

Deno.test(
  "writePhantoms() writes what phantom() makes, exact by its own word",
  withGpu(async (gpu) => {
    await using to = await DataFolder.make();
    const { record } = await writePhantoms(gpu, to.path, {
      cases: 2,
      seed: 3,
      command: "deno task x",
    });
    assertEquals(Object.keys(record.cases), ["0", "1"]);
    const { cases, licence } = await findCases(to.path);
    assertEquals(licence, "CC0-1.0");
    assertEquals(cases.map(({ origins }) => origins.lungs), ["exact", "exact"]);
    const { volume, labels } = await readCase(cases[1]!, {});
    const expected = await phantom(gpu, cohortCase(3, 1));
    assertEquals(volume.affine, expected.ct.affine);
    assert(volume.data.every((value, i) => value === expected.ct.data[i]));
    assert(labels!.data.every((value, i) => value === expected.labels.data[i]));
    // Another seed makes other patients in the same folder.
    const other = await writePhantoms(gpu, to.path, { cases: 2, seed: 4, command: "deno task x" });
    assertEquals(other.kept, []);
    assertEquals((await scanFolder(to.path)).incomplete, []);
    for (const cases of [0, 1.5, -1]) {
      await assertRejects(
        () => writePhantoms(gpu, to.path, { cases, seed: 1, command: "" }),
        RangeError,
        "at least 1",
      );
    }
  }),
);
