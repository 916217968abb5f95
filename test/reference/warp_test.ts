import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { type FusedWarp, warpLabelsReference, warpReference } from "../../reference/mod.ts";
import { normalAt } from "../../src/random/mod.ts";

const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

/** A row of three voxels read at -1, -0.5, 0, ..., 2.5. */
const row: FusedWarp = {
  data: new Int16Array([10, 20, 40]),
  dims: [3, 1, 1],
  matrix: [0.5, 0, 0, -1, 0, 1, 0, 0, 0, 0, 1, 0],
  shape: [8, 1, 1],
  interpolation: "linear",
  outside: -1,
};

Deno.test("warpReference() interpolates linearly, clamps within half a voxel of a face, is outside beyond", () => {
  assertEquals([...warpReference(row)], [-1, 10, 10, 15, 20, 30, 40, -1]);
});

Deno.test("warpReference() rounds halves up when it takes the nearest voxel", () => {
  const nearest = warpReference({ ...row, interpolation: "nearest" });
  assertEquals([...nearest], [-1, 10, 10, 20, 20, 40, 40, -1]);
});

Deno.test("warpReference() weighs the eight neighbours by the product of their distances", () => {
  // Index (0.25, 0.5, 0.75): corner (x, y, z) weighs (x ? 0.25 : 0.75) * 0.5 * (z ? 0.75 : 0.25).
  const weights = [0.09375, 0.03125, 0.09375, 0.03125, 0.28125, 0.09375, 0.28125, 0.09375];
  weights.forEach((weight, corner) => {
    const data = new Float32Array(8);
    data[corner] = 64;
    const matrix = [1, 0, 0, 0.25, 0, 1, 0, 0.5, 0, 0, 1, 0.75];
    const options = { data, dims: [2, 2, 2], matrix, shape: [1, 1, 1], outside: -1 } as const;
    assertEquals([...warpReference({ ...options, interpolation: "linear" })], [64 * weight]);
  });
});

Deno.test("warpReference() maps output axes to input axes by the matrix's rows", () => {
  // Input index (x, y, z) = (output z, output x, output y); voxel (x, y, z) holds 100 x + 10 y + z.
  const dims = [2, 3, 4] as const;
  const data = Float32Array.from({ length: 24 }, (_, i) => {
    return 100 * (i % 2) + 10 * (Math.floor(i / 2) % 3) + Math.floor(i / 6);
  });
  const matrix = [0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0];
  const shape = [3, 4, 2] as const;
  for (const interpolation of ["linear", "nearest"] as const) {
    const warped = warpReference({ data, dims, matrix, shape, interpolation, outside: -1 });
    for (let z = 0, i = 0; z < 2; z++) {
      for (let y = 0; y < 4; y++) {
        for (let x = 0; x < 3; x++, i++) assertEquals(warped[i], 100 * z + 10 * x + y);
      }
    }
  }
});

Deno.test("warpReference() reproduces a linear function at every index between voxels", () => {
  const f = (x: number, y: number, z: number) => 3 + 5 * x - 7 * y + 11 * z;
  const dims = [5, 4, 6] as const;
  const data = Float32Array.from({ length: 120 }, (_, i) => {
    return f(i % 5, Math.floor(i / 5) % 4, Math.floor(i / 20));
  });
  const at = (n: number) => fc.double({ min: 0, max: n - 1, noNaN: true });
  fc.assert(
    fc.property(at(5), at(4), at(6), (x, y, z) => {
      const matrix = [0, 0, 0, x, 0, 0, 0, y, 0, 0, 0, z];
      const shape = [1, 1, 1] as const;
      const options = { data, dims, matrix, shape, outside: -1 };
      const [value] = warpReference({ ...options, interpolation: "linear" });
      // The result is rounded to f32: half a unit in the last place of 64.
      assertAlmostEquals(value!, f(x, y, z), 2 ** -18);
    }),
  );
});

Deno.test("warpReference() adds noise inside only, by the output voxel's number", () => {
  const noise = { sigma: 5, seed: 3, stream: 4 };
  const clean = warpReference(row);
  const noisy = warpReference({ ...row, noise });
  noisy.forEach((value, i) => {
    const expected = clean[i] === -1 ? -1 : clean[i]! + 5 * normalAt(noise, i);
    assertEquals(value, Math.fround(expected));
  });
});

Deno.test("warpReference() numbers noise across rows and slices", () => {
  const shape = [3, 5, 2] as const;
  const data = new Float32Array(30);
  const noise = { sigma: 1, seed: 8, stream: 0 };
  const noisy = warpReference({
    data,
    dims: shape,
    matrix: IDENTITY,
    shape,
    interpolation: "nearest",
    outside: 0,
    noise,
  });
  noisy.forEach((value, i) => assertEquals(value, Math.fround(normalAt(noise, i))));
});

Deno.test("warpReference() windows after the noise and leaves outside as it is", () => {
  const window = { low: 15, high: 35 };
  assertEquals([...warpReference({ ...row, window, outside: 9 })], [9, 0, 0, 0, 0.25, 0.75, 1, 9]);
  const noise = { sigma: 50, seed: 1, stream: 1 };
  const both = warpReference({ ...row, window, noise, outside: 9 });
  [10, 10, 15, 20, 30, 40].forEach((value, i) => {
    const noisy = value + 50 * normalAt(noise, i + 1);
    assertEquals(both[i + 1], Math.fround(Math.min(Math.max((noisy - 15) / 20, 0), 1)));
  });
  assertEquals([both[0], both[7]], [9, 9]);
});

Deno.test("warpLabelsReference() takes the nearest label and keeps the array's kind", () => {
  const { dims, matrix, shape } = row;
  const labels = { data: new Int8Array([1, 2, 3]), dims, matrix, shape, outside: -1 };
  assertEquals(warpLabelsReference(labels), new Int8Array([-1, 1, 1, 2, 2, 3, 3, -1]));
  const bytes = { ...labels, data: new Uint8Array([1, 2, 3]), outside: 0 };
  assertEquals(warpLabelsReference(bytes), new Uint8Array([0, 1, 1, 2, 2, 3, 3, 0]));
});

Deno.test("warpReference() and warpLabelsReference() refuse what does not fit, by name", () => {
  const type = (options: Partial<FusedWarp>, part: string) =>
    assertThrows(() => warpReference({ ...row, ...options }), TypeError, part);
  const range = (options: Partial<FusedWarp>, part: string) =>
    assertThrows(() => warpReference({ ...row, ...options }), RangeError, part);
  type({ data: new Int16Array(2) }, "found 2");
  type({ matrix: [1, 2, 3] }, "12 finite numbers");
  type({ matrix: IDENTITY.with(3, NaN) }, "NaN");
  range({ dims: [3, 0, 1] }, "3 x 0 x 1");
  range({ shape: [1.5, 1, 1] }, "1.5 x 1 x 1");
  range({ noise: { sigma: -1, seed: 0, stream: 0 } }, "-1");
  range({ window: { low: 1, high: 1 } }, "1 to 1");
  const { dims, matrix, shape } = row;
  const labels = { data: new Uint8Array(3), dims, matrix, shape };
  assertThrows(() => warpLabelsReference({ ...labels, outside: -1 }), RangeError, "Uint8Array");
});
