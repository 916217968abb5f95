import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { axisTiles, evenTile, fittingTile, tileWeights } from "../../src/infer/mod.ts";

Deno.test("axisTiles() gives one tile where the volume fits, as short as the network allows", () => {
  assertEquals(axisTiles(20, 48, 0.25, 8), { size: 24, starts: [0] });
  assertEquals(axisTiles(48, 48, 0.25, 8), { size: 48, starts: [0] });
});

Deno.test("axisTiles() overlaps tiles by a quarter, and the last ends just behind the volume", () => {
  // Steps of 36, rounded down to multiples of 8; 101 is padded to 104.
  assertEquals(axisTiles(101, 48, 0.25, 8), { size: 48, starts: [0, 32, 56] });
  assertEquals(axisTiles(112, 48, 0, 8), { size: 48, starts: [0, 48, 64] });
});

Deno.test("axisTiles() covers every voxel, at multiples, with at least the overlap", () => {
  const numbers = fc.record({
    n: fc.integer({ min: 1, max: 300 }),
    tiles: fc.integer({ min: 1, max: 12 }),
    multiple: fc.constantFrom(1, 2, 4, 8),
    overlap: fc.constantFrom(0, 0.25, 0.5, 0.9),
  });
  fc.assert(fc.property(numbers, ({ n, tiles, multiple, overlap }) => {
    const { size, starts } = axisTiles(n, tiles * multiple, overlap, multiple);
    assertEquals(starts[0], 0);
    assert(starts.at(-1)! + size >= n && starts.at(-1)! + size < n + multiple);
    for (const [i, start] of starts.entries()) {
      assertEquals(start % multiple, 0);
      if (i === 0) continue;
      // The next tile begins at least one multiple further on, whatever the overlap.
      const step = start - starts[i - 1]!;
      assert(step > 0 && (size - step >= overlap * size || step === multiple));
    }
  }));
});

Deno.test("axisTiles() refuses an overlap or a tile that it cannot place", () => {
  assertThrows(() => axisTiles(10, 8, 1, 8), RangeError, "found 1");
  assertThrows(() => axisTiles(10, 12, 0.25, 8), RangeError, "tiles of 12 voxels");
});

Deno.test("evenTile() shares an axis out evenly, in no more tiles and with no less overlap", () => {
  // Two tiles of 120 cover 124 voxels; so do two of 72, 124 <= 72 + 0.75 * 72 rounded down to 52.
  assertEquals(evenTile(122, 120, 0.25, 4), 72);
  assertEquals(evenTile(112, 160, 0.25, 4), 112);
  assertEquals(evenTile(3, 8, 0.25, 8), 8);
  const numbers = fc.record({
    n: fc.integer({ min: 1, max: 300 }),
    tiles: fc.integer({ min: 1, max: 12 }),
    multiple: fc.constantFrom(1, 2, 4, 8),
    overlap: fc.constantFrom(0, 0.25, 0.5),
  });
  fc.assert(fc.property(numbers, ({ n, tiles, multiple, overlap }) => {
    const wanted = tiles * multiple;
    const count = (size: number) => axisTiles(n, size, overlap, multiple).starts.length;
    const even = evenTile(n, wanted, overlap, multiple);
    assert(even <= wanted && even % multiple === 0 && count(even) <= count(wanted));
    if (even > multiple) assert(count(even - multiple) > count(wanted));
  }));
});

Deno.test("tileWeights() gives 1, or a Gaussian with an eighth of the tile as its standard deviation", () => {
  assertEquals(tileWeights(3, "constant"), Float32Array.of(1, 1, 1));
  const weights = tileWeights(17, "gaussian");
  assertEquals(weights[8], 1);
  // 17 / 8 voxels from the middle lie one standard deviation away; 8 voxels lie 64/17 away.
  assertEquals(weights[0], weights[16]);
  assertEquals(weights[0], Math.fround(Math.exp(-((64 / 17) ** 2) / 2)));
});

Deno.test("fittingTile() halves the longest axis until the activation fits, or the z axis for the sums", () => {
  const limits = { multiple: 4, most: 1e9, classes: 7, channels: 16 };
  assertEquals(fittingTile([48, 48, 64], [200, 200, 30], limits), [48, 48, 32]);
  // 48 * 48 * 64 * 16 = 2.4e6.
  const activation = { ...limits, most: 1.5e6 };
  assertEquals(fittingTile([48, 48, 64], [48, 48, 64], activation), [48, 48, 32]);
  // 100 * 100 * 64 * 7 = 4.5e6.
  assertEquals(fittingTile([48, 48, 64], [100, 100, 200], { ...limits, most: 3e6 }), [48, 48, 32]);
  assertThrows(
    () => fittingTile([48, 48, 64], [1000, 1000, 200], { ...limits, most: 1e6 }),
    RangeError,
    "1000 x 1000",
  );
});
