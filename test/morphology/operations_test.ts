import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import {
  closeReference,
  dilateReference,
  erodeReference,
  openReference,
  packReference,
} from "../../reference/mod.ts";
import type { Gpu } from "../../src/gpu/mod.ts";
import {
  ball,
  close,
  dilate,
  erode,
  line,
  type MorphologyOptions,
  open,
  packMask,
  reflect,
  type StructuringElement,
  unpackMask,
} from "../../src/morphology/mod.ts";
import { voxelCount } from "../../src/volume/mod.ts";
import { withGpu } from "../_gpu.ts";
import {
  anyElement,
  anyMask,
  anyOutside,
  type HostMask,
  isSubset,
  leaks,
  not,
  randomElement,
  randomMask,
  soil,
} from "./_random.ts";

const OPERATIONS = { dilate, erode, open, close };
const ORACLES = {
  dilate: dilateReference,
  erode: erodeReference,
  open: openReference,
  close: closeReference,
};
type Operation = keyof typeof OPERATIONS;
const operations = Object.keys(OPERATIONS) as Operation[];
const methods = ["packed", "fft"] as const;

/** The result on the host, after a look at the bits beyond each row's end. */
async function run(
  gpu: Gpu,
  operation: Operation,
  { data, dims }: HostMask,
  element: StructuringElement,
  options?: MorphologyOptions,
): Promise<HostMask> {
  using mask = packMask(gpu, data, dims);
  using result = OPERATIONS[operation](gpu, mask, element, options);
  assertEquals(result.dims, dims);
  const bytes = await unpackMask(gpu, result);
  assertEquals(
    await gpu.read(result.words, Uint32Array),
    packReference(bytes, dims),
    `${operation} left bits beyond a row's end`,
  );
  return { data: bytes, dims };
}

for (const method of methods) {
  for (const operation of operations) {
    Deno.test(
      `${operation}() by ${method} equals its oracle for any mask, element and outside, bit for bit`,
      withGpu(async (gpu) => {
        soil(gpu);
        await fc.assert(
          fc.asyncProperty(anyMask, anyElement, anyOutside, async (mask, element, outside) => {
            const got = await run(gpu, operation, mask, element, { method, outside });
            const expected = ORACLES[operation]({ ...mask, element, outside });
            assertEquals(got.data, expected);
          }),
          { numRuns: method === "fft" ? 80 : 400 },
        );
        assertEquals(gpu.memory.inUse, 0);
      }),
    );
  }
}

Deno.test(
  "every operation takes background outside and the packed method by default",
  withGpu(async (gpu) => {
    const mask = randomMask([37, 6, 5], 0.7, 1);
    const element = ball({ diameter: 10, spacing: [3, 3, 3] });
    for (const operation of operations) {
      const named = { method: "packed", outside: "background" } as const;
      assertEquals(
        await run(gpu, operation, mask, element),
        await run(gpu, operation, mask, element, named),
      );
      const expected = ORACLES[operation]({ ...mask, element, outside: "background" });
      assertEquals((await run(gpu, operation, mask, element)).data, expected);
    }
  }),
);

Deno.test(
  "dilate() of one voxel draws the element about its origin, erode() of the drawing gives it back",
  withGpu(async (gpu) => {
    // Voxels -1, 0 and 2 of a row of four whose origin is the second: not symmetric.
    const element = {
      name: "row",
      dims: [4, 1, 1],
      origin: [1, 0, 0],
      data: Uint8Array.of(1, 1, 0, 1),
    } as const;
    const data = new Uint8Array(40);
    data[31] = 1;
    for (const method of methods) {
      const drawn = await run(gpu, "dilate", { data, dims: [40, 1, 1] }, element, { method });
      assertEquals([...drawn.data.keys()].filter((x) => drawn.data[x]), [30, 31, 33]);
      const back = await run(gpu, "erode", drawn, element, { method });
      assertEquals([...back.data.keys()].filter((x) => back.data[x]), [31]);
    }
  }),
);

