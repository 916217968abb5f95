import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { components } from "../../src/morphology/components.ts";
import { draw, neighbourSteps, regions } from "./_flood.ts";
import { anyConnectivity, anyMask, checkerboard } from "./_masks.ts";

Deno.test("components() numbers regions by size, then by first voxel", () => {
  const { data, dims } = draw(["#.##.#", "#....#", "...#.."]);
  const { labels, sizes } = components(data, dims, { connectivity: 6 });
  assertEquals(sizes, [2, 2, 2, 1]);
  assertEquals([...labels], [1, 0, 2, 2, 0, 3, 1, 0, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0]);
});

Deno.test("components() finds nothing in an empty mask and one region in a full one", () => {
  const dims = [5, 4, 3] as const;
  for (const connectivity of [6, 18, 26] as const) {
    assertEquals(components(new Uint8Array(60), dims, { connectivity }).sizes, []);
    const full = components(new Uint8Array(60).fill(1), dims, { connectivity });
    assertEquals(full.sizes, [60]);
    assertEquals(full.labels, new Int32Array(60).fill(1));
  }
});

Deno.test("components() finds a single voxel, whatever value marks it", () => {
  const data = new Uint8Array(60);
  data[33] = 255;
  const { labels, sizes } = components(data, [5, 4, 3], { connectivity: 6 });
  assertEquals(sizes, [1]);
  assertEquals(labels.indexOf(1), 33);
});

Deno.test("components() splits a checkerboard at 6 and joins it at 18 and 26", () => {
  const dims = [6, 5, 4] as const;
  const data = checkerboard(dims);
  assertEquals(components(data, dims, { connectivity: 6 }).sizes, new Array(60).fill(1));
  assertEquals(components(data, dims, { connectivity: 18 }).sizes, [60]);
  assertEquals(components(data, dims, { connectivity: 26 }).sizes, [60]);
});

Deno.test("components() joins voxels that touch by a corner at 26 only", () => {
  const { data, dims } = draw(["#..", "...", "..."], ["...", ".#.", "..."], ["...", "...", "..#"]);
  assertEquals(components(data, dims, { connectivity: 6 }).sizes, [1, 1, 1]);
  assertEquals(components(data, dims, { connectivity: 18 }).sizes, [1, 1, 1]);
  assertEquals(components(data, dims, { connectivity: 26 }).sizes, [3]);
});

Deno.test("components() joins voxels that touch by an edge at 18 in each of the three planes", () => {
  const centre = 13;
  const byEdge = [1 + 3, 1 - 3, 1 + 9, 1 - 9, 3 + 9, 3 - 9].flatMap((step) => [step, -step]);
  for (const step of byEdge) {
    const data = new Uint8Array(27);
    data[centre] = data[centre + step] = 1;
    assertEquals(components(data, [3, 3, 3], { connectivity: 18 }).sizes, [2]);
    assertEquals(components(data, [3, 3, 3], { connectivity: 6 }).sizes, [1, 1]);
  }
});

Deno.test("components() follows a serpentine through the whole volume", () => {
  // One path: every other row is full and joined to the next at alternating ends; slices likewise.
  const { data, dims } = draw(
    ["#####", "....#", "#####", "#....", "#####"],
    [".....", ".....", ".....", ".....", "....#"],
    ["#####", "#....", "#####", "....#", "#####"],
  );
  assertEquals(components(data, dims, { connectivity: 6 }).sizes, [35]);
});

Deno.test("components() works where dims are 1", () => {
  const row = Uint8Array.of(1, 1, 0, 1);
  for (const dims of [[4, 1, 1], [1, 4, 1], [1, 1, 4]] as const) {
    const { labels, sizes } = components(row, dims, { connectivity: 26 });
    assertEquals([...labels], [1, 1, 0, 2]);
    assertEquals(sizes, [2, 1]);
  }
  assertEquals(components(Uint8Array.of(1), [1, 1, 1], { connectivity: 6 }).sizes, [1]);
});

Deno.test("components() numbers the regions of each slice on its own", () => {
  const { data, dims } = draw(["##", ".#"], ["#.", ".#"]);
  const found = (slices: 0 | 1 | 2, connectivity: 6 | 26) =>
    components(data, dims, { connectivity, slices }).labels;
  assertEquals([...found(2, 6)], [1, 1, 0, 1, 2, 0, 0, 3]);
  assertEquals([...found(2, 26)], [1, 1, 0, 1, 2, 0, 0, 2]);
  assertEquals([...found(1, 6)], [1, 1, 0, 2, 1, 0, 0, 2]);
  assertEquals([...found(0, 6)], [2, 1, 0, 1, 2, 0, 0, 1]);
});

Deno.test("components() agrees with a flood fill on any mask", () => {
  fc.assert(
    fc.property(anyMask, anyConnectivity, ({ data, dims }, connectivity) => {
      // Array.sort is stable, so equal sizes stay in the order of their first voxel.
      const expected = regions(data, dims, 1, neighbourSteps(connectivity))
        .sort((a, b) => b.length - a.length);
      const labels = new Int32Array(data.length);
      expected.forEach((region, k) => region.forEach((i) => labels[i] = k + 1));
      const found = components(data, dims, { connectivity });
      assertEquals(found.labels, labels);
      assertEquals(found.sizes, expected.map((region) => region.length));
    }),
    { numRuns: 300 },
  );
});

Deno.test("components() throws when the mask does not fit the dims", () => {
  assertThrows(
    () => components(new Uint8Array(5), [2, 3, 1], { connectivity: 6 }),
    TypeError,
    "dims 2 x 3 x 1 need 6 voxels, the mask holds 5",
  );
});

Deno.test("components() throws on an unknown connectivity and on empty dims", () => {
  assertThrows(
    () => components(new Uint8Array(6), [2, 3, 1], { connectivity: 8 as 6 }),
    RangeError,
    "6, 18 or 26, got 8",
  );
  assertThrows(
    () => components(new Uint8Array(0), [0, 3, 1], { connectivity: 6 }),
    RangeError,
    "dims",
  );
});
