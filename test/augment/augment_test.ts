import { assert, assertEquals, assertFalse, assertRejects, fail } from "@std/assert";
import { augment, type AugmentOptions, type Transform } from "../../src/augment/mod.ts";
import { type Gpu, openGpu, selectAdapter } from "../../src/gpu/mod.ts";
import { createVolume, type Vec3, type VoxelArray } from "../../src/volume/mod.ts";
import { testAdapter, withGpu } from "../_gpu.ts";
import { testUnless } from "../_skip.ts";
import { IDENTITY, imageOf, noiseImage, noiseLabels } from "./_volumes.ts";

const DIMS: Vec3 = [9, 5, 3];
const KEY = { seed: 1, stream: 0 };
const plain: Transform = { shape: DIMS, matrix: IDENTITY };

/** Sees to it that a call fails as it should, and keeps no memory. */
async function refuses(
  gpu: Gpu,
  options: AugmentOptions,
  type: typeof TypeError | typeof RangeError,
  part: string,
): Promise<void> {
  await assertRejects(() => augment(gpu, options), type, part);
  assertEquals(gpu.memory.inUse, 0, part);
}

Deno.test(
  "augment() gives one result for each transform, in their order",
  withGpu(async (gpu) => {
    const volume = imageOf([40, 1, 1], (x) => x);
    const labels = noiseLabels(volume.dims, 1);
    const transforms = Array.from({ length: 30 }, (_, k): Transform => ({
      shape: [1 + k % 4, 1, 1],
      matrix: IDENTITY.with(3, k),
    }));
    const results = await augment(gpu, { volume, labels, transforms });
    assertEquals(results.length, 30);
    results.forEach(({ transform, image, labels: bytes }, k) => {
      assert(transform === transforms[k]);
      assertEquals(image, volume.data.slice(k, k + 1 + k % 4));
      assertEquals(bytes, labels.data.slice(k, k + 1 + k % 4));
    });
    assertEquals(await augment(gpu, { volume, transforms: [] }), []);
    assertEquals(gpu.memory.inUse, 0);
  }),
);

Deno.test(
  "augment() without labels gives none",
  withGpu(async (gpu) => {
    const [result] = await augment(gpu, { volume: noiseImage(DIMS, 2), transforms: [plain] });
    assertFalse("labels" in result!);
  }),
);

Deno.test(
  "augment() takes every kind of voxels, also a view into a larger array",
  withGpu(async (gpu) => {
    const arrays: VoxelArray[] = [
      Int8Array.of(0, -128, 127),
      Uint8Array.of(0, 128, 255),
      Int16Array.of(0, -32768, 32767),
      Uint16Array.of(0, 32768, 65535),
      Int32Array.of(0, -(2 ** 24), 2 ** 24),
      Uint32Array.of(0, 1, 2 ** 31),
      Float32Array.of(0, -1.5, 3e38),
      Float64Array.of(0, -1.5, 2 ** 100),
      Float32Array.of(9, 9, 9, 4, 5, 6, 9).subarray(3, 6),
      Float64Array.of(9, 9, 9, 4, 5, 6, 9).subarray(3, 6),
    ];
    for (const data of arrays) {
      const volume = createVolume(data, { dims: [3, 1, 1], spacing: [3, 3, 3] });
      const labels = createVolume(Uint8Array.of(9, 1, 2, 3, 9).subarray(1, 4), volume);
      const transforms = [{ shape: volume.dims, matrix: IDENTITY }];
      const [result] = await augment(gpu, { volume, labels, transforms });
      assertEquals([...result!.image], [...data]);
      assertEquals([...result!.labels!], [1, 2, 3]);
    }
  }),
);

Deno.test(
  "augment() gives labels of any length, not only whole words",
  withGpu(async (gpu) => {
    for (const shape of [[1, 1, 1], [2, 1, 1], [3, 1, 1], [5, 1, 1], [3, 3, 3]] as Vec3[]) {
      const labels = noiseLabels(shape, 3);
      const volume = noiseImage(shape, 4);
      const [result] = await augment(gpu, {
        volume,
        labels,
        transforms: [{ shape, matrix: IDENTITY }],
      });
      assertEquals(result!.labels, labels.data);
    }
  }),
);

Deno.test(
  "augment() changes neither the volume nor the labels",
  withGpu(async (gpu) => {
    const [volume, labels] = [noiseImage(DIMS, 5), noiseLabels(DIMS, 6)];
    const before = structuredClone({ image: volume.data, labels: labels.data });
    const window = { low: -200, high: 400 };
    const transforms = [{ ...plain, noise: { sigma: 5, key: KEY }, window }];
    const [result] = await augment(gpu, { volume, labels, transforms });
    assert(result!.image !== volume.data && result!.labels !== labels.data);
    assertEquals({ image: volume.data, labels: labels.data }, before);
  }),
);

Deno.test(
  "augment() refuses labels of other dims, also of as many voxels",
  withGpu(async (gpu) => {
    const volume = noiseImage(DIMS, 7);
    for (const dims of [[5, 9, 3], [9, 5, 4]] as Vec3[]) {
      const options = { volume, labels: noiseLabels(dims, 8), transforms: [plain] };
      await refuses(
        gpu,
        options,
        TypeError,
        `the volume has 9 x 5 x 3 voxels, its labels ${dims.join(" x ")}`,
      );
    }
  }),
);

