import { assert, assertEquals, assertRejects } from "@std/assert";
import * as fc from "fast-check";
import { packReference } from "../../reference/mod.ts";
import type { Gpu } from "../../src/gpu/mod.ts";
import {
  clearBorder,
  clearMaskBorder,
  components,
  fillHoles,
  fillMaskHoles,
  keepLargest,
  packMask,
  reconstruct,
  reconstructMask,
  unpackMask,
} from "../../src/morphology/mod.ts";
import { findRegions, keepRegions, markHit } from "../../src/morphology/regions.ts";
import type { PackedMask } from "../../src/morphology/mod.ts";
import { withGpu } from "../_gpu.ts";
import { anyConnectivity } from "./_masks.ts";
import { anyMask, type HostMask, randomMask, soil } from "./_random.ts";

const anyGpuSlices = fc.constantFrom(undefined, 1 as const, 2 as const);

/** The result on the host, after a look at the bits beyond each row's end. */
async function run(
  gpu: Gpu,
  { data, dims }: HostMask,
  operation: (mask: PackedMask) => Promise<PackedMask>,
): Promise<Uint8Array<ArrayBuffer>> {
  using mask = packMask(gpu, data, dims);
  using result = await operation(mask);
  const bytes = await unpackMask(gpu, result);
  assertEquals(await gpu.read(result.words, Uint32Array), packReference(bytes, dims));
  return bytes;
}

function largestOnHost({ data, dims }: HostMask, count: number, connectivity: 6 | 18 | 26) {
  const { labels } = components(data, dims, { connectivity });
  return Uint8Array.from(labels, (label) => Number(label > 0 && label <= count));
}

Deno.test(
  "keepLargest() equals components() on the host, equal sizes by first voxel",
  withGpu(async (gpu) => {
    soil(gpu);
    await fc.assert(
      fc.asyncProperty(
        anyMask,
        anyConnectivity,
        fc.integer({ min: 1, max: 5 }),
        async (mask, connectivity, count) => {
          const got = await run(
            gpu,
            mask,
            (packed) => keepLargest(gpu, packed, { count, connectivity }),
          );
          assertEquals(got, largestOnHost(mask, count, connectivity));
        },
      ),
      { numRuns: 150 },
    );
    assertEquals(gpu.memory.inUse, 0);
  }),
);

Deno.test(
  "fillMaskHoles() and clearMaskBorder() equal fillHoles() and clearBorder() on the host, in slices too",
  withGpu(async (gpu) => {
    soil(gpu);
    await fc.assert(
      fc.asyncProperty(
        anyMask,
        anyConnectivity,
        anyGpuSlices,
        async (mask, connectivity, slices) => {
          const options = { connectivity, ...slices && { slices } };
          const { data, dims } = mask;
          assertEquals(
            await run(gpu, mask, (packed) => fillMaskHoles(gpu, packed, options)),
            fillHoles(data, dims, options),
          );
          assertEquals(
            await run(gpu, mask, (packed) => clearMaskBorder(gpu, packed, options)),
            clearBorder(data, dims, options),
          );
        },
      ),
      { numRuns: 120 },
    );
    assertEquals(gpu.memory.inUse, 0);
  }),
);

Deno.test(
  "reconstructMask() equals reconstruct() on the host",
  withGpu(async (gpu) => {
    await fc.assert(
      fc.asyncProperty(anyMask, anyConnectivity, fc.nat(1e6), async (mask, connectivity, seed) => {
        const marker = randomMask(mask.dims, 0.1, seed);
        using seeds = packMask(gpu, marker.data, mask.dims);
        assertEquals(
          await run(gpu, mask, (packed) => reconstructMask(gpu, seeds, packed, { connectivity })),
          reconstruct(marker.data, mask.data, mask.dims, { connectivity }),
        );
      }),
      { numRuns: 100 },
    );
    assertEquals(gpu.memory.inUse, 0);
  }),
);

