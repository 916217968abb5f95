import { assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { packReference, thresholdReference } from "../../reference/mod.ts";
import type { Gpu } from "../../src/gpu/mod.ts";
import { threshold, type ThresholdOptions, unpackMask } from "../../src/morphology/mod.ts";
import type { Vec3 } from "../../src/volume/mod.ts";
import { withGpu } from "../_gpu.ts";
import { anyMask, leaks, soil } from "./_random.ts";

async function inside(gpu: Gpu, values: number[], range: ThresholdOptions): Promise<number[]> {
  using image = gpu.upload(Float32Array.from(values));
  using mask = threshold(gpu, { values: image, dims: [values.length, 1, 1] }, range);
  return [...await unpackMask(gpu, mask)];
}

Deno.test(
  "threshold() includes both bounds",
  withGpu(async (gpu) => {
    const values = [-151, -150, -149, 0, 174, 175, 176];
    assertEquals(await inside(gpu, values, { min: -150, max: 175 }), [0, 1, 1, 1, 1, 1, 0]);
    assertEquals(await inside(gpu, values, { min: 0, max: 0 }), [0, 0, 0, 1, 0, 0, 0]);
    assertEquals(await inside(gpu, values, { min: 1, max: -1 }), [0, 0, 0, 0, 0, 0, 0]);
  }),
);

Deno.test(
  "threshold() leaves a side open that is left out, to the largest float",
  withGpu(async (gpu) => {
    const largest = 3.4028234663852886e38;
    const values = [-largest, -1024, -0, 0, 1e-45, 3071, largest];
    assertEquals(await inside(gpu, values, { min: 0 }), [0, 0, 1, 1, 1, 1, 1]);
    assertEquals(await inside(gpu, values, { max: 0 }), [1, 1, 1, 1, 0, 0, 0]);
    assertEquals(await inside(gpu, values, {}), [1, 1, 1, 1, 1, 1, 1]);
  }),
);

Deno.test(
  "threshold() compares in f32: a bound is the float nearest to it",
  withGpu(async (gpu) => {
    // 0.1 as f32 is 0.100000001...; its neighbours are 7.5e-9 away.
    const values = [0.1 - 1e-8, 0.1, 0.1 + 1e-8];
    assertEquals(await inside(gpu, values, { min: 0.1 }), [0, 1, 1]);
    assertEquals(await inside(gpu, values, { max: 0.1 }), [1, 1, 0]);
  }),
);

Deno.test(
  "threshold() equals its oracle on values about the bounds, with zeros beyond each row's end",
  withGpu(async (gpu) => {
    soil(gpu);
    const bound = fc.integer({ min: -4, max: 4 });
    await fc.assert(
      fc.asyncProperty(anyMask, bound, bound, fc.nat(6), async ({ data, dims }, min, max, step) => {
        const values = Float32Array.from(data, (bit, i) => (bit * 3 + i * step) % 11 / 2 - 3);
        using image = gpu.upload(values);
        using mask = threshold(gpu, { values: image, dims }, { min: min / 2, max: max / 2 });
        const expected = thresholdReference(values, { min: min / 2, max: max / 2 });
        assertEquals(await gpu.read(mask.words, Uint32Array), packReference(expected, dims));
      }),
      { numRuns: 100 },
    );
  }),
);

Deno.test(
  "threshold() refuses a bound that is no finite number and an image too short, and keeps no memory",
  withGpu((gpu) => {
    const dims: Vec3 = [40, 2, 1];
    const values = gpu.upload(new Float32Array(80));
    const before = gpu.memory.inUse;
    for (const bad of [NaN, Infinity, -Infinity]) {
      for (const range of [{ min: bad }, { max: bad }]) {
        assertThrows(() => threshold(gpu, { values, dims }, range), RangeError, `bound ${bad}`);
      }
    }
    const large: Vec3 = [27, 3, 1];
    assertThrows(
      () => threshold(gpu, { values, dims: large }, { min: 0 }),
      TypeError,
      "27 x 3 x 1 voxels: it has 80 values",
    );
    assertEquals(gpu.memory.inUse, before);
    assertEquals(
      new Set(leaks(gpu, () => threshold(gpu, { values, dims }, { min: 0 }))),
      new Set([0]),
    );
    values[Symbol.dispose]();
    assertThrows(() => threshold(gpu, { values, dims }, { min: 0 }), ReferenceError, "disposed");
    assertEquals(gpu.memory.inUse, 0);
    return Promise.resolve();
  }),
);
