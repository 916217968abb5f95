import { assertAlmostEquals, assertEquals } from "@std/assert";
import { OUTSIDE_LABEL } from "../../src/augment/mod.ts";
import { parseArmName, trainConfig } from "../../src/reproduce/_arms.ts";
import { networkGrid } from "../../src/reproduce/_network_grid.ts";
import { toTrainOn } from "../../src/reproduce/_train.ts";
import { PROFILES } from "../../src/reproduce/mod.ts";
import { fillNormal } from "../../src/random/mod.ts";
import { Batches } from "../../src/train/batches.ts";
import {
  antialias,
  createGrid,
  createVolume,
  resampleTo,
  type Vec3,
  voxelCount,
} from "../../src/volume/mod.ts";
import { withGpu } from "../_gpu.ts";

Deno.test("networkGrid() has the middle voxel of every three, as many as the volume has nearly", () => {
  // The second axis runs backwards.
  const grid = createGrid({
    dims: [7, 8, 9],
    affine: [3, 0, 0, 10, 0, -3, 0, 20, 0, 0, 3, 30],
  });
  const { dims, affine } = networkGrid(grid, 9);
  assertEquals(dims, [2, 3, 3]);
  assertEquals(affine, [9, 0, 0, 13, 0, -9, 0, 17, 0, 0, 9, 33]);
  assertEquals(networkGrid(grid, 3), grid);
});

Deno.test(
  "toTrainOn() gives samples without augmentation the voxels and labels of the network's grid",
  withGpu(async (gpu) => {
    const settings = PROFILES.quick.training;
    const { low, high } = settings.window;
    const config = trainConfig({ arm: parseArmName("iou"), seed: 1 }, settings);
    // Every remainder of 3; along z one sample holds less than all.
    for (const dims of [[25, 30, 29], [23, 22, 24], [31, 20, 205]] as Vec3[]) {
      const noise = fillNormal({ seed: 4, stream: 0 }, new Float32Array(voxelCount(dims)));
      const ct = createVolume(noise.map((value) => 100 + 150 * value), {
        dims,
        spacing: [3, 3, 3],
      });
      const labels = createVolume(Uint8Array.from(ct.data, (hu) => hu > 200 ? 5 : 0), ct);
      const grid = networkGrid(ct, settings.spacing);
      const image = resampleTo(antialias(ct, 9), grid, { interpolation: "linear" });
      const truth = resampleTo(labels, grid, { interpolation: "nearest" });

      const [volume, own] = toTrainOn(ct, labels, { settings, config });
      using batches = new Batches(gpu, config, [{ number: 1, volume, labels: own }]);
      using batch = batches.make(0);
      const [, mz, my, mx] = batch.images.shape;
      const found = await gpu.read(batch.images.array, Float32Array);
      const marked = await gpu.read(batch.labels, Uint8Array);
      const [nx, ny, nz] = grid.dims;
      // Where the crop is shorter, it lies in the middle.
      const skipped = Math.floor((dims[2] - mz) / 2) - (mz - 1);
      const first = nz > mz ? Math.round((skipped - 1) / 3) : 0;
      for (let z = 0; z < mz; z++) {
        for (let y = 0; y < my; y++) {
          for (let x = 0; x < mx; x++) {
            const at = x + mx * (y + my * z);
            const inside = x < nx && y < ny && z + first < nz;
            const i = x + nx * (y + ny * (z + first));
            const hu = inside ? image.data[i]! : -1024;
            assertAlmostEquals(
              found[at]!,
              Math.min(1, Math.max(0, (hu - low) / (high - low))),
              1e-4,
            );
            assertEquals(marked[at], inside ? truth.data[i] : OUTSIDE_LABEL);
          }
        }
      }
    }
  }),
);
