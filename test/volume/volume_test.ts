import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { createGrid, createVolume, type VoxelArray } from "../../src/volume/mod.ts";

Deno.test("createVolume() keeps the array and adds the grid", () => {
  const data = new Int16Array(24);
  const volume = createVolume(data, { dims: [2, 3, 4], spacing: [1, 1, 2] });
  assertStrictEquals(volume.data, data);
  assertEquals([...volume.dims], [2, 3, 4]);
  assertEquals([...volume.spacing], [1, 1, 2]);
});

Deno.test("createVolume() takes a grid or another volume as its grid", () => {
  const grid = createGrid({ dims: [2, 1, 1], affine: [0, -1, 0, 5, 1, 0, 0, 6, 0, 0, 1, 7] });
  const first = createVolume(new Uint8Array(2), grid);
  const second = createVolume(new Float32Array(2), first);
  assertEquals([...second.affine], [...grid.affine]);
});

Deno.test("createVolume() refuses an array of the wrong length", () => {
  assertThrows(
    () => createVolume(new Uint8Array(7), { dims: [2, 2, 2], spacing: [1, 1, 1] }),
    RangeError,
    "2 x 2 x 2 is 8 voxels, the array has 7",
  );
});

Deno.test("createVolume() refuses what is no voxel array", () => {
  for (
    const bad of [
      [1],
      new BigInt64Array(1),
      new Uint8ClampedArray(1),
      new DataView(new ArrayBuffer(1)),
    ]
  ) {
    assertThrows(
      () => createVolume(bad as unknown as VoxelArray, { dims: [1, 1, 1], spacing: [1, 1, 1] }),
      TypeError,
      "typed array",
    );
  }
});
