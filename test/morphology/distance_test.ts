import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { dilateReference, erodeReference } from "../../reference/mod.ts";
import type { Gpu } from "../../src/gpu/mod.ts";
import {
  ball,
  box,
  close,
  dilate,
  distanceTransform,
  erode,
  type MorphologyOptions,
  NO_FEATURE,
  open,
  packMask,
  readDistances,
  threshold,
  unpackMask,
} from "../../src/morphology/mod.ts";
import type { Vec3 } from "../../src/volume/mod.ts";
import { withGpu } from "../_gpu.ts";
import { anyMask, anyOutside, type HostMask, leaks, randomMask, soil } from "./_random.ts";

const gap = fc.double({ min: 0.3, max: 4, noNaN: true });
const anySpacing = fc.tuple(gap, gap, gap) as unknown as fc.Arbitrary<Vec3>;

async function distances(gpu: Gpu, { data, dims }: HostMask, spacing: Vec3) {
  using mask = packMask(gpu, data, dims);
  using map = distanceTransform(gpu, mask, { spacing });
  return await readDistances(gpu, map);
}

/** Distances by looking at every pair of voxels. */
function leastDistances({ data, dims: [nx, ny] }: HostMask, spacing: Vec3): number[] {
  const places = Array.from(data, (_, i) => [
    i % nx * spacing[0],
    Math.floor(i / nx) % ny * spacing[1],
    Math.floor(i / (nx * ny)) * spacing[2],
  ]);
  const inside = places.filter((_, i) => data[i]);
  return places.map(([x, y, z]) =>
    Math.min(...inside.map((p) => Math.hypot(x! - p[0]!, y! - p[1]!, z! - p[2]!)))
  );
}

Deno.test(
  "distanceTransform() gives the least distance to any voxel of the mask, in mm",
  withGpu(async (gpu) => {
    soil(gpu);
    await fc.assert(
      fc.asyncProperty(anyMask, anySpacing, async (mask, spacing) => {
        const got = await distances(gpu, mask, spacing);
        leastDistances(mask, spacing).forEach((expected, i) => {
          if (expected === Infinity) assertEquals(got[i], Infinity);
          else assertAlmostEquals(got[i]!, expected, 4e-7 * expected);
        });
      }),
      { numRuns: 150 },
    );
    assertEquals(gpu.memory.inUse, 0);
  }),
);

Deno.test(
  "distanceTransform() is exact where squared distances are whole numbers, over more than eight places and far ones",
  withGpu(async (gpu) => {
    const dims: Vec3 = [70, 61, 43];
    const data = new Uint8Array(70 * 61 * 43);
    data[69 + 70 * (60 + 61 * 42)] = 1;
    using mask = packMask(gpu, data, dims);
    using map = distanceTransform(gpu, mask, { spacing: [1, 2, 3] });
    const squared = await gpu.read(map.values, Float32Array);
    for (let z = 0; z < 43; z++) {
      for (let y = 0; y < 61; y++) {
        const row = map.pitch * (y + 61 * z);
        const expected = Array.from(
          { length: 70 },
          (_, x) => (69 - x) ** 2 + 4 * (60 - y) ** 2 + 9 * (42 - z) ** 2,
        );
        assertEquals([...squared.subarray(row, row + 70)], expected);
      }
    }
  }),
);

Deno.test(
  "distanceTransform() of an empty mask has no distances, of a full one none above 0",
  withGpu(async (gpu) => {
    const dims: Vec3 = [33, 3, 2];
    assertEquals(
      [...await distances(gpu, randomMask(dims, 0, 1), [1, 1, 1])],
      Array(198).fill(Infinity),
    );
    assertEquals([...await distances(gpu, randomMask(dims, 1, 1), [1, 1, 1])], Array(198).fill(0));
    using empty = packMask(gpu, new Uint8Array(3), [3, 1, 1]);
    using map = distanceTransform(gpu, empty, { spacing: [1, 1, 1] });
    const raw = await gpu.read(map.values, Float32Array, { length: 3 });
    assertEquals([...raw], Array(3).fill(Math.fround(NO_FEATURE)));
  }),
);

Deno.test(
  "threshold() of a distance map cuts at a squared distance, whatever the width of a row",
  withGpu(async (gpu) => {
    // 5 voxels a row, padded to 8 floats: at 2 mm, voxels up to 4 mm away.
    const data = new Uint8Array(15);
    data[7] = 1;
    using mask = packMask(gpu, data, [5, 3, 1]);
    using map = distanceTransform(gpu, mask, { spacing: [2, 2, 2] });
    using near = threshold(gpu, map, { max: 16 });
    assertEquals([...await unpackMask(gpu, near)], [0, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0]);
  }),
);

