import { assertEquals } from "@std/assert";
import { filledUp } from "../../src/reproduce/_filled_up.ts";
import { createVolume } from "../../src/volume/mod.ts";

Deno.test("filledUp() adds voxels behind the last ones until there are enough, and moves none", () => {
  const volume = createVolume(Int16Array.of(1, 2, 3, 4, 5, 6), {
    dims: [3, 2, 1],
    spacing: [2, 2, 2],
    origin: [7, 8, 9],
  });
  const { data, dims, affine } = filledUp(volume, [2, 3, 2], -9);
  assertEquals(dims, [3, 3, 2]);
  assertEquals([...data], [1, 2, 3, 4, 5, 6, ...Array<number>(12).fill(-9)]);
  assertEquals(affine, volume.affine);
  assertEquals(filledUp(volume, [1, 1, 1], -9).data, volume.data);
});
