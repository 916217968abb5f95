import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { augment } from "../../src/augment/mod.ts";
import { Batches, type Sample } from "../../src/train/batches.ts";
import type { TrainConfig } from "../../src/train/config.ts";
import { createVolume } from "../../src/volume/mod.ts";
import { withGpu } from "../_gpu.ts";
import { DATA, TINY } from "./_runs.ts";

Deno.test(
  "Batches cuts what augment() gives for the same transforms, bit for bit, odd sizes too",
  withGpu(async (gpu) => {
    // 27 voxels: each image's labels are filled up to 28 bytes. The network's multiples do not matter here.
    const config = { ...TINY, crop: [3, 3, 3], batch: 3 } as const;
    {
      using batches = new Batches(gpu, config, DATA.train);
      using batch = batches.make(7);
      assertEquals(batch.images.shape, [3, 3, 3, 3, 1]);
      const images = await gpu.read(batch.images.array, Float32Array);
      const labels = await gpu.read(batch.labels, Uint8Array);
      assertEquals([images.length, labels.length], [81, 84]);
      for (const [image, { index, transform }] of batches.samples(7).entries()) {
        const { volume, labels: truth } = DATA.train[index]!;
        const [expected] = await augment(gpu, { volume, labels: truth, transforms: [transform] });
        assertEquals(images.slice(27 * image, 27 * image + 27), expected!.image);
        assertEquals(labels.slice(28 * image, 28 * image + 27), expected!.labels);
      }
    }
    assertEquals(gpu.memory.inUse, 0);
  }),
);

Deno.test(
  "Batches takes each case once an epoch, in other orders, and no transform twice",
  withGpu((gpu) => {
    using batches = new Batches(gpu, TINY, DATA.train);
    const samples = Array.from({ length: 30 }, (_, step) => batches.samples(step)).flat();
    const orders = Array.from(
      { length: 20 },
      (_, epoch) => samples.slice(3 * epoch, 3 * epoch + 3).map(({ index }) => index),
    );
    for (const order of orders) assertEquals([...order].sort(), [0, 1, 2]);
    assert(new Set(orders.map(String)).size > 3);
    assertEquals(new Set(samples.map(({ transform }) => JSON.stringify(transform))).size, 60);
    using other = new Batches(gpu, { ...TINY, seed: 6 }, DATA.train);
    assertNotEquals(other.samples(0), batches.samples(0));
    using same = new Batches(gpu, TINY, DATA.train);
    assertEquals(same.samples(3), batches.samples(3));
  }),
);

/** Samples of 20 x 16 x 18 voxels from the middle, changed by nothing; the network halves once. */
const MIDDLE: TrainConfig = {
  ...TINY,
  augmentation: { window: TINY.augmentation.window, crop: "none" },
  crop: [16, 32, 32],
  batch: 1,
};

Deno.test(
  "Batches cuts no more from the middle than a case fills, in the network's multiples",
  withGpu((gpu) => {
    const shapeOf = (config: TrainConfig, cases = DATA.train) => {
      using batches = new Batches(gpu, config, cases);
      return batches.samples(0).map(({ transform }) => transform.shape);
    };
    assertEquals(shapeOf(MIDDLE), [[16, 16, 18]]);
    // 20, 16 and 18 voxels of which one of the network's takes 2 along x and y, and 6 along z.
    const initial = [2, 0, 0, 0, 2, 0, 0, 0, 6];
    const coarse = { ...MIDDLE, augmentation: { ...MIDDLE.augmentation, initial } };
    assertEquals(shapeOf(coarse), [[10, 8, 4]]);
    // Cases of one batch share a tensor.
    const flat = { dims: [6, 30, 4], spacing: [3, 3, 3] } as const;
    const other = {
      number: 9,
      volume: createVolume(new Float32Array(720), flat),
      labels: createVolume(new Uint8Array(720), flat),
    };
    const both = shapeOf({ ...MIDDLE, batch: 2 }, [DATA.train[0]!, other]);
    assertEquals(both, [[16, 30, 18], [16, 30, 18]]);
    // Elsewhere than from the middle crops are as large as asked for.
    const anywhere = { ...MIDDLE.augmentation, crop: "nonzero" } as const;
    assertEquals(shapeOf({ ...MIDDLE, augmentation: anywhere }), [[16, 32, 32]]);
  }),
);

Deno.test(
  "Batches shows a part of a case along z as often as asked, any number of slices anywhere in it",
  withGpu((gpu) => {
    const config = { ...MIDDLE, fieldOfView: { share: 0.75, least: 6 } };
    using batches = new Batches(gpu, config, DATA.train);
    const views = Array.from({ length: 400 }, (_, step) => {
      const [{ transform: { shape, matrix } }] = batches.samples(step) as [Sample];
      assertEquals(shape.slice(0, 2), [16, 16]);
      // The middle of the sample, and of what it shows, in slices of the case.
      return { size: shape[2], middle: matrix[11]! + (shape[2] - 1) / 2 };
    });
    for (const { size, middle } of views) {
      // Up to a slice more than is shown.
      assert(Math.abs(middle - 8.5) <= (18 - (size - 1)) / 2, `${size} about ${middle}`);
    }
    const count = (size: number) => views.filter((view) => view.size === size).length;
    const sizes = [6, 8, 10, 12, 14, 16, 18];
    assertEquals(sizes.reduce((sum, size) => sum + count(size), 0), 400);
    // Of 13 numbers of slices two lead to each size but the first; whole cases are a quarter, and two more of thirteen parts: 400 times
    // 1/4 + 3/4 * 2/13 = 146, with a standard deviation of 10.
    assert(Math.abs(count(18) - 146) < 40, `${count(18)}`);
    assert(Math.abs(count(12) - 46) < 26, `${count(12)}`);
    assert(new Set(views.map(({ middle }) => Math.round(middle))).size >= 10);
    using again = new Batches(gpu, config, DATA.train);
    assertEquals(again.samples(77), batches.samples(77));
  }),
);
