import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { findCases, readCase } from "../../src/data/mod.ts";
import { DataFolder } from "./_folders.ts";

const DIMS = [2, 2, 2] as const;

Deno.test("readCase() takes a LiTS tumour for liver", async () => {
  await using folder = await DataFolder.make();
  await folder.volume("volume-0.nii", Int16Array.of(1, 2, 3, 4, 5, 6, 7, 8), DIMS);
  await folder.volume("segmentation-0.nii", Uint8Array.of(0, 1, 2, 0, 2, 0, 0, 1), DIMS);
  const [one] = (await findCases(folder.path)).cases;
  const { volume, labels } = await readCase(one!, {});
  assertEquals([...labels.data], [0, 1, 1, 0, 1, 0, 0, 1]);
  assertEquals([...volume.data], [1, 2, 3, 4, 5, 6, 7, 8]);
});

Deno.test("readCase() merges masks, and lets an earlier organ keep its voxels", async () => {
  await using folder = await DataFolder.make();
  const masks = { liver: [1, 1, 0, 0], kidney_left: [0, 1, 1, 0], kidney_right: [0, 0, 0, 1] };
  await folder.volume("s3/ct.nii.gz", new Int16Array(4), [4, 1, 1]);
  for (const [name, mask] of Object.entries(masks)) {
    await folder.volume(`s3/segmentations/${name}.nii.gz`, Uint8Array.from(mask), [4, 1, 1]);
  }
  const [one] = (await findCases(folder.path)).cases;
  assertEquals([...(await readCase(one!, {})).labels.data], [1, 1, 4, 4]);
});

Deno.test("readCase() refuses a value that the data set does not have, and another grid", async () => {
  await using folder = await DataFolder.make();
  await folder.volume("volume-0.nii", new Int16Array(8), DIMS);
  await folder.volume("segmentation-0.nii", Float32Array.of(0, 1, 2, 3, 0, 0, 0, 0), DIMS);
  const [one] = (await findCases(folder.path)).cases;
  const path = join(folder.path, "segmentation-0.nii");
  await assertRejects(
    () => readCase(one!, {}),
    RangeError,
    `"${path}": voxel 3 has the value 3; expected are 0, 1, 2`,
  );
  await folder.volume("segmentation-0.nii", new Float32Array(8).fill(0.5), DIMS);
  await assertRejects(() => readCase(one!, {}), RangeError, "voxel 0 has the value 0.5");
  await folder.volume("segmentation-0.nii", new Float32Array(8), DIMS, [3, 3, 2]);
  await assertRejects(
    () => readCase(one!, {}),
    TypeError,
    "their grid (2 x 2 x 2 voxels of 3 x 3 x 2",
  );
});
