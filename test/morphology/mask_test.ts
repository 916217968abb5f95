import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { packReference } from "../../reference/mod.ts";
import { combine, invert, packMask, unpackMask } from "../../src/morphology/mod.ts";
import { allocateMask, wordCount, wordsPerRow } from "../../src/morphology/mask.ts";
import { withGpu } from "../_gpu.ts";
import { anyMask, leaks, not, randomMask, soil } from "./_random.ts";

Deno.test("wordsPerRow() and wordCount() round rows up to whole words", () => {
  assertEquals([1, 31, 32, 33, 64, 65].map(wordsPerRow), [1, 1, 1, 2, 2, 3]);
  assertEquals(wordCount([33, 5, 7]), 70);
});

Deno.test(
  "packMask() puts voxel x of a row into bit x % 32 of the row's word x / 32",
  withGpu(async (gpu) => {
    const data = new Uint8Array(35 * 2);
    data[0] = 1; // (0, 0)
    data[31] = 1; // (31, 0)
    data[34] = 1; // (34, 0)
    data[35 + 2] = 1; // (2, 1)
    using mask = packMask(gpu, data, [35, 2, 1]);
    assertEquals(mask.dims, [35, 2, 1]);
    assertEquals(await gpu.read(mask.words, Uint32Array), Uint32Array.of(0x80000001, 4, 4, 0));
  }),
);

Deno.test(
  "packMask() takes every byte but 0 as inside",
  withGpu(async (gpu) => {
    const data = Uint8Array.from({ length: 256 }, (_, i) => i);
    using mask = packMask(gpu, data, [256, 1, 1]);
    assertEquals(await unpackMask(gpu, mask), data.map((byte) => Math.min(byte, 1)));
  }),
);

Deno.test(
  "packMask() and unpackMask() equal their oracle and give every mask back",
  withGpu(async (gpu) => {
    soil(gpu);
    await fc.assert(
      fc.asyncProperty(anyMask, async ({ data, dims }) => {
        using mask = packMask(gpu, data, dims);
        assertEquals(await gpu.read(mask.words, Uint32Array), packReference(data, dims));
        assertEquals(await unpackMask(gpu, mask), data);
      }),
      { numRuns: 150 },
    );
  }),
);

Deno.test(
  "packMask() takes a view into a larger array, at any byte",
  withGpu(async (gpu) => {
    const { data } = randomMask([45, 3, 1], 0.5, 1);
    for (const start of [0, 1, 2, 3, 7]) {
      using mask = packMask(gpu, data.subarray(start, start + 99), [33, 3, 1]);
      assertEquals(await unpackMask(gpu, mask), data.slice(start, start + 99));
    }
  }),
);

Deno.test(
  "packMask() refuses data that do not fill the dims",
  withGpu((gpu) => {
    for (const length of [0, 29, 31]) {
      const data = new Uint8Array(length);
      assertThrows(() => packMask(gpu, data, [5, 3, 2]), TypeError, `it has ${length} values`);
    }
    assertEquals(gpu.memory.inUse, 0);
    return Promise.resolve();
  }),
);

Deno.test(
  "unpackMask() ends with the signal, and leaves no memory in use",
  withGpu(async (gpu) => {
    using mask = packMask(gpu, new Uint8Array(30), [5, 3, 2]);
    const before = gpu.memory.inUse;
    const reason = new Error("enough");
    await assertRejects(
      () => unpackMask(gpu, mask, { signal: AbortSignal.abort(reason) }),
      Error,
      "enough",
    );
    assertEquals(gpu.memory.inUse, before);
  }),
);

const RULES = {
  and: (a: number, b: number) => a & b,
  or: (a: number, b: number) => a | b,
  minus: (a: number, b: number) => a & (1 - b),
  xor: (a: number, b: number) => a ^ b,
};

Deno.test(
  "combine() and invert() follow their truth tables, with zeros beyond each row's end",
  withGpu(async (gpu) => {
    soil(gpu);
    await fc.assert(
      fc.asyncProperty(anyMask, fc.nat(1e6), async (a, seed) => {
        const b = randomMask(a.dims, 0.5, seed);
        using first = packMask(gpu, a.data, a.dims);
        using second = packMask(gpu, b.data, b.dims);
        for (const operation of ["and", "or", "minus", "xor"] as const) {
          using combined = combine(gpu, first, second, operation);
          const expected = a.data.map((value, i) => RULES[operation](value, b.data[i]!));
          assertEquals(combined.dims, a.dims);
          assertEquals(
            await gpu.read(combined.words, Uint32Array),
            packReference(expected, a.dims),
            operation,
          );
        }
        using inverse = invert(gpu, first);
        const expected = packReference(not(a).data, a.dims);
        assertEquals(await gpu.read(inverse.words, Uint32Array), expected, "not");
        using twice = invert(gpu, inverse);
        assertEquals(await unpackMask(gpu, twice), a.data);
      }),
      { numRuns: 60 },
    );
  }),
);

Deno.test(
  "combine() refuses masks of different dims, also of as many voxels",
  withGpu((gpu) => {
    using a = allocateMask(gpu, [4, 6, 2]);
    using b = allocateMask(gpu, [6, 4, 2]);
    const before = gpu.memory.inUse;
    for (const operation of ["and", "or", "minus", "xor"] as const) {
      assertThrows(
        () => combine(gpu, a, b, operation),
        TypeError,
        "4 x 6 x 2 and 6 x 4 x 2 voxels differ",
      );
    }
    assertEquals(gpu.memory.inUse, before);
    return Promise.resolve();
  }),
);

Deno.test(
  "a mask hands its memory back once, and no failure keeps any",
  withGpu(async (gpu) => {
    const { data, dims } = randomMask([40, 3, 2], 0.5, 2);
    const mask = packMask(gpu, data, dims);
    assertEquals(new Set(leaks(gpu, () => packMask(gpu, data, dims))), new Set([0]));
    assertEquals(new Set(leaks(gpu, () => combine(gpu, mask, mask, "xor"))), new Set([0]));
    assertEquals(new Set(leaks(gpu, () => invert(gpu, mask))), new Set([0]));
    await unpackMask(gpu, mask);
    mask[Symbol.dispose]();
    mask[Symbol.dispose]();
    assertEquals(gpu.memory.inUse, 0);
    assertThrows(() => invert(gpu, mask), ReferenceError, "disposed");
    assertEquals(gpu.memory.inUse, 0);
    await assertRejects(() => unpackMask(gpu, mask), ReferenceError, "disposed");
    assertEquals(gpu.memory.inUse, 0);
  }),
);
