import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { reconstruct } from "../../src/morphology/reconstruct.ts";
import { draw, flood, neighbourSteps } from "./_flood.ts";
import { anyConnectivity, anyMask, checkerboard } from "./_masks.ts";

Deno.test("reconstruct() keeps the regions the marker touches, whole", () => {
  const mask = draw(["##.##", "#...#", "..#.."]);
  const marker = draw(["#....", ".....", "..#.."]);
  const expected = draw(["##...", "#....", "..#.."]);
  assertEquals(
    reconstruct(marker.data, mask.data, mask.dims, { connectivity: 6 }),
    expected.data,
  );
});

Deno.test("reconstruct() ignores marker voxels outside the mask", () => {
  const mask = draw(["#.#"]);
  const marker = draw([".#."]);
  assertEquals(
    reconstruct(marker.data, mask.data, mask.dims, { connectivity: 26 }),
    new Uint8Array(3),
  );
});

Deno.test("reconstruct() gives nothing for an empty marker and the mask for a full one", () => {
  const { data, dims } = draw(["#.#", "..#"], ["#..", ".##"]);
  const empty = new Uint8Array(12);
  assertEquals(reconstruct(empty, data, dims, { connectivity: 18 }), empty);
  assertEquals(reconstruct(empty.fill(1), data, dims, { connectivity: 18 }), data);
});

Deno.test("reconstruct() floods a checkerboard from one voxel at 18 and stays there at 6", () => {
  const dims = [5, 4, 3] as const;
  const data = checkerboard(dims);
  const marker = new Uint8Array(60);
  marker[0] = 1;
  assertEquals(reconstruct(marker, data, dims, { connectivity: 18 }), data);
  assertEquals(reconstruct(marker, data, dims, { connectivity: 6 }), marker);
});

Deno.test("reconstruct() follows a serpentine to its end", () => {
  const { data, dims } = draw(["#####", "....#", "#####", "#....", "#####"]);
  const marker = new Uint8Array(25);
  marker[24] = 1;
  assertEquals(reconstruct(marker, data, dims, { connectivity: 6 }), data);
});

Deno.test("reconstruct() works where every dim is 1", () => {
  const one = Uint8Array.of(1);
  assertEquals(reconstruct(one, one, [1, 1, 1], { connectivity: 6 }), one);
});

Deno.test("reconstruct() agrees with a flood fill on any marker and mask", () => {
  const any = fc.tuple(anyMask, fc.array(fc.nat(209), { maxLength: 4 }), anyConnectivity);
  fc.assert(
    fc.property(any, ([{ data, dims }, picks, connectivity]) => {
      const marker = new Uint8Array(data.length);
      for (const pick of picks) marker[pick % data.length] = 1;
      const expected = new Uint8Array(data.length);
      marker.forEach((on, index) => {
        if (!on || !data[index]) return;
        const region = flood(index, dims, neighbourSteps(connectivity), (i) => data[i] === 1);
        for (const i of region) expected[i] = 1;
      });
      assertEquals(reconstruct(marker, data, dims, { connectivity }), expected);
    }),
    { numRuns: 300 },
  );
});

Deno.test("reconstruct() throws when marker or mask does not fit the dims", () => {
  const eight = new Uint8Array(8);
  const seven = new Uint8Array(7);
  const options = { connectivity: 6 } as const;
  assertThrows(() => reconstruct(seven, eight, [2, 2, 2], options), TypeError, "marker");
  assertThrows(() => reconstruct(eight, seven, [2, 2, 2], options), TypeError, "under a mask");
});
