import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { cutSlices } from "../../src/report/slices.ts";
import { createVolume, reorient, type Vec3 } from "../../src/volume/mod.ts";
import { decodeAddress } from "./_decode.ts";

const DIMS: Vec3 = [4, 6, 8];
const GRID = { dims: DIMS, spacing: [2, 3, 5] as Vec3 };

/** A volume of air with single voxels set; axes grow to the right, the front and the head. */
function withVoxels(voxels: readonly (readonly [x: number, y: number, z: number, hu: number])[]) {
  const data = new Int16Array(4 * 6 * 8).fill(-1000);
  for (const [x, y, z, hu] of voxels) data[x + 4 * (y + 6 * z)] = hu;
  return createVolume(data, GRID);
}

/** Where the white pixels are, as [column, row]. */
function white(address: string): number[][] {
  const { width, data } = decodeAddress(address);
  return [...data].flatMap((value, i) => value === 255 ? [[i % width, Math.floor(i / width)]] : []);
}

Deno.test("cutSlices() puts the patient's right on the left and the front at the top", async () => {
  // Slices are counted from the right, the front and the feet, so the middle ones are x = 3 - 2, y = 5 - 3 and z = 4.
  const ct = withVoxels([[3, 5, 4, 1000], [0, 2, 7, 1000], [1, 5, 0, 1000]]);
  const [axial, coronal, sagittal] = await cutSlices({ case: 0, ct, organs: [] });
  assertEquals(axial!.letters, ["R", "L", "A", "P"]);
  // The right front corner: the top left.
  assertEquals(white(axial!.image), [[0, 0]]);
  assertEquals(coronal!.letters, ["R", "L", "S", "I"]);
  // Far left, uppermost: the top right.
  assertEquals(white(coronal!.image), [[3, 0]]);
  assertEquals(sagittal!.letters, ["A", "P", "S", "I"]);
  // Front, lowest: the bottom left.
  assertEquals(white(sagittal!.image), [[0, 7]]);
});

Deno.test("cutSlices() shows the same whatever way the volume is stored", async () => {
  const ct = withVoxels([[3, 5, 4, 1000], [0, 2, 7, 300], [1, 5, 0, 0], [1, 1, 4, 100]]);
  const expected = await cutSlices({ case: 0, ct, organs: [] });
  for (const orientation of ["LPS", "LAS", "SPR", "AIL"]) {
    assertEquals(
      await cutSlices({ case: 0, ct: reorient(ct, orientation), organs: [] }),
      expected,
    );
  }
});

Deno.test("cutSlices() gives sizes in mm and names the slice", async () => {
  const slices = await cutSlices({ case: 0, ct: withVoxels([]), organs: [] });
  assertEquals(
    slices.map(({ plane, number, of, width_mm, height_mm }) => [
      plane,
      number,
      of,
      width_mm,
      height_mm,
    ]),
    [["axial", 5, 8, 8, 18], ["coronal", 4, 6, 8, 40], ["sagittal", 3, 4, 18, 40]],
  );
});

Deno.test("cutSlices() maps -200 HU to black, 100 to the middle and 400 to white", async () => {
  const ct = withVoxels([[0, 0, 4, -200], [1, 0, 4, 100], [2, 0, 4, 400], [3, 0, 4, 3000]]);
  const [axial] = await cutSlices({ case: 0, ct, organs: [] });
  // Row 5 is the rearmost; the columns run from right to left. 255 / 2 rounds up.
  assertEquals([...decodeAddress(axial!.image).data.subarray(20)], [255, 255, 128, 0]);
});

Deno.test("cutSlices() shows voxels that are no numbers as black", async () => {
  const data = new Float32Array(4 * 6 * 8).fill(NaN);
  const [axial] = await cutSlices({ case: 0, ct: createVolume(data, GRID), organs: [] });
  assert(decodeAddress(axial!.image).data.every((value) => value === 0));
});

Deno.test("cutSlices() outlines truth and prediction of the organs wanted", async () => {
  const labels = new Uint8Array(4 * 6 * 8);
  // Two lung voxels side by side in the middle axial slice, at the left front; a liver voxel nobody asked for.
  labels[0 + 4 * (5 + 6 * 4)] = 3;
  labels[1 + 4 * (5 + 6 * 4)] = 3;
  labels[3 + 4 * (0 + 6 * 4)] = 1;
  const [axial] = await cutSlices({
    case: 0,
    ct: withVoxels([]),
    truth: createVolume(labels, GRID),
    prediction: createVolume(new Uint8Array(labels.length), GRID),
    organs: ["lungs"],
  });
  const [truth, prediction] = axial!.outlines;
  assertEquals([truth!.organ, truth!.source, truth!.path], ["lungs", "truth", "M2 0H4V1H2Z"]);
  // Two voxels of 2 x 3 mm.
  assertAlmostEquals(truth!.area_cm2, 0.12);
  assertEquals([prediction!.source, prediction!.path, prediction!.area_cm2], [
    "prediction",
    "",
    0,
  ]);
  assertEquals(axial!.outlines.length, 2);
});

Deno.test("cutSlices() refuses labels of another size", async () => {
  const truth = createVolume(new Uint8Array(8), { dims: [2, 2, 2], spacing: [2, 3, 5] });
  await assertRejects(
    () => cutSlices({ case: 4, ct: withVoxels([]), truth, organs: ["lungs"] }),
    TypeError,
    "Cannot show case 4: its truth has 2 x 2 x 2 voxels, its CT 4 x 6 x 8",
  );
});

Deno.test("cutSlices() goes through the slices with most of an organ where one is named", async () => {
  const labels = new Uint8Array(4 * 6 * 8);
  // Liver at x = 3, y = 5, z = 7, and another voxel of it in each of those slices.
  for (const [x, y, z] of [[3, 5, 7], [3, 0, 7], [3, 5, 0], [0, 5, 7]]) {
    labels[x! + 4 * (y! + 6 * z!)] = 1;
  }
  const truth = createVolume(labels, GRID);
  const ct = withVoxels([]);
  const through = async (organ: "liver" | "bladder") =>
    (await cutSlices({ case: 0, ct, truth, organs: [], through: organ })).map((slice) =>
      slice.number
    );
  // Counted from the feet, the front and the right, from 1.
  assertEquals(await through("liver"), [8, 1, 1]);
  // Without a bladder the middle ones.
  assertEquals(await through("bladder"), [5, 4, 3]);
});
