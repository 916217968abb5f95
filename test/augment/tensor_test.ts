import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  augment,
  OUTSIDE_HU,
  OUTSIDE_LABEL,
  tensorBytes,
  tensorTarget,
  type Transform,
  uploadVolume,
  warpImageInto,
  warpLabelsInto,
} from "../../src/augment/mod.ts";
import { normalAt } from "../../src/random/mod.ts";
import { createVolume } from "../../src/volume/mod.ts";
import { withGpu } from "../_gpu.ts";

const DIMS = [5, 4, 3] as const;
const GRID = { dims: DIMS, spacing: [3, 3, 3] } as const;
const IDENTITY: Transform = { shape: DIMS, matrix: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0] };

/** Voxel (x, y, z) is 100 z + 10 y + x, plus a constant. */
const numbered = (plus = 0) =>
  createVolume(
    Float32Array.from({ length: 60 }, (_, i) =>
      100 * Math.floor(i / 20) + 10 * (Math.floor(i / 5) % 4) + i % 5 + plus),
    GRID,
  );

Deno.test("tensorBytes() counts the padding of every image", () => {
  const layout = { shape: DIMS, batch: 2, channels: 3, halo: 1 };
  assertEquals(tensorBytes(layout), 4 * 2 * 3 * 7 * 6 * 5);
});

Deno.test(
  "warpImageInto() fills one channel of one image of a padded batch, and nothing else",
  withGpu(async (gpu) => {
    const layout = { shape: DIMS, batch: 2, channels: 3, halo: 1 };
    using volume = uploadVolume(gpu, numbered());
    using batch = gpu.upload(new Float32Array(tensorBytes(layout) / 4).fill(-7));
    const target = tensorTarget(batch, layout, { image: 1, channel: 2 });
    warpImageInto(gpu, { values: volume.channels[0]!, dims: DIMS }, IDENTITY, target);
    const got = await gpu.read(batch, Float32Array);
    const expected = new Float32Array(got.length).fill(-7);
    for (let z = 0; z < 3; z++) {
      for (let y = 0; y < 4; y++) {
        for (let x = 0; x < 5; x++) {
          // [image 1][z + 1][y + 1][x + 1][channel 2] of [2, 5, 6, 7, 3].
          const at = (((1 * 5 + z + 1) * 6 + y + 1) * 7 + x + 1) * 3 + 2;
          expected[at] = 100 * z + 10 * y + x;
        }
      }
    }
    assertEquals(got, expected);
  }),
);

Deno.test(
  "warpImageInto() refuses a target that is too small, tensorTarget() an image that is not there",
  withGpu((gpu) => {
    const layout = { shape: DIMS, batch: 1, channels: 1, halo: 0 };
    using volume = uploadVolume(gpu, numbered());
    using small = gpu.allocate(4 * 59, "small batch");
    const source = { values: volume.channels[0]!, dims: DIMS };
    const target = tensorTarget(small, layout, { image: 0 });
    assertThrows(
      () => warpImageInto(gpu, source, IDENTITY, target),
      RangeError,
      'Cannot warp into GPU array "small batch" from 0: it has 236 bytes, 240 are needed',
    );
    assertThrows(
      () => tensorTarget(small, layout, { image: 1 }),
      RangeError,
      "Cannot place image 1, channel 0: the batch has 1 images of 1 channels",
    );
    return Promise.resolve();
  }),
);

Deno.test(
  "warpLabelsInto() places labels on a word of a given array",
  withGpu(async (gpu) => {
    const labels = createVolume(Uint8Array.from({ length: 60 }, (_, i) => i), GRID);
    using values = gpu.upload(labels.data);
    using batch = gpu.upload(new Uint8Array(128).fill(9));
    warpLabelsInto(gpu, { values, dims: DIMS }, IDENTITY, { values: batch, start: 64 });
    const got = await gpu.read(batch, Uint8Array);
    assertEquals(got.subarray(64, 124), labels.data);
    assertEquals(got.subarray(0, 64), new Uint8Array(64).fill(9));
    assertThrows(
      () => warpLabelsInto(gpu, { values, dims: DIMS }, IDENTITY, { values: batch, start: 2 }),
      RangeError,
    );
  }),
);

