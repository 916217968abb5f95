import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { clearBorder } from "../../src/morphology/clear_border.ts";
import { draw, neighbourSteps, onBorder, regions } from "./_flood.ts";
import { anyConnectivity, anyMask, anySlices, checkerboard } from "./_masks.ts";

Deno.test("clearBorder() keeps what touches no face", () => {
  const data = new Uint8Array(27);
  data[13] = 7;
  data[0] = 1;
  // The corner touches the centre at 26, so the centre falls with it; at 6 and 18 it stands.
  assertEquals(clearBorder(data, [3, 3, 3]), new Uint8Array(27));
  const centre = new Uint8Array(27);
  centre[13] = 1;
  assertEquals(clearBorder(data, [3, 3, 3], { connectivity: 18 }), centre);
  assertEquals(clearBorder(data, [3, 3, 3], { connectivity: 6 }), centre);
});

Deno.test("clearBorder() treats each slice on its own with slices", () => {
  const { data, dims } = draw(
    [".....", ".##..", ".....", "....."],
    ["#....", ".##..", ".....", "..#.."],
    [".....", ".##..", "...#.", "....."],
  );
  const expected = draw(
    [".....", ".##..", ".....", "....."],
    [".....", ".....", ".....", "....."],
    [".....", ".##..", "...#.", "....."],
  ).data;
  assertEquals(clearBorder(data, dims, { slices: 2 }), expected);
  assertEquals(clearBorder(data, dims), new Uint8Array(60));
});

Deno.test("clearBorder() clears all of a full volume and keeps an empty one", () => {
  const dims = [4, 3, 5] as const;
  for (const slices of [0, 1, 2] as const) {
    assertEquals(clearBorder(new Uint8Array(60).fill(1), dims, { slices }), new Uint8Array(60));
    assertEquals(clearBorder(new Uint8Array(60), dims, { slices }), new Uint8Array(60));
  }
  assertEquals(clearBorder(new Uint8Array(60).fill(1), dims), new Uint8Array(60));
});

Deno.test("clearBorder() clears a checkerboard at 18 and keeps its inner voxels at 6", () => {
  const dims = [5, 5, 5] as const;
  const data = checkerboard(dims);
  assertEquals(clearBorder(data, dims, { connectivity: 18 }), new Uint8Array(125));
  // At 6 each voxel stands alone. Of the inner 27 (coordinates 1 to 3) an even sum have 1 without odd coordinates and
  // 3 * 4 with two.
  assertEquals(clearBorder(data, dims, { connectivity: 6 }).reduce((n, v) => n + v, 0), 13);
});

Deno.test("clearBorder() clears all where a dim is 1, unless slices run across it", () => {
  const { data, dims } = draw(["...", ".#.", "..."]);
  assertEquals(clearBorder(data, dims), new Uint8Array(9));
  assertEquals(clearBorder(data, dims, { slices: 2 }), data);
  assertEquals(clearBorder(Uint8Array.of(1), [1, 1, 1], { slices: 0 }), Uint8Array.of(0));
});

Deno.test("clearBorder() agrees with a flood fill on any mask", () => {
  fc.assert(
    fc.property(anyMask, anyConnectivity, anySlices, ({ data, dims }, connectivity, slices) => {
      const expected = data.slice();
      for (const region of regions(data, dims, 1, neighbourSteps(connectivity, slices))) {
        if (!region.some((i) => onBorder(i, dims, slices))) continue;
        for (const i of region) expected[i] = 0;
      }
      const options = slices === undefined ? { connectivity } : { connectivity, slices };
      assertEquals(clearBorder(data, dims, options), expected);
    }),
    { numRuns: 300 },
  );
});

Deno.test("clearBorder() throws on a wrong length", () => {
  assertThrows(
    () => clearBorder(new Uint8Array(7), [2, 2, 2]),
    TypeError,
    "Cannot clear the border",
  );
});
