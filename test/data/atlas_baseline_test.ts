import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { cohort, type CohortSplit, fitAtlas, phantom, segmentByAtlas } from "../../src/data/mod.ts";
import type { Gpu } from "../../src/gpu/mod.ts";
import { type OrganName, ORGANS } from "../../src/labels/mod.ts";
import { dice, meanDice } from "../../src/metrics/mod.ts";
import { createVolume } from "../../src/volume/mod.ts";
import { withGpu } from "../_gpu.ts";

const GRID = { dims: [4, 1, 1], spacing: [9, 9, 9] } as const;

function caseOf(hu: number[], labels: number[]) {
  return {
    volume: createVolume(Int16Array.from(hu), GRID),
    labels: createVolume(Uint8Array.from(labels), GRID),
  };
}

Deno.test("fitAtlas() counts labels around each voxel, and HU of each class", () => {
  const { prior, likelihood, voxels } = fitAtlas([
    caseOf([0, 0, 50, 50], [0, 0, 1, 1]),
    caseOf([0, 50, 50, 50], [0, 1, 1, 1]),
  ]);
  assertEquals(voxels, 4);
  // Liver within one voxel of each: 1, 3, 5, 4 times; one is added.
  [1, 3, 5, 4].forEach((count, i) => assertAlmostEquals(prior[4 + i]!, Math.log(count + 1), 1e-6));
  // 205 bins of 20 HU; 5 voxels of liver, all in the bin of 50 HU, number (50 + 1024) / 20 = 53.
  assertAlmostEquals(likelihood[205 + 53]!, Math.log(6 / 210), 1e-6);
  assertAlmostEquals(likelihood[205 + 51]!, Math.log(1 / 210), 1e-6);
});

Deno.test("segmentByAtlas() weighs place against HU", () => {
  const atlas = fitAtlas(Array.from({ length: 9 }, () => caseOf([0, 0, 50, 50], [0, 0, 1, 1])));
  assertEquals(
    [...segmentByAtlas(atlas, caseOf([0, 0, 50, 50], [0, 0, 0, 0]).volume)],
    [0, 0, 1, 1],
  );
  // Liver was never met near the first voxel (10 : 1 against), its HU never outside the liver (1 : 19): HU decide. At the second it was met.
  assertEquals([...segmentByAtlas(atlas, caseOf([50, 50, 0, 0], [0, 0, 0, 0]).volume)][1], 1);
});

Deno.test("fitAtlas() and segmentByAtlas() refuse no cases and other grids", () => {
  assertThrows(() => fitAtlas([]), RangeError, "no cases");
  const one = caseOf([0, 0, 0, 0], [0, 0, 0, 0]);
  const other = { dims: [3, 1, 1], spacing: [9, 9, 9] } as const;
  const volume = createVolume(new Int16Array(3), other);
  const labels = createVolume(new Uint8Array(3), other);
  assertThrows(() => fitAtlas([one, { volume, labels }]), RangeError, "3 x 1 x 1");
  assertThrows(() => segmentByAtlas(fitAtlas([one]), volume), RangeError, "3 voxels");
});

/** Patients of a split, all seen from neck to thigh at 9 mm. */
async function trunks(gpu: Gpu, split: CohortSplit, count: number) {
  const cases = [];
  for (const { seed, index } of cohort({ split, seed: 1, count })) {
    const { ct, labels } = await phantom(gpu, {
      seed,
      index,
      dims: [45, 37, 64],
      spacing: [9, 9, 9],
    });
    cases.push({ volume: ct, labels });
  }
  return cases;
}

Deno.test(
  "An atlas with histograms of HU finds liver and lungs of the cohort, and stays below 0.6 on kidneys and bladder: the cohort is not too easy",
  withGpu(async (gpu) => {
    const atlas = fitAtlas(await trunks(gpu, "train", 20));
    const found = (await trunks(gpu, "validation", 8)).map(({ volume, labels }) => ({
      predicted: segmentByAtlas(atlas, volume),
      truth: labels.data,
    }));
    const mean = (organ: OrganName) =>
      meanDice(found.map(({ predicted, truth }) => dice(predicted, truth, ORGANS[organ]))).mean!;
    assert(
      mean("lungs") > 0.8 && mean("liver") > 0.7,
      `lungs ${mean("lungs")}, liver ${mean("liver")}`,
    );
    for (const organ of ["kidneys", "bladder"] as const) {
      assert(mean(organ) < 0.6, `${organ} ${mean(organ)}`);
    }
  }),
);
