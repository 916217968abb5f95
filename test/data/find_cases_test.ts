import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { findCases, scanFolder } from "../../src/data/mod.ts";
import { DataFolder, empty } from "./_folders.ts";

const CT_ORG_VALUES = new Map([0, 1, 2, 3, 4, 5, 6, 255].map((value) => [value, value]));

/** What `dataset.json` of nnU-Net says, by default of a CT with a liver. */
function description(more: object = {}): string {
  return JSON.stringify({
    channel_names: { 0: "CT" },
    labels: { background: 0, liver: 1 },
    ...more,
  });
}

/** Names of all masks of one case of TotalSegmentator that make up CT-ORG's organs, and one more. */
function masks(): string[] {
  const sides = ["left", "right"];
  return [
    ...["liver", "urinary_bladder", "brain", "spleen", "kidney_left", "kidney_right", "sacrum"],
    ...["upper_lobe_left", "lower_lobe_left", "upper_lobe_right", "middle_lobe_right"]
      .map((lobe) => `lung_${lobe}`),
    "lung_lower_lobe_right",
    ...["humerus", "scapula", "clavicula", "femur", "hip"].flatMap((bone) =>
      sides.map((side) => `${bone}_${side}`)
    ),
    ...sides.flatMap((side) => Array.from({ length: 12 }, (_, i) => `rib_${side}_${i + 1}`)),
    ...[["C", 7], ["T", 12], ["L", 5]].flatMap(([part, count]) =>
      Array.from({ length: count as number }, (_, i) => `vertebrae_${part}${i + 1}`)
    ),
  ];
}

Deno.test("findCases() pairs CT-ORG's volumes and labels by number and ignores other files", async () => {
  await using folder = await DataFolder.make(empty(
    ...["volume-10", "labels-10", "volume-2", "labels-2"].map((name) => `${name}.nii.gz`),
    ...["volume-7.nii", "labels-7.nii.gz", "README.md", "volume-x.nii.gz", "._volume-3.nii.gz"],
  ));
  const { layout, cases, officialTest } = await findCases(folder.path);
  assertEquals([layout, officialTest], ["CT-ORG", true]);
  const path = (name: string) => join(folder.path, name);
  assertEquals(
    cases.map(({ number, volume, labels }) => [number, volume, labels]),
    [
      [2, path("volume-2.nii.gz"), [{ path: path("labels-2.nii.gz"), values: CT_ORG_VALUES }]],
      [7, path("volume-7.nii"), [{ path: path("labels-7.nii.gz"), values: CT_ORG_VALUES }]],
      [10, path("volume-10.nii.gz"), [{ path: path("labels-10.nii.gz"), values: CT_ORG_VALUES }]],
    ],
  );
});

Deno.test("findCases() knows that CT-ORG's lungs and bone are by hand up to case 20 only", async () => {
  await using folder = await DataFolder.make(empty(
    ...[20, 21].flatMap((n) => [`volume-${n}.nii.gz`, `labels-${n}.nii.gz`]),
  ));
  const { cases } = await findCases(folder.path);
  assertEquals(cases.map(({ origins }) => [origins.lungs, origins.bone, origins.liver]), [
    ["manual", "manual", "semi-automatic"],
    ["unsupervised", "unsupervised", "semi-automatic"],
  ]);
});

Deno.test("findCases() believes a folder that says where its labels come from", async () => {
  const provenance = {
    schema: "ct-organ-webgpu/provenance@1",
    ...{ complete: true, licence: "CC0-1.0", command: "deno task phantom" },
    cases: { 21: { origins: { lungs: "exact" }, sha256: {} } },
  };
  await using folder = await DataFolder.make({
    ...empty(...[21, 22].flatMap((n) => [`volume-${n}.nii.gz`, `labels-${n}.nii.gz`])),
    "provenance.json": JSON.stringify(provenance),
  });
  const { cases, licence } = await findCases(folder.path);
  assertEquals([cases[0]!.origins, licence], [{ lungs: "exact" }, "CC0-1.0"]);
  assertEquals(new Set(Object.values(cases[1]!.origins)), new Set(["unknown"]));
  const bad: [object | string, string][] = [
    ["{", "not JSON"],
    [{ ...provenance, schema: "x" }, "schema must be"],
    [{ ...provenance, complete: false }, "not finished"],
    [{ ...provenance, licence: 3 }, "licence"],
    [{ ...provenance, cases: { x: { origins: {}, sha256: {} } } }, "whole number"],
    [
      { ...provenance, cases: { 1: { origins: { lungs: "guessed" }, sha256: {} } } },
      '{"lungs":"guessed"}',
    ],
    [{ ...provenance, cases: { 1: { origins: { spleen: "exact" }, sha256: {} } } }, "spleen"],
  ];
  for (const [content, says] of bad) {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    await folder.write("provenance.json", text);
    await assertRejects(() => findCases(folder.path), Error, says);
  }
});

