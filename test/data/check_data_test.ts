import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { badCases, checkCase, checkData, findCases, scanFolder } from "../../src/data/mod.ts";
import { ORGANS } from "../../src/labels/mod.ts";
import { createVolume, reorient, type Vec3, writeNifti } from "../../src/volume/mod.ts";
import { DataFolder } from "./_folders.ts";

const DIMS: Vec3 = [20, 16, 30];

/** A body of 40 HU in air, with boxes for organs at places where people have them; 3 mm, RAS, off the origin. */
function body() {
  const [nx, ny, nz] = DIMS;
  const hu = new Int16Array(nx * ny * nz).fill(-1000);
  const labels = new Float32Array(hu.length);
  const fill = (low: Vec3, high: Vec3, value: number, organ = 0) => {
    for (let z = low[2]; z < high[2]; z++) {
      for (let y = low[1]; y < high[1]; y++) {
        for (let x = low[0]; x < high[0]; x++) {
          hu[x + nx * (y + ny * z)] = value;
          labels[x + nx * (y + ny * z)] = organ;
        }
      }
    }
  };
  fill([2, 2, 0], [18, 14, 30], 40);
  fill([8, 3, 0], [12, 5, 30], 400, ORGANS.bone);
  fill([12, 6, 14], [17, 12, 19], 60, ORGANS.liver);
  fill([4, 4, 10], [6, 6, 14], 100, ORGANS.kidneys);
  fill([14, 4, 10], [16, 6, 14], 100, ORGANS.kidneys);
  fill([4, 5, 20], [16, 12, 28], -800, ORGANS.lungs);
  fill([8, 8, 2], [12, 12, 6], 10, ORGANS.bladder);
  const grid = { dims: DIMS, spacing: [3, 3, 3] as const, origin: [-30, -20, 100] as const };
  return { ct: createVolume(hu, grid), labels: createVolume(labels, grid) };
}

/** Writes a case in CT-ORG's layout, changed as asked. */
async function writeCase(
  folder: DataFolder,
  number: number,
  change: (volumes: ReturnType<typeof body>) => Partial<ReturnType<typeof body>> | void = () => {},
): Promise<void> {
  const volumes = body();
  const { ct, labels } = { ...volumes, ...change(volumes) ?? {} };
  await writeNifti(join(folder.path, `volume-${number}.nii.gz`), ct);
  await writeNifti(join(folder.path, `labels-${number}.nii.gz`), labels);
}

/** What is found about a case that is changed. */
async function checked(change: Parameters<typeof writeCase>[2]) {
  await using folder = await DataFolder.make();
  await writeCase(folder, 3, change);
  const [one] = (await findCases(folder.path)).cases;
  return (await checkCase(one!)).check;
}

Deno.test("checkCase() finds nothing wrong with a good case, and measures it", async () => {
  const { faults, warnings, ct, organs } = await checked(() => {});
  assertEquals([faults, warnings], [[], []]);
  assertEquals([ct!.dims, ct!.spacing, ct!.orientation, ct!.range], [DIMS, [3, 3, 3], "RAS", [
    -1000,
    400,
  ]]);
  // Counted by hand, 27 mm^3 a voxel.
  assertEquals(organs.map(({ organ, voxels }) => [organ, voxels]), [
    ["liver", 5 * 6 * 5],
    ["bladder", 4 * 4 * 4],
    ["lungs", 12 * 7 * 8],
    ["kidneys", 2 * 2 * 2 * 4],
    ["bone", 4 * 2 * 30],
  ]);
  assertEquals(organs[0]!.ml, 150 * 27 / 1000);
});

Deno.test("checkCase() finds the same in another orientation", async () => {
  const { faults, warnings, ct, organs } = await checked(({ ct, labels }) => ({
    ct: reorient(ct, "PIL"),
    labels: reorient(labels, "PIL"),
  }));
  assertEquals([faults, warnings, ct!.orientation, organs.length], [[], [], "PIL", 5]);
});

