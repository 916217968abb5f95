import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  itkWarp,
  itkWarpLabels,
  type LabelWarp,
  warpLabelsReference,
  warpReference,
} from "../../reference/mod.ts";
import { RandomStream } from "../../src/random/mod.ts";

/**
 * Both work in f64 and round to f32 at the end. ITK's index differs from ours by some 1e-14, times a gradient of up to 2000 a voxel that
 * is 1e-10, which can turn one f32 rounding below 1024 the other way: 2^-14.
 */
const TOLERANCE = 2 ** -14;

/** Draws sizes from 1 voxel up, and a map that turns, mirrors, scales, shears and shifts about the middle. */
function randomWarp(random: RandomStream, farOutside: boolean): Omit<LabelWarp, "data"> {
  const side = () => 1 + random.integer(16);
  const dims = [side(), side(), side()] as const;
  // Up to twice the input's sides: crops beyond the input.
  const shape = [1 + random.integer(32), side(), side()] as const;
  const linear = Array.from({ length: 9 }, (_, k) => {
    return (k % 4 === 0 ? random.uniform(0.4, 1.6) : 0) + random.uniform(-0.5, 0.5);
  });
  if (random.integer(2) === 1) { for (const k of [0, 3, 6]) linear[k]! *= -1; }
  const rows = [0, 1, 2].map((r) => {
    const row = linear.slice(3 * r, 3 * r + 3);
    const middle = row.reduce((sum, m, c) => sum + m * (shape[c]! - 1) / 2, 0);
    const shift = (dims[r]! - 1) / 2 - middle + random.uniform(-2, 2);
    return [...row, farOutside ? shift + 1000 : shift];
  });
  return { dims, matrix: rows.flat(), shape, outside: -1 };
}

Deno.test("itkWarp() equals warpReference() for random maps, linear and nearest", async () => {
  const random = new RandomStream({ seed: 31, stream: 0 });
  let inside = 0;
  for (let trial = 0; trial < 40; trial++) {
    const warp = randomWarp(random, false);
    const length = warp.dims[0] * warp.dims[1] * warp.dims[2];
    const data = Float32Array.from({ length }, () => random.uniform(-1000, 1000));
    const interpolation = trial % 3 === 2 ? "nearest" : "linear";
    const options = { ...warp, data, outside: -1024, interpolation } as const;
    const expected = warpReference(options);
    const found = await itkWarp(options);
    assertEquals(found.length, expected.length);
    const tolerance = interpolation === "linear" ? TOLERANCE : 0;
    found.forEach((value, i) => {
      const difference = Math.abs(value - expected[i]!);
      assert(difference <= tolerance, `trial ${trial}, voxel ${i}: ${value}, ${expected[i]}`);
    });
    inside += expected.filter((value) => value !== -1024).length;
  }
  assert(inside > 5000, `only ${inside} voxels compared inside`);
});

Deno.test("itkWarpLabels() equals warpLabelsReference() for random maps and every kind of array", async () => {
  const random = new RandomStream({ seed: 32, stream: 0 });
  const kinds = [Int8Array, Int16Array, Int32Array, Float32Array, Float64Array];
  const unsigned = [Uint8Array, Uint16Array, Uint32Array];
  for (const kind of [...kinds, ...unsigned]) {
    const warp = randomWarp(random, false);
    const length = warp.dims[0] * warp.dims[1] * warp.dims[2];
    const data = new kind(length);
    for (let i = 0; i < length; i++) data[i] = 1 + random.integer(6);
    const outside = kind.name.startsWith("Uint") ? 0 : -1;
    const found = await itkWarpLabels({ ...warp, data, outside });
    assertEquals(found, warpLabelsReference({ ...warp, data, outside }));
  }
});

Deno.test("itkWarp() gives outside everywhere when the map leads far away", async () => {
  const random = new RandomStream({ seed: 33, stream: 0 });
  const warp = randomWarp(random, true);
  const data = new Float32Array(warp.dims[0] * warp.dims[1] * warp.dims[2]).fill(5);
  const options = { ...warp, data, interpolation: "linear" } as const;
  const expected = new Float32Array(warp.shape[0] * warp.shape[1] * warp.shape[2]).fill(-1);
  assertEquals(await itkWarp(options), expected);
  assertEquals(warpReference(options), expected);
});

Deno.test("itkWarp() has the border rule and the rounding that warpReference() states", async () => {
  // Read at -1, -0.5, 0, ..., 6.5; with 16 columns ITK's steps along the row are exact.
  const options = {
    data: new Float32Array([10, 20, 40]),
    dims: [3, 1, 1],
    matrix: [0.5, 0, 0, -1, 0, 1, 0, 0, 0, 0, 1, 0],
    shape: [16, 1, 1],
    outside: -1,
  } as const;
  const rest = new Array<number>(9).fill(-1);
  assertEquals(
    [...await itkWarp({ ...options, interpolation: "linear" })],
    [-1, 10, 10, 15, 20, 30, 40, ...rest],
  );
  assertEquals(
    [...await itkWarp({ ...options, interpolation: "nearest" })],
    [-1, 10, 10, 20, 20, 40, 40, ...rest],
  );
});

Deno.test("itkWarp() and itkWarpLabels() read a view of a larger buffer and leave it as it is", async () => {
  const matrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
  const grid = { dims: [2, 2, 1], shape: [2, 2, 1], matrix, outside: 0 } as const;
  const floats = new Float32Array([9, 9, 1, 2, 3, 4, 9]);
  const image = { ...grid, data: floats.subarray(2, 6), interpolation: "linear" } as const;
  assertEquals([...await itkWarp(image)], [1, 2, 3, 4]);
  const bytes = new Uint8Array([9, 9, 1, 2, 3, 4, 9]);
  assertEquals([...await itkWarpLabels({ ...grid, data: bytes.subarray(2, 6) })], [1, 2, 3, 4]);
  assertEquals([...floats, ...bytes], [9, 9, 1, 2, 3, 4, 9, 9, 9, 1, 2, 3, 4, 9]);
});

Deno.test("itkWarp() and itkWarpLabels() refuse what does not fit, by name", async () => {
  const matrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
  const grid = { dims: [2, 2, 1], shape: [2, 2, 1], matrix, outside: 0 } as const;
  const image = { ...grid, data: new Float32Array(4), interpolation: "linear" } as const;
  await assertRejects(() => itkWarp({ ...image, data: new Float32Array(3) }), TypeError, "found 3");
  await assertRejects(() => itkWarp({ ...image, matrix: [1] }), TypeError, "12 finite numbers");
  await assertRejects(() => itkWarp({ ...image, shape: [0, 1, 1] }), RangeError, "0 x 1 x 1");
  const labels = { ...grid, data: new Uint8Array(4), outside: 256 };
  await assertRejects(() => itkWarpLabels(labels), RangeError, "256");
});
