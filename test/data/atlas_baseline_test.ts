import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fitAtlas, segmentByAtlas } from "../../src/data/mod.ts";
import { createVolume } from "../../src/volume/mod.ts";

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
