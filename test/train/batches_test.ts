import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { augment } from "../../src/augment/mod.ts";
import { Batches } from "../../src/train/batches.ts";
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