Deno.test(
  "regions whose chains are too long for one dispatch are joined by several",
  withGpu(async (gpu) => {
    // Bars side by side, each joined to the one before it a row later than the one behind it is: roots hang on roots in one long chain.
    const bars = 300;
    const dims = [2 * bars, bars + 1, 1] as const;
    const data = new Uint8Array(dims[0] * dims[1]);
    for (let y = 0; y < dims[1]; y++) {
      for (let bar = 0; bar < bars; bar++) {
        data[2 * bar + dims[0] * y] = 1;
        if (y === bars - bar) data[2 * bar + dims[0] * y + 1] = 1;
      }
    }
    using mask = packMask(gpu, data, dims);
    using first = packMask(gpu, new Uint8Array(data.length).fill(1, 0, 1), dims);
    const dispatch = gpu.dispatch.bind(gpu);
    let merges = 0;
    gpu.dispatch = (kernel, ...rest) => {
      if (kernel.label === "morphology/regions-merge") merges++;
      dispatch(kernel, ...rest);
    };
    const joined = async (chainSteps?: number) => {
      merges = 0;
      using regions = await findRegions(gpu, mask, {
        connectivity: 6,
        ...chainSteps !== undefined && { chainSteps },
      });
      markHit(gpu, regions, first);
      using kept = keepRegions(gpu, regions, "marked");
      return await unpackMask(gpu, kept);
    };
    assertEquals(await joined(), data);
    assertEquals(merges, 1);
    assertEquals(await joined(64), data);
    assert(merges > 1, `${merges} merges`);
  }),
);

Deno.test(
  "functions on regions work on the host where the adapter cannot hold them",
  withGpu(async (gpu) => {
    const { data, dims } = randomMask([65, 20, 9], 0.3, 8);
    using marker = packMask(gpu, randomMask(dims, 0.01, 9).data, dims);
    const all = async (gpu: Gpu) => [
      await run(gpu, { data, dims }, (mask) => keepLargest(gpu, mask, { count: 2 })),
      await run(gpu, { data, dims }, (mask) => fillMaskHoles(gpu, mask, { slices: 2 })),
      await run(gpu, { data, dims }, (mask) => clearMaskBorder(gpu, mask, { slices: 2 })),
      await run(gpu, { data, dims }, (mask) => reconstructMask(gpu, marker, mask)),
    ];
    const expected = await all(gpu);
    const inUse = gpu.memory.inUse;
    // Two voxels a slot of 4 bytes: one byte less than they need.
    Object.defineProperty(gpu, "largestArray", { value: 4 * 33 * 20 * 9 - 1, configurable: true });
    const dispatched: string[] = [];
    const dispatch = gpu.dispatch.bind(gpu);
    gpu.dispatch = (kernel, ...rest) => {
      dispatched.push(kernel.label);
      dispatch(kernel, ...rest);
    };
    assertEquals(await all(gpu), expected);
    assertEquals(dispatched.filter((label) => label.includes("regions")), []);
    assertEquals(gpu.memory.inUse, inUse);
  }),
);

Deno.test(
  "functions on regions refuse options that are none, and masks of other dims",
  withGpu(async (gpu) => {
    using mask = packMask(gpu, new Uint8Array(8), [2, 2, 2]);
    using other = packMask(gpu, new Uint8Array(4), [2, 2, 1]);
    const before = gpu.memory.inUse;
    for (const count of [0, 1.5, NaN]) {
      await assertRejects(
        () => keepLargest(gpu, mask, { count }),
        RangeError,
        `the ${count} largest`,
      );
    }
    const four = { connectivity: 4 as 6 };
    await assertRejects(() => fillMaskHoles(gpu, mask, four), RangeError, "found 4");
    const across = { slices: 0 as 1 };
    await assertRejects(
      () => clearMaskBorder(gpu, mask, across),
      RangeError,
      "axis 1 or 2, found 0",
    );
    await assertRejects(() => reconstructMask(gpu, other, mask), TypeError, "differ");
    const signal = AbortSignal.abort(new Error("enough"));
    await assertRejects(() => keepLargest(gpu, mask, { count: 1, signal }), Error, "enough");
    assertEquals(gpu.memory.inUse, before);
  }),
);
