import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { ball, box, line, reflect, type StructuringElement } from "../../src/morphology/mod.ts";
import type { Vec3 } from "../../src/volume/mod.ts";

const CUBE: Vec3 = [3, 3, 3];

function count({ data }: StructuringElement): number {
  return data.reduce((sum, bit) => sum + bit, 0);
}

/** The element's voxels relative to its origin, in voxel order. */
function offsets({ dims: [nx, ny], origin, data }: StructuringElement): number[][] {
  return [...data.keys()].filter((i) => data[i]).map((i) => [
    i % nx - origin[0],
    Math.floor(i / nx) % ny - origin[1],
    Math.floor(i / nx / ny) - origin[2],
  ]);
}

Deno.test("ball() is the paper's: 25 mm at 3 mm is 9 voxels wide", () => {
  const element = ball({ diameter: 25, spacing: CUBE });
  assertEquals([element.dims, element.origin], [[9, 9, 9], [4, 4, 4]]);
  // Lattice points with x^2 + y^2 + z^2 <= (12.5 / 3)^2 = 17.4: the sums of r_3(0) to r_3(17), by the tables of sums of three squares
  // 1 + 6 + 12 + 8 + 6 + 24 + 24 + 0 + 12 + 30 + 24 + 24 + 8 + 24 + 48 + 0 + 6 + 48.
  assertEquals(count(element), 305);
  assertStringIncludes(element.name, "25 mm");
});

Deno.test("ball() by the paper's rule may be even: 10 mm at 3 mm is 4 voxels wide about a corner", () => {
  const element = ball({ diameter: 10, spacing: CUBE });
  assertEquals([element.dims, element.origin], [[4, 4, 4], [2, 2, 2]]);
  // Squared distances from the middle, in voxels, at most (5 / 3)^2 = 2.78: 8 voxels at 0.75 and 24 at 2.75.
  assertEquals(count(element), 32);
  // A slice at the end is the cross section 2 x 2, one further in the 4 x 4 without its corners.
  assertEquals([...element.data.subarray(0, 16)], [0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0]);
  assertEquals([...element.data.subarray(16, 32)], [
    ...[0, 1, 1, 0],
    ...[1, 1, 1, 1],
    ...[1, 1, 1, 1],
    ...[0, 1, 1, 0],
  ]);
});

Deno.test("ball() by radius measures from the middle of a voxel, so that sizes are odd", () => {
  const element = ball({ diameter: 10, spacing: CUBE, rule: "radius" });
  assertEquals([element.dims, element.origin], [[3, 3, 3], [1, 1, 1]]);
  assertEquals(count(element), 19); // x^2 + y^2 + z^2 <= 2.78: 1 + 6 + 12
  assertEquals(count(ball({ diameter: 1, spacing: CUBE, rule: "radius" })), 1);
});

Deno.test("ball() is an ellipsoid of voxels where spacing differs, its surface included", () => {
  const element = ball({ diameter: 9, spacing: [1.5, 2, 3], rule: "radius" });
  assertEquals([element.dims, element.origin], [[7, 5, 3], [3, 2, 1]]);
  // (1.5 x)^2 + (2 y)^2 + (3 z)^2 <= 20.25. z = 0: rows of 3, 5, 7, 5, 3; z = 1 and -1: 0, 3, 5, 3, 0. x = 3 lies on the surface.
  const rows = [[0, 3, 5, 3, 0], [3, 5, 7, 5, 3], [0, 3, 5, 3, 0]].flat();
  rows.forEach((width, row) => {
    const bits = [...element.data.subarray(7 * row, 7 * row + 7)];
    assertEquals(bits, Array.from({ length: 7 }, (_, x) => Number(2 * Math.abs(x - 3) < width)));
  });
});

