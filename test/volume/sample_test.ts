// The real CT of shared/data, where the folder is present: 122 x 101 x 30 at 3 mm, int16, RAS.
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { niftiReadImageNode } from "@itk-wasm/image-io";
import {
  createVolume,
  orientationOf,
  readNifti,
  reorient,
  resample,
  resampleTo,
  sameGrid,
  writeNifti,
} from "../../src/volume/mod.ts";
import { testUnless } from "../_skip.ts";

const FOLDER = fromFileUrl(new URL("../../../shared/data/ct-org-sample", import.meta.url));

const absent = await Deno.stat(FOLDER).then(
  () => undefined,
  () => "../shared/data/ct-org-sample is not there",
);

testUnless("readNifti() reads the sample CT as ITK does", absent, async () => {
  const path = join(FOLDER, "volume-0.nii.gz");
  const ct = await readNifti(path);
  assertEquals([...ct.dims], [122, 101, 30]);
  assertEquals([...ct.spacing], [3, 3, 3]);
  assertEquals(orientationOf(ct), "RAS");
  assertEquals(ct.data.constructor, Int16Array);
  const { image } = await niftiReadImageNode(path);
  assertEquals(image.size, [...ct.dims]);
  // ITK's world is LPS.
  assertEquals(image.origin, [-ct.affine[3]!, -ct.affine[7]!, ct.affine[11]!]);
  assert(ct.data.every((value, i) => value === image.data![i]));
});

testUnless("readNifti() reads the sample labels: the README's counts", absent, async () => {
  const labels = await readNifti(join(FOLDER, "labels-0.nii.gz"));
  assertEquals(labels.data.constructor, Float32Array);
  const counts = new Array(7).fill(0);
  for (const value of labels.data) counts[value]++;
  assertEquals(counts.slice(1), [38634, 0, 4307, 7623, 7785, 0]);
});

testUnless("writeNifti() puts labels on the sample's own grid", absent, async () => {
  const folder = await Deno.makeTempDir();
  try {
    const ct = await readNifti(join(FOLDER, "volume-0.nii.gz"));
    const labels = createVolume(Uint8Array.from(ct.data, (hu) => hu > 175 ? 5 : 0), ct);
    const path = join(folder, "labels.nii.gz");
    await writeNifti(path, labels, { header: ct.header });
    const back = await readNifti(path);
    assertEquals(back.data, labels.data);
    assertEquals([...back.affine], [...ct.affine]);
    const { image } = await niftiReadImageNode(path);
    const { image: input } = await niftiReadImageNode(join(FOLDER, "volume-0.nii.gz"));
    assertEquals(image.origin, input.origin);
    assertEquals(image.spacing, input.spacing);
    assertEquals([...image.direction], [...input.direction]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testUnless("reorient() and resample() bring the sample there and back", absent, async () => {
  const ct = await readNifti(join(FOLDER, "volume-0.nii.gz"));
  const back = reorient(reorient(ct, "LPI"), "RAS");
  assertEquals(back.data, ct.data);
  assert(sameGrid(back, ct));

  const coarse = resample(ct, { spacing: 6, interpolation: "linear" });
  const fine = resampleTo(coarse, ct, { interpolation: "linear" });
  assert(sameGrid(fine, ct));
  // Smoothing cannot pass the extremes, and keeps the mean to a few HU.
  const mean = (data: ArrayLike<number>) =>
    Array.prototype.reduce.call(data, (a, b) => (a as number) + (b as number), 0) as number /
    data.length;
  let [low, high] = [Infinity, -Infinity];
  for (const value of ct.data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  assert(fine.data.every((value: number) => value >= low && value <= high));
  assert(Math.abs(mean(fine.data) - mean(ct.data)) < 10);
});