Deno.test("findCases() reads LiTS: tumours are liver, and no other organ is held", async () => {
  await using folder = await DataFolder.make(empty(
    ...["volume-0.nii", "segmentation-0.nii", "volume-3.nii.gz", "segmentation-3.nii.gz"],
    "test-volume-1.nii",
  ));
  const { layout, cases, officialTest } = await findCases(folder.path);
  assertEquals([layout, officialTest, cases.map(({ number }) => number)], ["LiTS", false, [0, 3]]);
  assertEquals(cases[0]!.labels[0]!.values, new Map([[0, 0], [1, 1], [2, 1]]));
  assertEquals(cases[0]!.origins, { liver: "manual" });
});

Deno.test("findCases() reads nnU-Net: labels by name in both versions' forms, regions, what is ignored", async () => {
  const files = empty(
    ...["imagesTr/case_0001_0000.nii.gz", "imagesTr/case_0001_0001.nii.gz"],
    ...["labelsTr/case_0001.nii.gz", "imagesTr/case_0012.nii.gz", "labelsTr/case_0012.nii.gz"],
    "imagesTs/case_0002_0000.nii.gz",
  );
  const labels = {
    background: 0,
    "Left kidney": 1,
    right_kidney: 2,
    liver: [3, 4],
    tumor: 4,
    gallbladder: 5,
    "urinary bladder": 6,
    lung_left: 7,
    ignore: 8,
  };
  await using folder = await DataFolder.make({
    ...files,
    "dataset.json": description({ labels, licence: "CC BY 4.0" }),
  });
  const { layout, cases, notes, licence } = await findCases(folder.path);
  assertEquals([layout, licence], ["nnU-Net", "CC BY 4.0"]);
  assertEquals(cases.map(({ number, name, volume }) => [number, name, volume]), [
    [1, "case_0001", join(folder.path, "imagesTr", "case_0001_0000.nii.gz")],
    [12, "case_0012", join(folder.path, "imagesTr", "case_0012.nii.gz")],
  ]);
  // The second lung is missing, and the gallbladder is not the bladder.
  assertEquals(
    cases[0]!.labels[0]!.values,
    new Map([[0, 0], [1, 4], [2, 4], [3, 1], [4, 1], [5, 0], [6, 2], [7, 0], [8, 255]]),
  );
  assertEquals(Object.keys(cases[0]!.origins).sort(), ["bladder", "kidneys", "liver"]);
  assertEquals(notes, [
    "Labels that are no organ here count as background: gallbladder, lung_left",
  ]);

  await folder.write(
    "dataset.json",
    JSON.stringify({
      modality: { 0: "CT" },
      labels: { 0: "background", 1: "liver", 2: "cancer" },
    }),
  );
  const decathlon = (await findCases(folder.path)).cases[0]!;
  assertEquals(decathlon.labels[0]!.values, new Map([[0, 0], [1, 1], [2, 1]]));
});

Deno.test("findCases() numbers nnU-Net's cases by their order where their names do not tell", async () => {
  await using folder = await DataFolder.make({
    ...empty(...["b_1", "a_1", "c"].flatMap((n) => [`imagesTr/${n}.nii.gz`, `labelsTr/${n}.nii`])),
    "dataset.json": description(),
  });
  const { cases } = await findCases(folder.path);
  assertEquals(cases.map(({ number, name }) => [number, name]), [[0, "a_1"], [1, "b_1"], [2, "c"]]);
});

Deno.test("findCases() refuses a dataset.json that it cannot follow", async () => {
  const bad: [string, string][] = [
    ["{", "not JSON"],
    ["[]", "no labels"],
    [description({ channel_names: { 0: "T1" } }), `must be CT, found "T1"`],
    [description({ channel_names: undefined }), "must be CT, found none"],
    [description({ labels: { background: 0, spleen: 1 } }), "none of its labels"],
    [description({ labels: { liver: 1.5 } }), "integer from 0 to 255, found 1.5"],
    [description({ labels: { liver: 300 } }), "found 300"],
    [description({ labels: { liver: 1, brain: [1, 2] } }), "belongs to another organ"],
  ];
  await using folder = await DataFolder.make(empty("imagesTr/a.nii", "labelsTr/a.nii"));
  for (const [text, says] of bad) {
    await folder.write("dataset.json", text);
    await assertRejects(() => findCases(folder.path), SyntaxError, says);
  }
});