Deno.test(
  "close() by the paper's ball fills at a face what it fills inside",
  withGpu(async (gpu) => {
    // Two plates, at the first and last slice, with one voxel missing: where the ball, 9 voxels wide, touches it, it touches the plate.
    const dims = [20, 20, 12] as const;
    const data = new Uint8Array(voxelCount(dims));
    const at = (x: number, y: number, z: number) => x + 20 * (y + 20 * z);
    for (const z of [0, 11]) {
      for (let y = 0; y < 20; y++) {
        for (let x = 0; x < 20; x++) {
          data[at(x, y, z)] = x === 10 && y === 10 ? 0 : 1;
        }
      }
    }
    const element = ball({ diameter: 25, spacing: [3, 3, 3] });
    for (const method of methods) {
      const closed = await run(gpu, "close", { data, dims }, element, { method });
      assert(isSubset(data, closed.data), "voxels at the faces are gone");
      assertEquals([closed.data[at(10, 10, 0)], closed.data[at(10, 10, 11)]], [1, 1]);
      // Ten slices of air between the plates are too many for 9 voxels.
      assertEquals(closed.data[at(3, 3, 5)], 0);
    }
  }),
);

Deno.test(
  "duality: erosion is the complement of dilating the complement by the reflected element",
  withGpu(async (gpu) => {
    await fc.assert(
      fc.asyncProperty(anyMask, anyElement, anyOutside, async (mask, element, outside) => {
        const opposite = outside === "background" ? "foreground" : "background";
        const turned = reflect(element);
        const options = { outside: opposite } as const;
        const dilated = await run(gpu, "dilate", not(mask), turned, options);
        assertEquals(await run(gpu, "erode", mask, element, { outside }), not(dilated));
        const closed = await run(gpu, "close", not(mask), turned, options);
        assertEquals(await run(gpu, "open", mask, element, { outside }), not(closed));
      }),
      { numRuns: 60 },
    );
  }),
);

Deno.test(
  "adjunction: x dilated lies in y just when x lies in y eroded",
  withGpu(async (gpu) => {
    // With x continued by background and y by foreground nothing hangs on what lies outside.
    await fc.assert(
      fc.asyncProperty(anyMask, anyElement, fc.nat(1e6), async (x, element, seed) => {
        const dilated = await run(gpu, "dilate", x, element, { outside: "background" });
        const more = randomMask(x.dims, 0.3, seed);
        const y = { ...x, data: dilated.data.map((bit, i) => bit | more.data[i]!) };
        const eroded = await run(gpu, "erode", y, element, { outside: "foreground" });
        assert(isSubset(x.data, eroded.data));
        const inside = [...dilated.data.keys()].filter((i) => dilated.data[i]);
        if (inside.length === 0) return;
        const less = { ...y, data: y.data.with(inside[seed % inside.length]!, 0) };
        const smaller = await run(gpu, "erode", less, element, { outside: "foreground" });
        assertFalse(isSubset(x.data, smaller.data));
      }),
      { numRuns: 80 },
    );
  }),
);

Deno.test(
  "close() holds the mask and open() lies in it, also at the faces; both change nothing when done again",
  withGpu(async (gpu) => {
    await fc.assert(
      fc.asyncProperty(anyMask, anyElement, anyOutside, async (mask, element, outside) => {
        const closed = await run(gpu, "close", mask, element, { outside });
        assert(isSubset(mask.data, closed.data), "closing removed a voxel");
        assertEquals(await run(gpu, "close", closed, element, { outside }), closed);
        const opened = await run(gpu, "open", mask, element, { outside });
        assert(isSubset(opened.data, mask.data), "opening added a voxel");
        assertEquals(await run(gpu, "open", opened, element, { outside }), opened);
      }),
      { numRuns: 60 },
    );
  }),
);

Deno.test(
  "every operation moves with the mask",
  withGpu(async (gpu) => {
    /** The mask in a grid large enough for the element to stay clear of its faces. */
    const placed = ({ data, dims: [nx, ny, nz] }: HostMask, [dx, dy, dz]: readonly number[]) => {
      const dims = [110, 20, 16] as const;
      const grid = new Uint8Array(voxelCount(dims));
      for (let i = 0; i < data.length; i++) {
        const [x, y, z] = [i % nx + dx!, Math.floor(i / nx) % ny + dy!, Math.floor(i / nx / ny)];
        assert(z < nz);
        grid[x + 110 * (y + 20 * (z + dz!))] = data[i]!;
      }
      return { data: grid, dims };
    };
    const small = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.nat(5), fc.nat(3), fc.nat(1e6))
      .map(([nx, ny, nz, seed]) => randomMask([nx, ny + 1, nz + 1], 0.6, seed));
    const shape = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(1e6))
      .map(([nx, ny, nz, o, seed]) =>
        randomElement(
          [nx + 1, ny + 1, nz + 1],
          [Math.min(o, nx), Math.min(o, ny), Math.min(o, nz)],
          0.7,
          seed,
        )
      );
    // Up to 7 voxels are added on each side by dilation and closing.
    const shift = fc.tuple(fc.integer({ min: 0, max: 55 }), fc.nat(6), fc.nat(4));
    await fc.assert(
      fc.asyncProperty(
        small,
        shape,
        shift,
        fc.constantFrom(...methods),
        async (m, b, by, method) => {
          for (const operation of operations) {
            const here = await run(gpu, operation, placed(m, [7, 4, 4]), b, { method });
            const there = await run(
              gpu,
              operation,
              placed(m, [7 + by[0], 4 + by[1], 4 + by[2]]),
              b,
              { method },
            );
            const moved = new Uint8Array(here.data.length);
            const step = by[0] + 110 * (by[1] + 20 * by[2]);
            moved.set(here.data.subarray(0, here.data.length - step), step);
            assertEquals(there.data, moved, operation);
          }
        },
      ),
      { numRuns: 15 },
    );
  }),
);