const faulty: [what: string, change: Parameters<typeof writeCase>[2], says: RegExp][] = [
  ["NaN in its CT", ({ ct }) => {
    const data = Float32Array.from(ct.data);
    data[7] = NaN;
    data[9] = -Infinity;
    return { ct: createVolume(data, ct) as never };
  }, /^2 of 9600 voxels are NaN or infinite$/],
  ["a CT of one value", ({ ct }) => {
    ct.data.fill(5);
  }, /^All voxels of the CT are 5$/],
  ["labels of other size", ({ labels }) => ({
    labels: createVolume(new Float32Array(20 * 16 * 29), {
      dims: [20, 16, 29],
      affine: labels.affine,
    }),
  }), /another grid than the CT: 20 x 16 x 29 voxels, not 20 x 16 x 30$/],
  ["labels of other spacing", ({ labels }) => ({
    labels: createVolume(labels.data, { dims: DIMS, spacing: [3, 3, 2.5] }),
  }), /spacing 3 x 3 x 2.5 mm, not 3 x 3 x 3$/],
  ["labels of other origin", ({ labels }) => ({
    labels: createVolume(labels.data, { dims: DIMS, spacing: [3, 3, 3] }),
  }), /origin 0 x 0 x 0 mm, not -30 x -20 x 100$/],
  ["labels that are turned", ({ labels }) => ({
    labels: createVolume(labels.data, {
      dims: DIMS,
      affine: [-3, 0, 0, -30, 0, 3, 0, -20, 0, 0, 3, 100],
    }),
  }), /its axes point elsewhere$/],
  ["unexpected labels", ({ labels }) => {
    labels.data.fill(9, 0, 4);
    labels.data.fill(1.5, 5, 7);
    labels.data[8] = NaN;
  }, /^Unexpected labels: 9 \(4 voxels\), 1.5 \(2 voxels\), NaN or infinity \(1 voxels\)$/],
];

for (const [what, change, says] of faulty) {
  Deno.test(`checkCase() finds ${what}`, async () => {
    const { faults } = await checked(change);
    assertEquals(faults.length, 1, faults.join("\n"));
    assertMatch(faults[0]!, says);
  });
}