Deno.test("findCases() merges TotalSegmentator's masks to organs", async () => {
  const files = ["s0011/ct.nii.gz", ...masks().map((mask) => `s0011/segmentations/${mask}.nii.gz`)];
  await using folder = await DataFolder.make(empty(...files, "meta.csv", "notes/a.txt"));
  const { layout, cases } = await findCases(folder.path);
  assertEquals([layout, cases.length], ["TotalSegmentator", 1]);
  const [{ number, name, labels, origins, volume }] = cases as [typeof cases[number]];
  assertEquals([number, name, volume], [11, "s0011", join(folder.path, "s0011/ct.nii.gz")]);
  assertEquals(origins, {
    liver: "model",
    bladder: "model",
    kidneys: "model",
    brain: "model",
    lungs: "model",
    bone: "model",
  });
  // All but the spleen; bone last, as it overwrites nothing.
  const counts = [1, 2, 4, 6, 3, 5].map((value) => [
    value,
    labels.filter(({ values }) => values!.get(1) === value).length,
  ]);
  assertEquals(counts, [[1, 1], [2, 1], [4, 2], [6, 1], [3, 5], [5, 10 + 24 + 24 + 1]]);
  assertEquals(labels.at(-1)!.values, new Map([[0, 0], [1, 5]]));
});

Deno.test("findCases() leaves out an organ of TotalSegmentator that is there in part only", async () => {
  const parts = masks().filter((mask) => mask !== "kidney_left" && mask !== "rib_left_7");
  await using folder = await DataFolder.make(
    empty("s0001/ct.nii", ...parts.map((mask) => `s0001/segmentations/${mask}.nii.gz`)),
  );
  const [one] = (await findCases(folder.path)).cases;
  assertEquals(Object.keys(one!.origins).sort(), ["bladder", "brain", "liver", "lungs"]);
});

const incomplete: [what: string, files: Record<string, string>, says: string][] = [
  ["labels", empty("volume-1.nii.gz"), "volume-1 has no labels-1.nii.gz"],
  ["a volume", empty("labels-1.nii.gz"), "labels-1 has no volume-1.nii.gz"],
  [
    "a segmentation",
    empty("volume-1.nii", "volume-2.nii", "segmentation-2.nii"),
    "volume-1 has no segmentation-1.nii.gz",
  ],
  [
    "one name for its volume",
    empty("volume-1.nii.gz", "labels-1.nii.gz", "volume-1.nii"),
    "volume 1 is there twice (volume-1.nii, volume-1.nii.gz)",
  ],
  [
    "one number of its own",
    empty("volume-1.nii", "volume-01.nii", "labels-1.nii"),
    "volume 1 is there twice",
  ],
  [
    "nnU-Net's labels",
    { "dataset.json": description(), ...empty("imagesTr/a_0000.nii.gz") },
    "labelsTr/a.nii.gz is missing",
  ],
  [
    "nnU-Net's first channel",
    { "dataset.json": description(), ...empty("imagesTr/a_0001.nii.gz", "labelsTr/a.nii.gz") },
    "imagesTr/a_0000.nii.gz is missing",
  ],
  ["masks", empty("s1/ct.nii.gz", "s1/segmentations/spleen.nii"), "s1/segmentations holds no"],
  ["TotalSegmentator's CT", empty("s1/segmentations/liver.nii"), "s1/ct.nii.gz is missing"],
];

for (const [what, files, says] of incomplete) {
  Deno.test(`scanFolder() lists a case that lacks ${what}, and findCases() refuses it`, async () => {
    await using folder = await DataFolder.make(files);
    const { incomplete } = await scanFolder(folder.path);
    assertEquals(incomplete.length, 1);
    assert(incomplete[0]!.why.includes(says), incomplete[0]!.why);
    await assertRejects(() => findCases(folder.path), Error, says);
  });
}

Deno.test("findCases() counts the incomplete cases that it does not name", async () => {
  await using folder = await DataFolder.make(empty("volume-1.nii", "volume-2.nii", "volume-3.nii"));
  await assertRejects(
    () => findCases(folder.path),
    Error,
    "(and 2 more; check-data names them all)",
  );
});

const unusable: [what: string, files: Record<string, string>, says: string][] = [
  ["in no known layout", empty("README.md", "a/b.nii.gz"), "it is in no known layout; known are"],
  [
    "whose own folder holds the cases",
    empty("a/b.txt", "OrganSegmentations/volume-1.nii", "OrganSegmentations/labels-1.nii"),
    'OrganSegmentations" in it has that of CT-ORG: name that folder',
  ],
  ["in two layouts", {
    ...empty("volume-1.nii", "labels-1.nii", "segmentation-1.nii"),
  }, "mixes the layouts of CT-ORG and LiTS"],
  ["without a case", {
    "dataset.json": description(),
    "imagesTr/README": "",
  }, "layout of nnU-Net, but no case"],
];

for (const [what, files, says] of unusable) {
  Deno.test(`findCases() refuses a folder ${what}`, async () => {
    await using folder = await DataFolder.make(files);
    await assertRejects(() => findCases(folder.path), Error, says);
  });
}

Deno.test("findCases() refuses what is missing or a file", async () => {
  await using folder = await DataFolder.make(empty("README.md"));
  await assertRejects(() => findCases(join(folder.path, "gone")), Error, "there is no such folder");
  await assertRejects(() => findCases(join(folder.path, "README.md")), Error, "not a folder");
});
