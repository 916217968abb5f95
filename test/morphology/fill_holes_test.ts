import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { fillHoles } from "../../src/morphology/fill_holes.ts";
import { draw, neighbourSteps, onBorder, regions } from "./_flood.ts";
import { anyConnectivity, anyMask, anySlices, checkerboard } from "./_masks.ts";

Deno.test("fillHoles() fills a cavity and keeps the input as it was", () => {
  const data = new Uint8Array(27).fill(1);
  data[13] = 0;
  assertEquals(fillHoles(data, [3, 3, 3]), new Uint8Array(27).fill(1));
  assertEquals(data[13], 0);
});

Deno.test("fillHoles() leaves a tunnel in 3-D and fills it slice by slice across its axis", () => {
  const { data, dims } = draw(["###", "#.#", "###"], ["###", "#.#", "###"], ["###", "#.#", "###"]);
  assertEquals(fillHoles(data, dims), data);
  assertEquals(fillHoles(data, dims, { slices: 2 }), new Uint8Array(27).fill(1));
  assertEquals(fillHoles(data, dims, { slices: 1 }), data);
  assertEquals(fillHoles(data, dims, { slices: 0 }), data);
});

Deno.test("fillHoles() fills across each axis", () => {
  // A cavity with one window: open in the slices that hold the window, closed in those that do not.
  for (const axis of [0, 1, 2] as const) {
    const step = [1, 3, 9][axis]!;
    const data = new Uint8Array(27).fill(1);
    data[13] = 0;
    data[13 + step] = 0;
    const full = new Uint8Array(27).fill(1);
    const windowOnly = full.slice();
    windowOnly[13 + step] = 0;
    assertEquals(fillHoles(data, [3, 3, 3]), data);
    assertEquals(fillHoles(data, [3, 3, 3], { slices: axis }), full);
    assertEquals(fillHoles(data, [3, 3, 3], { slices: ((axis + 1) % 3) as 0 | 1 | 2 }), data);
  }
});

Deno.test("fillHoles() lets background out through a corner at 26, not at 6", () => {
  const { data, dims } = draw(["###.#", "##.##", "#####"]);
  assertEquals(fillHoles(data, dims, { slices: 2 })[7], 1);
  assertEquals(fillHoles(data, dims, { slices: 2, connectivity: 26 })[7], 0);
});

Deno.test("fillHoles() keeps empty and full masks", () => {
  const dims = [4, 5, 3] as const;
  assertEquals(fillHoles(new Uint8Array(60), dims), new Uint8Array(60));
  assertEquals(fillHoles(new Uint8Array(60).fill(1), dims), new Uint8Array(60).fill(1));
});

Deno.test("fillHoles() fills the inner voxels of a checkerboard at 6 and none at 26", () => {
  const dims = [5, 5, 5] as const;
  const data = checkerboard(dims);
  // At 6 every background voxel stands alone, so those off the faces are holes: of the inner 3 x 3 x 3 (coordinates 1
  // to 3) those with an odd sum, 2 * 2 * 2 with three odd coordinates and 3 * 2 with one.
  const filled = fillHoles(data, dims, { connectivity: 6 });
  assertEquals(filled.reduce((n, v, i) => n + v - data[i]!, 0), 14);
  assertEquals(fillHoles(data, dims, { connectivity: 26 }), data);
});

Deno.test("fillHoles() has no holes where a dim is 1, unless slices run across it", () => {
  const { data, dims } = draw(["###", "#.#", "###"]);
  assertEquals(fillHoles(data, dims), data);
  assertEquals(fillHoles(data, dims, { slices: 2 })[4], 1);
  assertEquals(fillHoles(Uint8Array.of(0), [1, 1, 1]), Uint8Array.of(0));
});

Deno.test("fillHoles() agrees with a flood fill on any mask", () => {
  fc.assert(
    fc.property(anyMask, anyConnectivity, anySlices, ({ data, dims }, connectivity, slices) => {
      const expected = data.slice();
      for (const region of regions(data, dims, 0, neighbourSteps(connectivity, slices))) {
        if (region.some((i) => onBorder(i, dims, slices))) continue;
        for (const i of region) expected[i] = 1;
      }
      const options = slices === undefined ? { connectivity } : { connectivity, slices };
      assertEquals(fillHoles(data, dims, options), expected);
    }),
    { numRuns: 300 },
  );
});

Deno.test("fillHoles() throws on a wrong length and a wrong axis", () => {
  assertThrows(() => fillHoles(new Uint8Array(7), [2, 2, 2]), TypeError, "Cannot fill holes");
  assertThrows(
    () => fillHoles(new Uint8Array(8), [2, 2, 2], { slices: 3 as 2 }),
    RangeError,
    "axis 0, 1 or 2, got 3",
  );
});
