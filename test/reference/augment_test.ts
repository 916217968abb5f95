import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Augmentation, augmentReference, itkAugment } from "../../reference/mod.ts";
import { normalAt } from "../../src/random/mod.ts";

/** Two slices of one row, read half a voxel further along x; the last column lies on the face, outside. */
const HALF: Augmentation = {
  data: new Float32Array([0, 10, 20, 100, 200, 300]),
  labels: new Uint8Array([1, 2, 3, 4, 5, 6]),
  dims: [3, 1, 2],
  matrix: [1, 0, 0, 0.5, 0, 1, 0, 0, 0, 0, 1, 0],
  shape: [3, 1, 2],
  outside: -1,
  outsideLabel: 255,
};

const WAYS = { augmentReference, itkAugment };

for (const [name, augment] of Object.entries(WAYS)) {
  Deno.test(`${name}() samples image and labels by one map`, async () => {
    const { image, labels } = await augment(HALF);
    assertEquals([...image], [5, 15, -1, 150, 250, -1]);
    // Halves are rounded up.
    assertEquals([...labels], [2, 3, 255, 5, 6, 255]);
  });

  Deno.test(`${name}() windows after noise, and gives outside neither`, async () => {
    const noise = { sigma: 50, seed: 3, stream: 4 };
    const { image } = await augment({ ...HALF, noise, window: { low: 0, high: 200 } });
    [5, 15, undefined, 150, 250].forEach((value, i) => {
      const noisy = value === undefined
        ? -1
        : Math.min(Math.max((value + 50 * normalAt(noise, i)) / 200, 0), 1);
      assert(Math.abs(image[i]! - noisy) < 1e-6, `voxel ${i}: ${image[i]}, expected ${noisy}`);
    });
    assertEquals(image[5], -1);
  });

  Deno.test(`${name}() takes an occluded slab for outside`, async () => {
    const { image, labels } = await augment({ ...HALF, occlusion: { first: 1, last: 4 } });
    assertEquals([...image], [5, 15, -1, -1, -1, -1]);
    assertEquals([...labels], [2, 3, 255, 255, 255, 255]);
  });

  Deno.test(`${name}() leaves its input as it is`, async () => {
    const [data, labels] = [HALF.data.slice(), HALF.labels.slice()];
    await augment({ ...HALF, data, labels, occlusion: { first: 0, last: 1 } });
    assertEquals([data, labels], [HALF.data, HALF.labels]);
  });
}

Deno.test("augmentReference() and itkAugment() refuse noise and windows that mean nothing", async () => {
  const noise = { sigma: -1, seed: 1, stream: 1 };
  assertThrows(() => augmentReference({ ...HALF, noise }), RangeError, "sigma");
  await assertRejects(() => itkAugment({ ...HALF, noise }), RangeError, "sigma");
  const window = { low: 1, high: 1 };
  assertThrows(() => augmentReference({ ...HALF, window }), RangeError, "low < high");
  await assertRejects(() => itkAugment({ ...HALF, window }), RangeError, "low < high");
});