Deno.test(
  "an operation keeps no memory but its result's, and none when it fails at any step",
  withGpu((gpu) => {
    const { data, dims } = randomMask([40, 5, 6], 0.5, 3);
    const mask = packMask(gpu, data, dims);
    const before = gpu.memory.inUse;
    const element = ball({ diameter: 10, spacing: [3, 3, 3] });
    for (const method of methods) {
      for (const operation of operations) {
        const work = () => OPERATIONS[operation](gpu, mask, element, { method });
        const result = work();
        assertEquals(gpu.memory.inUse, before + 256, "240 bytes of words, 256 of the pool");
        result[Symbol.dispose]();
        const left = leaks(gpu, work);
        assert(left.length >= 6, "memory is asked for and kernels are dispatched");
        assertEquals(left, left.map(() => 0), `${operation} by ${method}`);
      }
    }
    mask[Symbol.dispose]();
    for (const method of methods) {
      for (const operation of operations) {
        const work = () => OPERATIONS[operation](gpu, mask, element, { method });
        assertThrows(work, ReferenceError, "disposed");
        assertEquals(gpu.memory.inUse, 0, `${operation} by ${method}`);
      }
    }
    return Promise.resolve();
  }),
);

Deno.test(
  "an element too long for the loops of one invocation is refused by packed",
  withGpu(async (gpu) => {
    const { data, dims } = randomMask([40, 5, 6], 0.5, 3);
    using mask = packMask(gpu, data, dims);
    const before = gpu.memory.inUse;
    const element = line({ length: 70_001, axis: 0, spacing: [1, 1, 1] });
    assertThrows(() => dilate(gpu, mask, element), RangeError, "one invocation would loop");
    assertEquals(gpu.memory.inUse, before);
    await gpu.done();
  }),
);

Deno.test(
  "a transform too long for the adapter's workgroup memory is refused by fft",
  withGpu(async (gpu) => {
    // Two complex numbers and a word of bits for each.
    const longest = Math.floor(gpu.info.limits.maxComputeWorkgroupStorageSize! / 20);
    const dims = [longest + 1, 1, 1] as const;
    const data = new Uint8Array(longest + 1).fill(1);
    const element = line({ length: 3, axis: 0, spacing: [1, 1, 1] });
    using mask = packMask(gpu, data, dims);
    const before = gpu.memory.inUse;
    assertThrows(
      () => dilate(gpu, mask, element, { method: "fft" }),
      RangeError,
      `the adapter's workgroup memory holds rows of ${longest}`,
    );
    assertEquals(gpu.memory.inUse, before);
    using packed = dilate(gpu, mask, element);
    assertEquals(await unpackMask(gpu, packed), data);
  }),
);

Deno.test(
  "an element of more voxels than f32 can count is refused by fft",
  withGpu(async (gpu) => {
    // 2^18 voxels and transforms of some 2^19: an error of 2^18 * 1e-7 * 19 = 0.498 is as good as one half.
    const element = randomElement([64, 64, 64], [32, 32, 32], 1, 0);
    const dims = [17, 17, 17] as const;
    const data = new Uint8Array(voxelCount(dims));
    data[0] = 1;
    using mask = packMask(gpu, data, dims);
    const before = gpu.memory.inUse;
    assertThrows(
      () => dilate(gpu, mask, element, { method: "fft" }),
      RangeError,
      "Cannot count the 262144 voxels",
    );
    assertEquals(gpu.memory.inUse, before);
    using packed = dilate(gpu, mask, element);
    // The element reaches 31 voxels to its far side, farther than the grid's.
    assertEquals(await unpackMask(gpu, packed), new Uint8Array(data.length).fill(1));
  }),
);
