import { assert, assertEquals, assertRejects } from "@std/assert";
import * as fc from "fast-check";
import { componentsReference } from "../../reference/mod.ts";
import type { Gpu } from "../../src/gpu/mod.ts";
import {
  type ConnectedComponents,
  connectedComponents,
  type PackedMask,
  packMask,
  type RegionOptions,
  unpackMask,
} from "../../src/morphology/mod.ts";
import { withGpu } from "../_gpu.ts";
import { draw } from "./_flood.ts";
import { anyConnectivity, checkerboard } from "./_masks.ts";
import { anyMask, randomMask, soil } from "./_random.ts";

const anyGpuSlices = fc.constantFrom(undefined, 1 as const, 2 as const);

async function all(gpu: Gpu, { labels, readLabels, sizes, boxes }: ConnectedComponents) {
  using array = labels();
  const read = await gpu.read(array, Uint32Array);
  assertEquals(await readLabels(), read);
  return [read, sizes, boxes];
}

/** On the host, by an adapter whose largest array is too small for 2 bytes a voxel while regions are sought. */
async function find(
  gpu: Gpu,
  where: "GPU" | "host",
  mask: PackedMask,
  options: RegionOptions,
): Promise<ConnectedComponents> {
  const [nx, ny, nz] = mask.dims;
  const value = 4 * Math.ceil(nx / 2) * ny * nz - 1;
  if (where === "host") Object.defineProperty(gpu, "largestArray", { value, configurable: true });
  const regions = await connectedComponents(gpu, mask, options);
  Reflect.deleteProperty(gpu, "largestArray");
  return regions;
}

const RINGS = draw(["##.#", "...#", "#..."], ["#...", "....", "...#"]);

for (const where of ["GPU", "host"] as const) {
  Deno.test(
    `connectedComponents() on the ${where} numbers by size, then first voxel, with boxes`,
    withGpu(async (gpu) => {
      using mask = packMask(gpu, RINGS.data, RINGS.dims);
      using other = packMask(
        gpu,
        draw(["#...", "...#", "...."], ["#...", "....", "####"]).data,
        RINGS.dims,
      );
      using regions = await find(gpu, where, mask, { connectivity: 6 });
      assertEquals(await all(gpu, regions), [
        Uint32Array.of(1, 1, 0, 2, 0, 0, 0, 2, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4),
        Uint32Array.of(3, 2, 1, 1),
        Uint32Array.of(0, 0, 0, 1, 0, 1, 3, 0, 0, 3, 1, 0, 0, 2, 0, 0, 2, 0, 3, 2, 1, 3, 2, 1),
      ]);
      assertEquals(await regions.countIn(other), Uint32Array.of(2, 1, 0, 1));
      using kept = regions.select((k) => k === 1 || k === 3);
      assertEquals(
        await unpackMask(gpu, kept),
        draw(["...#", "...#", "...."], ["....", "....", "...#"]).data,
      );
      using small = packMask(gpu, new Uint8Array(1), [1, 1, 1]);
      await assertRejects(() => regions.countIn(small), TypeError, "differ");
    }),
  );

  Deno.test(
    `connectedComponents() on the ${where} equals a flood fill on any mask, in slices too`,
    withGpu(async (gpu) => {
      soil(gpu);
      await fc.assert(
        fc.asyncProperty(
          anyMask,
          anyConnectivity,
          anyGpuSlices,
          async (given, connectivity, slices) => {
            const options = { connectivity, ...slices && { slices } };
            using mask = packMask(gpu, given.data, given.dims);
            using regions = await find(gpu, where, mask, options);
            const [labels, sizes, boxes] = componentsReference({ ...given, ...options });
            assertEquals(await all(gpu, regions), [labels, sizes, boxes]);
          },
        ),
        { numRuns: 100 },
      );
      assertEquals(gpu.memory.inUse, 0);
    }),
  );
}

Deno.test(
  "connectedComponents() finds no region in an empty mask, and selects none",
  withGpu(async (gpu) => {
    using mask = packMask(gpu, new Uint8Array(60), [5, 4, 3]);
    using regions = await connectedComponents(gpu, mask);
    assertEquals(await all(gpu, regions), [
      new Uint32Array(60),
      new Uint32Array(),
      new Uint32Array(),
    ]);
    using kept = regions.select(() => true);
    assertEquals(await unpackMask(gpu, kept), new Uint8Array(60));
    assertEquals(await regions.countIn(mask), new Uint32Array());
  }),
);

Deno.test(
  "connectedComponents() reads labels by slabs where the adapter cannot hold them all",
  withGpu(async (gpu) => {
    const { data, dims } = randomMask([65, 20, 9], 0.3, 8);
    using mask = packMask(gpu, data, dims);
    using regions = await connectedComponents(gpu, mask);
    // Four slices of 4 bytes a voxel.
    Object.defineProperty(gpu, "largestArray", { value: 4 * 65 * 20 * 4 + 3, configurable: true });
    assertEquals(
      await regions.readLabels(),
      componentsReference({ data, dims, connectivity: 26 })[0],
    );
  }),
);

Deno.test(
  "connectedComponents() works on the host where the adapter holds the mask, but not its many regions",
  withGpu(async (gpu) => {
    const dims = [31, 9, 8] as const;
    const data = Uint8Array.from(checkerboard(dims));
    using mask = packMask(gpu, data, dims);
    const { length } = data.filter((voxel) => voxel === 1);
    Object.defineProperty(gpu, "largestArray", { value: 24 * length - 1, configurable: true });
    using regions = await connectedComponents(gpu, mask, { connectivity: 6 });
    assertEquals(
      [await regions.readLabels(), regions.sizes, regions.boxes],
      componentsReference({ data, dims, connectivity: 6 }),
    );
  }),
);

Deno.test(
  "connectedComponents() gives the same numbers on every run, thousands of equal size among them",
  withGpu(async (gpu) => {
    const { data, dims } = randomMask([90, 60, 40], 0.3116, 4);
    using mask = packMask(gpu, data, dims);
    const run = async () => {
      using regions = await connectedComponents(gpu, mask, { connectivity: 6 });
      return await all(gpu, regions);
    };
    const first = await run();
    assert(first[1]!.filter((size) => size === 1).length > 1000);
    assertEquals(await run(), first);
    assertEquals(first, componentsReference({ data, dims, connectivity: 6 }));
  }),
);

Deno.test(
  "connectedComponents() refuses options that are none, and leaves no memory behind",
  withGpu(async (gpu) => {
    using mask = packMask(gpu, new Uint8Array(8).fill(1), [2, 2, 2]);
    const before = gpu.memory.inUse;
    const connectivity = 4 as 6;
    await assertRejects(
      () => connectedComponents(gpu, mask, { connectivity }),
      RangeError,
      "found 4",
    );
    const signal = AbortSignal.abort(new Error("enough"));
    await assertRejects(() => connectedComponents(gpu, mask, { signal }), Error, "enough");
    assertEquals(gpu.memory.inUse, before);
  }),
);