const odd: [what: string, change: Parameters<typeof writeCase>[2], says: RegExp][] = [
  ["left and right swapped", ({ ct, labels }) => {
    const affine = [-3, 0, 0, 30, 0, 3, 0, -20, 0, 0, 3, 100];
    return {
      ct: createVolume(ct.data, { dims: DIMS, affine }),
      labels: createVolume(labels.data, { dims: DIMS, affine }),
    };
  }, /^Liver to the left of bone: the header may swap left and right$/],
  ["head and foot swapped", ({ ct, labels }) => {
    const affine = [-3, 0, 0, 30, 0, -3, 0, 20, 0, 0, -3, 100];
    return {
      ct: createVolume(ct.data, { dims: DIMS, affine }),
      labels: createVolume(labels.data, { dims: DIMS, affine }),
    };
  }, /^Lungs below bladder: the header may swap head and foot$/],
  ["an identity affine", ({ ct, labels }) => {
    const grid = { dims: DIMS, spacing: [1, 1, 1] as const };
    return { ct: createVolume(ct.data, grid), labels: createVolume(labels.data, grid) };
  }, /^Identity affine/],
  ["a CT that is not in HU", ({ ct }) => {
    ct.data.forEach((value, i) => ct.data[i] = value + 1024);
  }, /^No air: the CT's least value is 24, so that/],
  ["nothing but air", ({ ct }) => {
    ct.data.forEach((value, i) => ct.data[i] = Math.min(value, -700));
  }, /^Nothing but air/],
  ["no label", ({ labels }) => {
    labels.data.fill(0);
  }, /^No voxel is labelled$/],
  ["a liver that no person has", ({ ct, labels }) => {
    const grid = { dims: DIMS, spacing: [9.9, 9.9, 9.9] as const, origin: [1, 1, 1] as const };
    labels.data.fill(1, 0, 9000);
    return { ct: createVolume(ct.data, grid), labels: createVolume(labels.data, grid) };
  }, /^Liver: 87\d\d ml are more than a person has/],
];

for (const [what, change, says] of odd) {
  Deno.test(`checkCase() warns of ${what}, and does not refuse it`, async () => {
    const { faults, warnings } = await checked(change);
    assertEquals(faults, []);
    assert(warnings.some((warning) => says.test(warning)), warnings.join("\n"));
  });
}

Deno.test("checkCase() names a file that cannot be read, and a signal ends it", async () => {
  await using folder = await DataFolder.make();
  await writeCase(folder, 1);
  const bytes = await Deno.readFile(join(folder.path, "labels-1.nii.gz"));
  await folder.write("labels-1.nii.gz", bytes.subarray(0, 200));
  const [one] = (await findCases(folder.path)).cases;
  const { check, picture } = await checkCase(one!);
  assertMatch(check.faults.join(), /labels-1.nii.gz.*cut short/);
  // The CT can be seen.
  assertEquals(picture!.ct.spacing, [4, 4, 4]);
  await folder.write("volume-1.nii.gz", "no image");
  const none = await checkCase(one!);
  assertMatch(none.check.faults.join(), /volume-1.nii.gz/);
  assertEquals([none.picture, none.check.ct], [undefined, undefined]);
  let aborted: unknown;
  await checkCase(one!, { signal: AbortSignal.abort("stop") }).catch((error) => aborted = error);
  assertEquals(aborted, "stop");
});

Deno.test("checkData() goes on past bad cases, sums organs up, and finds one CT twice", async () => {
  await using folder = await DataFolder.make();
  await writeCase(folder, 1);
  await writeCase(folder, 2, ({ ct, labels }) => {
    ct.data[0] = -999;
    labels.data.fill(1, 0, 10);
  });
  await writeCase(folder, 25);
  await writeCase(folder, 26);
  await folder.write("volume-26.nii.gz", "");
  await folder.write("volume-27.nii.gz", "");
  const seen: string[] = [];
  const check = await checkData(await scanFolder(folder.path), {
    onCase: (name, done, all) => seen.push(`${name} ${done} ${all}`),
    onPicture: ({ name }, { labels }) => {
      seen.push(`${name} ${labels.dims}`);
      return Promise.resolve();
    },
  });
  assertEquals(seen, [
    ...["1 0 4", "1 15,12,23", "2 1 4", "2 15,12,23", "25 2 4", "25 15,12,23", "26 3 4"],
  ]);
  assertEquals(check.cases.map(({ faults }) => faults.length), [0, 0, 0, 1]);
  assertEquals(check.cases[2]!.warnings, ["Its CT has the same voxels as that of case 1"]);
  assertEquals(badCases(check).map(({ name }) => name), ["27", "26"]);
  const liver = check.organs.find(({ organ }) => organ === "liver")!;
  assertEquals([liver.cases, liver.origins], [3, { "semi-automatic": 3 }]);
  const ml = [150, 150, 160].map((voxels) => voxels * 27 / 1000);
  assertEquals(liver.ml, { least: ml[0]!, median: ml[1]!, most: ml[2]! });
  const bone = check.organs.find(({ organ }) => organ === "bone")!;
  assertEquals(bone.origins, { manual: 2, unsupervised: 1 });
});

Deno.test("checkData() counts voxels that two masks claim", async () => {
  await using folder = await DataFolder.make();
  await folder.volume("s1/ct.nii", Int16Array.of(-1000, 40, 50, 60), [4, 1, 1]);
  await folder.volume("s1/segmentations/liver.nii", Uint8Array.of(0, 1, 1, 0), [4, 1, 1]);
  await folder.volume("s1/segmentations/brain.nii", Uint8Array.of(0, 0, 1, 1), [4, 1, 1]);
  const { cases } = await checkData(await scanFolder(folder.path));
  assertEquals(cases[0]!.organs.map(({ organ, voxels }) => [organ, voxels]), [["liver", 2], [
    "brain",
    1,
  ]]);
  assert(cases[0]!.warnings.includes("1 voxels belong to two organs; the first counts"));
});
