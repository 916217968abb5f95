import { assert, assertAlmostEquals, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { type Affine, createGrid, sameGrid, type Vec3, voxelCount } from "../../src/volume/mod.ts";

const IDENTITY: Affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

Deno.test("createGrid() derives the affine from spacing and origin", () => {
  const grid = createGrid({ dims: [4, 5, 6], spacing: [1, 2, 3], origin: [-10, 20, 30] });
  assertEquals([...grid.affine], [1, 0, 0, -10, 0, 2, 0, 20, 0, 0, 3, 30]);
  assertEquals([...grid.spacing], [1, 2, 3]);
  assertEquals(voxelCount(grid.dims), 120);
});

Deno.test("createGrid() takes the spacing from the columns of the affine", () => {
  // x column (0, 3, 4): length 5. y column (-2, 0, 0). z column (0, 0.8, -0.6): length 1.
  const grid = createGrid({ dims: [1, 1, 1], affine: [0, -2, 0, 7, 3, 0, 0.8, 8, 4, 0, -0.6, 9] });
  assertAlmostEquals(grid.spacing[0], 5, 1e-12);
  assertAlmostEquals(grid.spacing[1], 2, 1e-12);
  assertAlmostEquals(grid.spacing[2], 1, 1e-12);
});

Deno.test("createGrid() keeps its own copy when the caller's arrays change", () => {
  const dims = [2, 2, 2] as [number, number, number];
  const affine = [...IDENTITY];
  const grid = createGrid({ dims, affine });
  dims[0] = 9;
  affine[0] = 9;
  assertEquals(grid.dims[0], 2);
  assertEquals(grid.affine[0], 1);
});

for (
  const [name, affine] of [
    ["a zero column", [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]],
    ["two equal columns", [1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0]],
    ["columns in one plane", [1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0]],
  ] as [string, number[]][]
) {
  Deno.test(`createGrid() refuses a singular affine: ${name}`, () => {
    assertThrows(() => createGrid({ dims: [2, 2, 2], affine }), RangeError, "singular");
  });
}

Deno.test("createGrid() takes small and anisotropic spacing that is not singular", () => {
  const grid = createGrid({ dims: [2, 2, 2], spacing: [1e-4, 1e-4, 1000] });
  assertEquals([...grid.spacing], [1e-4, 1e-4, 1000]);
});

Deno.test("createGrid() refuses numbers that are not finite", () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    for (let i = 0; i < 12; i++) {
      const affine = IDENTITY.map((value, j) => j === i ? bad : value);
      assertThrows(() => createGrid({ dims: [2, 2, 2], affine }), RangeError, "affine");
    }
    assertThrows(
      () => createGrid({ dims: [2, 2, 2], spacing: [1, bad, 1] }),
      RangeError,
      "spacing",
    );
    assertThrows(
      () => createGrid({ dims: [2, 2, 2], spacing: [1, 1, 1], origin: [bad, 0, 0] }),
      RangeError,
      "origin",
    );
  }
});

Deno.test("createGrid() refuses spacing that is not positive", () => {
  for (const bad of [0, -1]) {
    assertThrows(
      () => createGrid({ dims: [2, 2, 2], spacing: [1, 1, bad] }),
      RangeError,
      `1 x 1 x ${bad} mm`,
    );
  }
});

Deno.test("createGrid() refuses dims that are not positive integers", () => {
  for (const bad of [0, -1, 1.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(
      () => createGrid({ dims: [2, bad, 2], affine: IDENTITY }),
      RangeError,
      `2 x ${bad} x 2`,
    );
  }
  assertThrows(
    () => createGrid({ dims: [2 ** 20, 2 ** 20, 2 ** 20], affine: IDENTITY }),
    RangeError,
    "too many",
  );
});

Deno.test("createGrid() refuses arrays of the wrong length", () => {
  assertThrows(
    () => createGrid({ dims: [2, 2] as unknown as Vec3, affine: IDENTITY }),
    TypeError,
    "dims",
  );
  assertThrows(
    () => createGrid({ dims: [2, 2, 2], affine: IDENTITY.slice(1) }),
    TypeError,
    "12 numbers",
  );
});

Deno.test("sameGrid() is true within a thousandth of a voxel at every corner, false beyond", () => {
  const grid = createGrid({ dims: [101, 11, 11], affine: IDENTITY });
  // A stretch of e moves the last of 101 voxels by 100 e.
  const stretched = (e: number) =>
    createGrid({ dims: [101, 11, 11], affine: [1 + e, ...IDENTITY.slice(1)] });
  assert(sameGrid(grid, stretched(0.9e-5)));
  assertFalse(sameGrid(grid, stretched(1.1e-5)));
  assertFalse(sameGrid(grid, createGrid({ dims: [101, 11, 12], affine: IDENTITY })));
});