Deno.test(
  "augment() interleaves channels and gives each its own noise",
  withGpu(async (gpu) => {
    const key = { seed: 3, stream: 8 };
    const noisy: Transform = { ...IDENTITY, noise: { sigma: 2, key } };
    const [plain] = await augment(gpu, {
      volume: [numbered(), numbered(1000)],
      transforms: [IDENTITY],
    });
    const [result] = await augment(gpu, {
      volume: [numbered(), numbered(1000)],
      transforms: [noisy],
    });
    for (let i = 0; i < 60; i++) {
      for (const channel of [0, 1]) {
        const value = 100 * Math.floor(i / 20) + 10 * (Math.floor(i / 5) % 4) + i % 5 +
          1000 * channel;
        assertEquals(plain!.image[2 * i + channel], value);
        const noise = 2 * normalAt(key, i + channel * 2 ** 34);
        // f32 near 1200 has steps of 2^-13.
        assertAlmostEquals(result!.image[2 * i + channel]!, value + noise, 2e-4);
      }
    }
  }),
);

Deno.test(
  "augment() cuts an occluded slab out of image and labels",
  withGpu(async (gpu) => {
    const labels = createVolume(new Uint8Array(60).fill(4), GRID);
    const cases = [
      [{ first: 1, last: 1 }, [1]],
      [{ first: 0, last: 1 }, [0, 1]],
      [{ first: 2, last: 9 }, [2]],
      [{ first: 2, last: 1 }, []],
    ] as const;
    for (const [occlusion, gone] of cases) {
      const [result] = await augment(gpu, {
        volume: numbered(),
        labels,
        transforms: [{ ...IDENTITY, occlusion }],
      });
      for (let i = 0; i < 60; i++) {
        const z = Math.floor(i / 20);
        const out = (gone as readonly number[]).includes(z);
        assertEquals(result!.image[i], out ? OUTSIDE_HU : numbered().data[i]);
        assertEquals(result!.labels![i], out ? OUTSIDE_LABEL : 4);
      }
    }
  }),
);

Deno.test(
  "augment() of 16-bit integers equals that of the same floats, odd numbers of voxels included",
  withGpu(async (gpu) => {
    const grid = { dims: [3, 3, 5], spacing: [1, 1, 1] } as const;
    const integers = Int16Array.from({ length: 45 }, (_, i) => (i * 7919) % 65536 - 32768);
    integers.set([-32768, 32767, -1, 0, 1]);
    const transforms = [{ ...IDENTITY, shape: grid.dims }];
    const [got] = await augment(gpu, { volume: createVolume(integers, grid), transforms });
    assertEquals(got!.image, Float32Array.from(integers));
  }),
);

Deno.test(
  "augment() of a resident volume takes no GPU memory from the driver once warm",
  withGpu(async (gpu) => {
    const labels = createVolume(new Uint8Array(60), GRID);
    using volume = uploadVolume(gpu, numbered(), { labels });
    const transforms = [IDENTITY, IDENTITY, IDENTITY];
    await augment(gpu, { volume, transforms });
    const warm = gpu.memory.allocated;
    for (let k = 0; k < 20; k++) await augment(gpu, { volume, transforms });
    assertEquals(gpu.memory.allocated, warm);
  }),
);

Deno.test(
  "uploadVolume() refuses channels or labels of other dims, and no channel at all",
  withGpu((gpu) => {
    const other = createVolume(new Float32Array(8), { dims: [2, 2, 2], spacing: [1, 1, 1] });
    const before = gpu.memory.inUse;
    assertThrows(
      () => uploadVolume(gpu, [numbered(), other]),
      TypeError,
      "another channel 2 x 2 x 2",
    );
    assertThrows(() => uploadVolume(gpu, []), TypeError, "Cannot augment: there is no channel");
    assertEquals(gpu.memory.inUse, before);
    return Promise.resolve();
  }),
);