Deno.test("ball() equals integer arithmetic for lengths in tenths of mm, whatever their rounding", () => {
  const tenths = fc.integer({ min: 1, max: 60 });
  fc.assert(
    fc.property(fc.tuple(tenths, tenths, tenths), fc.integer({ min: 1, max: 150 }), (s, d) => {
      // In twentieths: voxel i of n lies (2 i - (n - 1)) s from the middle, the radius is d.
      fc.pre(s.every((step) => d / step < 20));
      const dims = s.map((step) => Math.ceil(d / step)) as unknown as Vec3;
      const expected: number[] = [];
      for (let z = 0; z < dims[2]; z++) {
        for (let y = 0; y < dims[1]; y++) {
          for (let x = 0; x < dims[0]; x++) {
            const [a, b, c] = [x, y, z].map((i, k) => (2 * i - dims[k]! + 1) * s[k]!);
            expected.push(Number(a! * a! + b! * b! + c! * c! <= d * d));
          }
        }
      }
      const make = () => ball({ diameter: d / 10, spacing: s.map((t) => t / 10) as never });
      if (!expected.includes(1)) {
        assertThrows(make, RangeError, `a ball of ${d / 10} mm`);
      } else {
        assertEquals(make().dims, dims);
        assertEquals([...make().data], expected);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("ball() refuses to be empty and says what helps", () => {
  // Two voxels wide; the nearest lie 2.6 mm from the corner between them.
  const error = assertThrows(() => ball({ diameter: 4, spacing: CUBE }), RangeError);
  assertStringIncludes(error.message, "4 mm");
  assertStringIncludes(error.message, '"radius"');
  assertEquals(count(ball({ diameter: 4, spacing: CUBE, rule: "radius" })), 1);
});

Deno.test("box() is odd along each axis, rounded up", () => {
  const element = box({ size: [10, 3, 6], spacing: CUBE });
  assertEquals([element.dims, element.origin], [[5, 1, 3], [2, 0, 1]]);
  assertEquals(count(element), 15);
});

Deno.test("line() is odd, rounded up, along its axis alone", () => {
  const table = line({ length: 10, axis: 1, spacing: CUBE });
  assertEquals([table.dims, table.origin, count(table)], [[1, 5, 1], [0, 2, 0], 5]);
  const sizes = [1, 3, 6, 9, 12, 12.1, 15].map((length) =>
    line({ length, axis: 0, spacing: CUBE }).dims[0]
  );
  assertEquals(sizes, [1, 1, 3, 3, 5, 5, 5]);
  assertEquals(line({ length: 10, axis: 2, spacing: [1, 1, 0.5] }).dims, [1, 1, 21]);
});

Deno.test("line() takes a length of whole voxels as it is, whatever its rounding", () => {
  for (let voxels = 1; voxels < 60; voxels += 2) {
    for (const spacing of [0.1, 0.3, 0.7, 1.1, 2.2, 3]) {
      const made = line({ length: voxels * spacing, axis: 0, spacing: [spacing, 1, 1] });
      assertEquals(made.dims, [voxels, 1, 1]);
    }
  }
});

Deno.test("every shape refuses a length that is not a positive number, by its value", () => {
  for (const bad of [0, -1, NaN, Infinity]) {
    const message = `${bad} mm`;
    const spacing: Vec3 = [3, bad, 3];
    assertThrows(() => ball({ diameter: bad, spacing: CUBE }), RangeError, message);
    assertThrows(() => ball({ diameter: 9, spacing }), RangeError, message);
    assertThrows(() => box({ size: [1, bad, 1], spacing: CUBE }), RangeError, message);
    assertThrows(() => box({ size: [1, 1, 1], spacing }), RangeError, message);
    assertThrows(() => line({ length: bad, axis: 0, spacing: CUBE }), RangeError, message);
    assertThrows(() => line({ length: 1, axis: 0, spacing }), RangeError, message);
  }
});

Deno.test("reflect() turns every offset through the origin", () => {
  const element: StructuringElement = {
    name: "an L",
    dims: [4, 2, 1],
    origin: [1, 1, 0],
    data: Uint8Array.of(1, 0, 0, 0, 1, 1, 1, 1),
  };
  assertEquals(offsets(element), [[-1, -1, 0], [-1, 0, 0], [0, 0, 0], [1, 0, 0], [2, 0, 0]]);
  const turned = reflect(element);
  assertEquals([turned.dims, turned.origin], [[4, 2, 1], [2, 0, 0]]);
  assertEquals(offsets(turned), [[-2, 0, 0], [-1, 0, 0], [0, 0, 0], [1, 0, 0], [1, 1, 0]]);
  assertEquals(reflect(turned), element);
  assert(turned.data !== element.data);
});

Deno.test("reflect() leaves an odd ball as it is and moves an even one by a voxel", () => {
  const odd = ball({ diameter: 25, spacing: CUBE });
  assertEquals(reflect(odd), odd);
  const even = ball({ diameter: 10, spacing: CUBE });
  assertEquals(reflect(even).origin, [1, 1, 1]);
  assertEquals(reflect(even).data, even.data);
});
