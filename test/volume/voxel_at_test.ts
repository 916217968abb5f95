import { assertEquals } from "@std/assert";
import { createGrid, voxelAt } from "../../src/volume/mod.ts";

Deno.test("voxelAt() finds the voxel of a place, up to half a voxel from its middle", () => {
  const grid = createGrid({ dims: [4, 5, 6], spacing: [2, 3, 4], origin: [10, 20, 30] });
  assertEquals(voxelAt(grid, [10, 20, 30]), [0, 0, 0]);
  assertEquals(voxelAt(grid, [16.9, 32, 50]), [3, 4, 5]);
  assertEquals(voxelAt(grid, [9.1, 18.6, 28.1]), [0, 0, 0]);
  assertEquals(voxelAt(grid, [8.9, 20, 30]), undefined);
  assertEquals(voxelAt(grid, [17.1, 20, 30]), undefined);
  assertEquals(voxelAt(grid, [10, 20, NaN]), undefined);
});

Deno.test("voxelAt() follows axes that are turned", () => {
  // x grows to the left, y to the head, z to the back.
  const affine = [-2, 0, 0, 100, 0, 0, -3, 50, 0, 4, 0, 10] as const;
  const grid = createGrid({ dims: [4, 5, 6], affine: [...affine] });
  // Voxel (1, 2, 3) lies at 100 - 2, 50 - 9, 10 + 8.
  assertEquals(voxelAt(grid, [98, 41, 18]), [1, 2, 3]);
});