Deno.test(
  "augment() refuses an unsound transform by its fault, whatever came before it",
  withGpu(async (gpu) => {
    const volume = noiseImage(DIMS, 9);
    const labels = noiseLabels(DIMS, 10);
    const cases: [Partial<Transform>, typeof TypeError | typeof RangeError, string][] = [
      [{ matrix: IDENTITY.slice(0, 11) }, TypeError, "the matrix has 11 numbers, not 12"],
      [{ matrix: IDENTITY.with(5, NaN) }, RangeError, "the matrix holds NaN"],
      [{ shape: [9, 0, 3] }, RangeError, "Cannot warp to 9 x 0 x 3 voxels"],
      [{ noise: { sigma: -1, key: KEY } }, RangeError, "noise of -1 HU"],
      [{ noise: { sigma: 1, key: { seed: -1, stream: 0 } } }, RangeError, "seed"],
      [{ window: { low: 10, high: 10 } }, RangeError, "window from 10 to 10 HU"],
    ];
    for (const [change, type, part] of cases) {
      const transforms = [plain, { ...plain, ...change }];
      await refuses(gpu, { volume, labels, transforms }, type, part);
    }
    const [result] = await augment(gpu, { volume, labels, transforms: [plain] });
    assertEquals(result!.image, volume.data, "the GPU works on");
  }),
);

/** Lets the call fail at its first request for memory, its second and so on, then at its dispatches; gives how often it failed. */
async function failEverywhere(gpu: Gpu, work: () => Promise<unknown>): Promise<number> {
  let failures = 0;
  for (const method of ["allocate", "dispatch"] as const) {
    for (let failing = 0, done = false; !done; failing++) {
      let calls = 0;
      const original = gpu[method].bind(gpu) as (...args: unknown[]) => unknown;
      Object.defineProperty(gpu, method, {
        configurable: true,
        value: (...args: unknown[]) => {
          if (calls++ === failing) throw new RangeError("no more of it");
          return original(...args);
        },
      });
      try {
        await work();
        done = true;
      } catch (error) {
        assert(error instanceof RangeError && error.message === "no more of it", String(error));
        failures++;
      } finally {
        Reflect.deleteProperty(gpu, method);
      }
      assertEquals(gpu.memory.inUse, 0, `${method} ${failing}`);
    }
  }
  return failures;
}

const { info } = await selectAdapter(testAdapter());
const unfiltered = info.features.includes("float32-filterable")
  ? undefined
  : `${info.description} does not filter 32-bit floats`;

for (const filter of ["exact", "fast"] as const) {
  testUnless(
    `augment() with the ${filter} filter keeps no GPU memory, wherever it fails`,
    filter === "fast" ? unfiltered : undefined,
    withGpu(async (gpu) => {
      const [volume, labels] = [noiseImage(DIMS, 11), noiseLabels(DIMS, 12)];
      const transforms = [plain, plain];
      const failures = await failEverywhere(
        gpu,
        () => augment(gpu, { volume, labels, transforms, filter }),
      );
      // Image (in a texture, if fast) and labels, then two results of two arrays each, from four kernels.
      assertEquals(failures, (filter === "fast" ? 5 : 6) + 4);
    }),
  );
}

Deno.test(
  "augment() with the fast filter says so where the adapter cannot filter floats, and keeps no memory",
  withGpu(async (gpu) => {
    const features = new Set(gpu.device.features);
    features.delete("float32-filterable");
    Object.defineProperty(gpu.device, "features", { value: features });
    const options = { volume: noiseImage(DIMS, 13), transforms: [plain], filter: "fast" } as const;
    await refuses(gpu, options, RangeError, "does not filter 32-bit floats; use the exact one");
  }),
);

Deno.test(
  "augment() computes nothing once its signal has aborted",
  withGpu(async (gpu) => {
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    const volume = noiseImage(DIMS, 14);
    gpu.dispatch = () => fail("a kernel was dispatched");
    const caught = await assertRejects(() => augment(gpu, { volume, transforms: [plain], signal }));
    assert(caught === reason);
    assertEquals(gpu.memory.inUse, 0);
  }),
);

Deno.test(
  "augment() stops between two results when its signal aborts",
  withGpu(async (gpu) => {
    const controller = new AbortController();
    const volume = noiseImage(DIMS, 15);
    const labels = noiseLabels(DIMS, 16);
    const stage = gpu.stage.bind(gpu);
    let staged = 0;
    gpu.stage = (...args) => {
      if (++staged === 4) controller.abort();
      return stage(...args as Parameters<typeof stage>) as never;
    };
    const transforms = new Array(10).fill(plain);
    const { signal } = controller;
    const caught = await assertRejects(() => augment(gpu, { volume, labels, transforms, signal }));
    assertEquals((caught as Error).name, "AbortError");
    // Two results of two arrays each.
    assertEquals(staged, 4);
    assertEquals(gpu.memory.inUse, 0);
  }),
);

Deno.test("augment() on a GPU that was closed fails", async () => {
  const gpu = await openGpu({ adapter: testAdapter() });
  await gpu[Symbol.asyncDispose]();
  await assertRejects(() => augment(gpu, { volume: noiseImage(DIMS, 17), transforms: [plain] }));
});
