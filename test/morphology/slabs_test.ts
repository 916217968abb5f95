import { assertEquals, assertGreater } from "@std/assert";
import {
  ball,
  close,
  erode,
  packMask,
  threshold,
  unpackMask,
  uploadImage,
} from "../../src/morphology/mod.ts";
import { slabsOf } from "../../src/morphology/_slabs.ts";
import { closeReference, thresholdReference } from "../../reference/mod.ts";
import { RandomStream } from "../../src/random/mod.ts";
import type { Gpu } from "../../src/gpu/mod.ts";
import type { Vec3 } from "../../src/volume/mod.ts";
import { withGpu } from "../_gpu.ts";

const DIMS: Vec3 = [37, 9, 14];

/** Makes a GPU believe that its arrays are small. */
function shrink(gpu: Gpu, largest: number): void {
  Object.defineProperty(gpu, "largestArray", { value: largest, configurable: true });
}

function values(seed: number): Float32Array<ArrayBuffer> {
  const random = new RandomStream({ seed, stream: 0 });
  return Float32Array.from({ length: 37 * 9 * 14 }, () => random.integer(1000));
}

Deno.test(
  "slabsOf() cuts whole slices, the last slab shorter, one slice each where none fits",
  withGpu((gpu) => {
    shrink(gpu, 37 * 9 * 4 * 5 + 3);
    assertEquals(slabsOf(gpu, DIMS, 4), [
      { first: 0, dims: [37, 9, 5] },
      { first: 5, dims: [37, 9, 5] },
      { first: 10, dims: [37, 9, 4] },
    ]);
    shrink(gpu, 7);
    assertEquals(slabsOf(gpu, DIMS, 4).length, 14);
    shrink(gpu, 1e9);
    assertEquals(slabsOf(gpu, DIMS, 4), [{ first: 0, dims: DIMS }]);
    return Promise.resolve();
  }),
);

Deno.test(
  "threshold(), packMask() and unpackMask() work by slabs as on the whole",
  withGpu(async (gpu) => {
    const data = values(1);
    const expected = thresholdReference(data, { min: 300, max: 800 });
    for (const slices of [1, 3, 13]) {
      shrink(gpu, 37 * 9 * 4 * slices);
      using image = uploadImage(gpu, { data, dims: DIMS });
      assertEquals(image.slabs.length, Math.ceil(14 / slices));
      using mask = threshold(gpu, image, { min: 300, max: 800 });
      assertEquals(await unpackMask(gpu, mask), expected);
      using packed = packMask(gpu, expected, DIMS);
      assertEquals(await unpackMask(gpu, packed), expected);
    }
    assertEquals(gpu.memory.inUse, 0);
  }),
);

Deno.test(
  "close() in several passes over its levels equals the definition",
  withGpu(async (gpu) => {
    const data = thresholdReference(values(2), { min: 930 });
    const element = ball({ diameter: 9, spacing: [1, 1.5, 2] });
    const expected = closeReference({ data, dims: DIMS, element, outside: "background" });
    using mask = packMask(gpu, data, DIMS);
    const widened: number[] = [];
    const dispatch = gpu.dispatch.bind(gpu);
    gpu.dispatch = (kernel, ...rest) => {
      if (kernel.label === "morphology/widen") widened.push(1);
      dispatch(kernel, ...rest);
    };
    // A level of the larger grid takes about 8 kB.
    shrink(gpu, 20_000);
    using closed = close(gpu, mask, element);
    const got = await unpackMask(gpu, closed);
    assertGreater(widened.length, 2);
    assertEquals(got, expected);
  }),
);

Deno.test(
  "close() and erode() by distances in slabs equal the definition",
  withGpu(async (gpu) => {
    const data = thresholdReference(values(3), { min: 930 });
    const element = ball({ diameter: 9, spacing: [1, 1.5, 2], rule: "radius" });
    using mask = packMask(gpu, data, DIMS);
    const expected = closeReference({ data, dims: DIMS, element, outside: "background" });
    using eroded = erode(gpu, mask, element, { outside: "foreground" });
    const expectedErosion = await unpackMask(gpu, eroded);
    // Room for a few slices, and for the ball around them.
    shrink(gpu, 16 * Math.ceil((37 + 64) / 4) * (9 + 4 * 2) * 8);
    let passes = 0;
    const dispatch = gpu.dispatch.bind(gpu);
    gpu.dispatch = (kernel, ...rest) => {
      if (kernel.label === "morphology/distance-rows") passes++;
      dispatch(kernel, ...rest);
    };
    using closed = close(gpu, mask, element, { method: "distance" });
    assertGreater(passes, 4);
    assertEquals(await unpackMask(gpu, closed), expected);
    using again = erode(gpu, mask, element, { method: "distance", outside: "foreground" });
    assertEquals(await unpackMask(gpu, again), expectedErosion);
  }),
);
