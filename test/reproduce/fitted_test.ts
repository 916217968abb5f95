import { assertEquals } from "@std/assert";
import { fitted } from "../../src/reproduce/_fitted.ts";
import { createVolume } from "../../src/volume/mod.ts";

Deno.test("fitted() adds or cuts voxels behind the last ones, and moves none", () => {
  const volume = createVolume(Int16Array.of(1, 2, 3, 4, 5, 6), {
    dims: [3, 2, 1],
    spacing: [2, 2, 2],
    origin: [7, 8, 9],
  });
  const { data, dims, affine } = fitted(volume, [2, 3, 2], -9);
  assertEquals(dims, [2, 3, 2]);
  assertEquals([...data], [1, 2, 4, 5, ...Array<number>(8).fill(-9)]);
  assertEquals(affine, volume.affine);
  assertEquals(fitted(volume, [3, 2, 1], -9).data, volume.data);
});
