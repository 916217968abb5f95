import { assert, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { packReference, thresholdReference, unpackReference } from "../../reference/mod.ts";
import type { Vec3 } from "../../src/volume/mod.ts";

Deno.test("packReference() puts voxel x into bit x % 32 of word floor(x / 32) of its row", () => {
  const dims: Vec3 = [34, 2, 1];
  const data = new Uint8Array(68);
  for (const x of [0, 4, 31, 32]) data[x] = 1;
  data[34 + 33] = 255;
  const words = packReference(data, dims);
  assertEquals(words, new Uint32Array([0x80000011, 0x1, 0x0, 0x2]));
});

Deno.test("packReference() leaves the bits beyond a row's end at 0", () => {
  for (const nx of [1, 31, 32, 33, 63, 64]) {
    const words = packReference(new Uint8Array(nx * 6).fill(1), [nx, 3, 2]);
    const ones = words.reduce((sum, word) => sum + word.toString(2).replaceAll("0", "").length, 0);
    assertEquals([words.length, ones], [Math.ceil(nx / 32) * 6, nx * 6]);
  }
});

Deno.test("unpackReference() undoes packReference()", () => {
  const dims = fc.tuple(
    fc.integer({ min: 1, max: 70 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
  );
  const cases = dims.chain((dims) => {
    const length = dims[0] * dims[1] * dims[2];
    return fc.uint8Array({ min: 0, max: 1, minLength: length, maxLength: length })
      .map((data) => ({ dims, data }));
  });
  fc.assert(
    fc.property(cases, ({ dims, data }) => {
      assertEquals([...unpackReference(packReference(data, dims), dims)], [...data]);
    }),
  );
});

Deno.test("thresholdReference() includes both bounds and no NaN", () => {
  const data = new Float32Array([-151, -150, 0, 175, 175.5, NaN, Infinity, -Infinity]);
  const inside = (range: { min?: number; max?: number }) =>
    thresholdReference(data, range).join("");
  assertEquals(inside({ max: -150 }), "11000001");
  assertEquals(inside({ min: 175 }), "00011010");
  assertEquals(inside({ min: -150, max: 175 }), "01110000");
  assertEquals(inside({}), "11111011");
});

Deno.test("thresholdReference() rounds its bounds to f32 when they lie between two floats", () => {
  const float = Math.fround(0.1);
  assert(float > 0.1);
  const data = new Float32Array([float]);
  assertEquals(thresholdReference(data, { max: 0.1 }).join(""), "1");
});

Deno.test("packReference() and unpackReference() refuse lengths that do not fit, by name", () => {
  assertThrows(() => packReference(new Uint8Array(3), [2, 2, 1]), TypeError, "found 3");
  assertThrows(() => packReference(new Uint8Array(0), [0, 2, 1]), RangeError, "0 x 2 x 1");
  assertThrows(() => unpackReference(new Uint32Array(1), [33, 1, 1]), TypeError, "need 2 words");
});
