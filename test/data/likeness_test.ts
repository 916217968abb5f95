import { assertAlmostEquals, assertEquals, assertGreater, assertRejects } from "@std/assert";
import { HU_BINS, type Likeness, measureLikeness, NOISE_SQUARE } from "../../src/data/mod.ts";
import { ORGANS } from "../../src/labels/mod.ts";
import { fillNormal } from "../../src/random/mod.ts";
import { createVolume, type Vec3, voxelCount } from "../../src/volume/mod.ts";

function caseOf(
  dims: Vec3,
  hu: (i: number) => number,
  label: (i: number) => number,
  spacing: Vec3 = [3, 3, 3],
) {
  const n = voxelCount(dims);
  return {
    volume: createVolume(Float32Array.from({ length: n }, (_, i) => hu(i)), { dims, spacing }),
    labels: createVolume(Uint8Array.from({ length: n }, (_, i) => label(i)), { dims, spacing }),
  };
}

function measure(...cases: ReturnType<typeof caseOf>[]): Promise<Likeness> {
  return measureLikeness((async function* () {
    for (const one of await Promise.resolve(cases)) yield one;
  })());
}

/** Bins of HU, counted by hand. */
const binOf = (hu: number) => (hu + 1020 - (hu + 1020) % 20) / 20;

Deno.test("measureLikeness() counts HU of each tissue over all cases, air and brain left out", async () => {
  const hu = [-1000, -90, 45, 45, 55, 3000, 30, 30];
  const labels = [0, 0, 0, ORGANS.liver, ORGANS.liver, ORGANS.bone, ORGANS.brain, ORGANS.liver];
  const found = await measure(
    caseOf([4, 1, 1], (i) => hu[i]!, (i) => labels[i]!),
    caseOf([4, 1, 1], (i) => hu[4 + i]!, (i) => labels[4 + i]!),
  );
  assertEquals(found.cases, 2);
  assertEquals(Object.keys(found.histograms).sort(), ["bone", "liver", "soft tissue"]);
  const shares = (tissue: "liver" | "bone" | "soft tissue") =>
    found.histograms[tissue]!.flatMap((share, bin) => share === 0 ? [] : [[bin, share]]);
  assertEquals(shares("soft tissue"), [[binOf(-90), 1 / 2], [binOf(45), 1 / 2]]);
  assertEquals(shares("liver"), [[binOf(30), 1 / 3], [binOf(45), 2 / 3]]);
  assertEquals(shares("bone"), [[HU_BINS.count - 1, 1]]);
  assertEquals(found.noise, undefined);
});

Deno.test("measureLikeness() finds the power of a wave at its frequency", async () => {
  const n = NOISE_SQUARE;
  // Four turns over a square; A = 10 HU around 60.
  const wave = (i: number) => 60 + 10 * Math.cos(2 * Math.PI * 4 * (i % n) / n);
  const { noise } = await measure(caseOf([n, n, 1], wave, () => ORGANS.liver));
  assertEquals(noise!.spacing, 3);
  // |F|² = (A n² / 2)² at two places; of lengths that round to 4 there are 32 among (u, v).
  let places = 0;
  for (let u = -8; u < 8; u++) {
    for (let v = -8; v < 8; v++) {
      const length = Math.sqrt(u * u + v * v);
      if (length >= 3.5 && length < 4.5) places++;
    }
  }
  const expected = 3 * 3 / n ** 2 * 2 * (10 * n ** 2 / 2) ** 2 / places;
  noise!.power.forEach((power, k) =>
    assertAlmostEquals(power, k === 3 ? expected : 0, 1e-3, `${k + 1}`)
  );
});

Deno.test("measureLikeness() finds white noise of the variance times a voxel's area at all frequencies", async () => {
  const dims: Vec3 = [64, 64, 30];
  const normals = fillNormal({ seed: 3, stream: 0 }, new Float32Array(voxelCount(dims)));
  const { noise } = await measure(caseOf(dims, (i) => 12 * normals[i]!, () => ORGANS.liver));
  // 1470 squares, half of which are new to their neighbours: some 3 % of spread where there are fewest terms.
  for (const power of noise!.power) assertAlmostEquals(power, 144 * 9, 0.15 * 144 * 9);
});

Deno.test("measureLikeness() takes squares of liver alone", async () => {
  const n = NOISE_SQUARE;
  const dims: Vec3 = [2 * n, n, 1];
  const label = (i: number) => i % (2 * n) < n ? ORGANS.liver : 0;
  const hu = (i: number) => i % (2 * n) < n ? 60 : 60 + 100 * (i % 2);
  const { noise } = await measure(caseOf(dims, hu, label));
  assertEquals(Math.max(...noise!.power), 0);
  const all = await measure(caseOf(dims, hu, () => ORGANS.liver));
  assertGreater(Math.max(...all.noise!.power), 1000);
});

Deno.test("measureLikeness() refuses no cases, and voxels that differ in the plane", async () => {
  await assertRejects(() => measure(), RangeError, "there are none");
  const one = (spacing: Vec3) => caseOf([1, 1, 1], () => 0, () => 0, spacing);
  await assertRejects(() => measure(one([3, 2, 3])), RangeError, "3 x 2 mm");
  await assertRejects(
    () => measure(one([3, 3, 3]), one([2, 2, 3])),
    RangeError,
    "2 x 2 mm, not of 3",
  );
});