Deno.test(
  "distanceTransform() refuses a spacing that is none",
  withGpu((gpu) => {
    using mask = packMask(gpu, new Uint8Array(8), [2, 2, 2]);
    for (const spacing of [[0, 1, 1], [1, -1, 1], [1, 1, NaN], [1, 1, Infinity]] as const) {
      assertThrows(
        () => distanceTransform(gpu, mask, { spacing }),
        RangeError,
        `the spacing must be positive, found ${spacing.join(" x ")} mm`,
      );
    }
    return Promise.resolve();
  }),
);

const OPERATIONS = { dilate, erode, open, close };

async function run(
  gpu: Gpu,
  operation: keyof typeof OPERATIONS,
  { data, dims }: HostMask,
  element: ReturnType<typeof ball>,
  options: MorphologyOptions,
): Promise<Uint8Array> {
  using mask = packMask(gpu, data, dims);
  using result = OPERATIONS[operation](gpu, mask, element, options);
  return await unpackMask(gpu, result);
}

for (const operation of ["dilate", "erode", "open", "close"] as const) {
  Deno.test(
    `${operation}() by distance equals packed bit for bit for any ball of odd size, mask and outside`,
    withGpu(async (gpu) => {
      soil(gpu);
      const diameter = fc.double({ min: 0.1, max: 14, noNaN: true });
      await fc.assert(
        fc.asyncProperty(
          anyMask,
          diameter,
          anySpacing,
          anyOutside,
          async (mask, diameter, spacing, outside) => {
            const element = ball({ diameter, spacing, rule: "radius" });
            const got = await run(gpu, operation, mask, element, { method: "distance", outside });
            assertEquals(got, await run(gpu, operation, mask, element, { outside }));
          },
        ),
        { numRuns: 80 },
      );
      assertEquals(gpu.memory.inUse, 0);
    }),
  );
}

Deno.test(
  "dilate() and erode() by distance equal their oracles for the paper's 25 mm ball at 3 mm",
  withGpu(async (gpu) => {
    const element = ball({ diameter: 25, spacing: [3, 3, 3] });
    const mask = randomMask([45, 20, 11], 0.01, 3);
    const method = "distance";
    const outside = "background";
    const dilated = await run(gpu, "dilate", mask, element, { method });
    assertEquals(dilated, dilateReference({ ...mask, element, outside }));
    const eroded = await run(gpu, "erode", { ...mask, data: Uint8Array.from(dilated) }, element, {
      method,
    });
    assertEquals(eroded, erodeReference({ ...mask, data: dilated, element, outside }));
    assert(dilated.includes(1) && eroded.includes(1) && eroded.includes(0));
  }),
);

Deno.test(
  "dilate() by distance refuses what is no ball of odd size, by name",
  withGpu((gpu) => {
    using mask = packMask(gpu, new Uint8Array(8), [2, 2, 2]);
    const before = gpu.memory.inUse;
    const even = ball({ diameter: 24, spacing: [3, 3, 3] });
    assertEquals(even.dims, [8, 8, 8]);
    const boxy = box({ size: [9, 9, 9], spacing: [3, 3, 3] });
    const odd = ball({ diameter: 9, spacing: [3, 3, 3] });
    const dented = { ...odd, data: odd.data.with(odd.data.length >> 1, 0) };
    for (const element of [even, boxy, dented]) {
      for (const operation of [dilate, erode]) {
        assertThrows(
          () => operation(gpu, mask, element, { method: "distance" }),
          RangeError,
          `"${element.name}" of ${
            element.dims.join(" x ")
          } voxels is no ball of odd size about its origin; use the method "packed"`,
        );
      }
    }
    // 5 and 10 voxels away along x and z, but for a millionth.
    const near = ball({ diameter: 10, spacing: [1, 20, 0.5000001], rule: "radius" });
    assertThrows(
      () => dilate(gpu, mask, near, { method: "distance" }),
      RangeError,
      "are too near for 32-bit floats",
    );
    assertEquals(gpu.memory.inUse, before);
    return Promise.resolve();
  }),
);

Deno.test(
  "dilate() by distance and distanceTransform() leave no memory behind when they fail",
  withGpu((gpu) => {
    const { data, dims } = randomMask([40, 5, 6], 0.1, 3);
    const element = ball({ diameter: 9, spacing: [3, 3, 3] });
    using mask = packMask(gpu, data, dims);
    for (
      const work of [
        () => distanceTransform(gpu, mask, { spacing: [3, 3, 3] }),
        () => dilate(gpu, mask, element, { method: "distance" }),
      ]
    ) {
      const left = leaks(gpu, work);
      assert(left.length >= 6, "memory is asked for and kernels are dispatched");
      assertEquals(left, left.map(() => 0));
    }
    return Promise.resolve();
  }),
);
