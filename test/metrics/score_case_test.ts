import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { dice, iou, scoreCase } from "../../src/metrics/mod.ts";
import { createVolume, type Vec3 } from "../../src/volume/mod.ts";
import { boxes } from "./_volumes.ts";

const DIMS: Vec3 = [12, 10, 8];
const SPACING: Vec3 = [3, 3, 5];

Deno.test("scoreCase() scores, misses, invents and leaves out", () => {
  const truth = boxes(
    DIMS,
    SPACING,
    { from: [1, 1, 1], to: [4, 4, 4], value: 1 }, // liver, 64 voxels
    { from: [6, 6, 6], to: [7, 7, 7], value: 2 }, // bladder, 8 voxels
  );
  const prediction = boxes(
    DIMS,
    SPACING,
    { from: [1, 1, 1], to: [4, 4, 5], value: 1 }, // a slice more: 80 voxels
    { from: [9, 1, 1], to: [9, 1, 1], value: 4 }, // a kidney that is none
  );
  const [liver, bladder, kidneys, bone] = scoreCase(prediction, truth, {
    organs: ["liver", "bladder", "kidneys", "bone"],
  });
  assertEquals(liver!.state, "scored");
  assertEquals([liver!.truthVoxels, liver!.predictedVoxels], [64, 80]);
  assertAlmostEquals(liver!.dice!, 128 / 144, 1e-12);
  assertAlmostEquals(liver!.iou!, 64 / 80, 1e-12);
  assertAlmostEquals(liver!.volumeErrorMl!, 16 * 45 / 1000, 1e-12);
  // One voxel is 5 mm, the largest spacing: the surplus slice is within it.
  assertEquals(liver!.nsd, 1);
  assertEquals(liver!.hd95Mm, 5);
  assertEquals(bladder, {
    organ: "bladder",
    state: "missed",
    truthVoxels: 8,
    predictedVoxels: 0,
    dice: 0,
    iou: 0,
    volumeErrorMl: -8 * 45 / 1000,
    nsd: 0,
  });
  assertEquals(kidneys, {
    organ: "kidneys",
    state: "invented",
    truthVoxels: 0,
    predictedVoxels: 1,
    dice: 0,
    iou: 0,
    volumeErrorMl: 45 / 1000,
    nsd: 0,
  });
  assertEquals(bone, { organ: "bone", state: "absent", truthVoxels: 0, predictedVoxels: 0 });
});

Deno.test("scoreCase() takes the tolerance of NSD in mm", () => {
  const truth = boxes(DIMS, SPACING, { from: [1, 1, 1], to: [4, 4, 4], value: 3 });
  const longer = boxes(DIMS, SPACING, { from: [1, 1, 1], to: [4, 4, 5], value: 3 });
  const nsd = (toleranceMm: number) =>
    scoreCase(longer, truth, { organs: ["lungs"], toleranceMm })[0]!.nsd!;
  assertEquals(nsd(5), 1);
  assert(nsd(4.9) < 1);
  assertThrows(() => nsd(-1), RangeError, "the tolerance must be 0 mm or more, found -1");
});

Deno.test("scoreCase() of a case with itself is perfect in every organ that is there", () => {
  const truth = boxes(
    [7, 5, 3],
    [1, 2, 3],
    { from: [0, 0, 0], to: [6, 4, 2], value: 5 },
    { from: [2, 2, 1], to: [3, 2, 1], value: 2 },
  );
  const scored = scoreCase(truth, truth).filter(({ state }) => state !== "absent");
  assertEquals(scored.map(({ organ }) => organ), ["bladder", "bone"]);
  for (const row of scored) {
    assertEquals([row.dice, row.iou, row.nsd, row.hd95Mm, row.volumeErrorMl], [1, 1, 1, 0, 0]);
  }
});

Deno.test("scoreCase() agrees with dice() and iou() on any labels, also in volumes one voxel thin", () => {
  const thin = fc.constantFrom<Vec3>([30, 1, 1], [1, 30, 1], [1, 1, 30], [5, 3, 2]);
  const labels = fc.uint8Array({ min: 0, max: 5, minLength: 30, maxLength: 30 });
  fc.assert(fc.property(thin, labels, labels, (dims, a, b) => {
    const volume = (data: Uint8Array) => createVolume(data, { dims, spacing: [1, 1, 1] });
    const rows = scoreCase(volume(a), volume(b));
    const values = [1, 2, 3, 4, 5];
    assertEquals(rows.map((row) => row.dice), values.map((value) => dice(a, b, value)));
    assertEquals(rows.map((row) => row.iou), values.map((value) => iou(a, b, value)));
  }));
});

Deno.test("scoreCase() leaves out voxels whose true label is 255", () => {
  const known = { from: [1, 1, 1], to: [4, 4, 4], value: 1 } as const;
  const truth = boxes(DIMS, SPACING, known, { from: [5, 0, 0], to: [11, 9, 7], value: 255 });
  const prediction = boxes(
    DIMS,
    SPACING,
    { from: [1, 1, 1], to: [9, 4, 4], value: 1 },
    { from: [7, 7, 1], to: [9, 9, 4], value: 2 },
  );
  const before = prediction.data.slice();
  const [liver, bladder] = scoreCase(prediction, truth, { organs: ["liver", "bladder"] });
  assertEquals([liver!.dice, liver!.nsd, liver!.hd95Mm, liver!.predictedVoxels], [1, 1, 0, 64]);
  assertEquals(bladder!.state, "absent");
  assertEquals(prediction.data, before);
});

Deno.test("scoreCase() refuses volumes of different shape", () => {
  const a = boxes([2, 3, 4], [1, 1, 1]);
  const b = boxes([2, 3, 5], [1, 1, 1]);
  assertThrows(
    () => scoreCase(a, b),
    TypeError,
    "Cannot compare a prediction of 2 x 3 x 4 voxels with a truth of 2 x 3 x 5",
  );
});
