import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type Affine,
  createGrid,
  createVolume,
  type Grid,
  reorient,
  resample,
  resampleTo,
  type Volume,
} from "../../src/volume/mod.ts";
import { anyVolume, rightAngled, smallDims } from "./_affines.ts";

/** Solves `affine * index = point` by Cramer's rule. */
function indexOf(affine: Affine, point: number[]): number[] {
  const column = (c: number) => [affine[c]!, affine[4 + c]!, affine[8 + c]!];
  const det = (a: number[], b: number[], c: number[]) =>
    a[0]! * (b[1]! * c[2]! - b[2]! * c[1]!) - b[0]! * (a[1]! * c[2]! - a[2]! * c[1]!) +
    c[0]! * (a[1]! * b[2]! - a[2]! * b[1]!);
  const p = point.map((value, r) => value - affine[4 * r + 3]!);
  const [x, y, z] = [column(0), column(1), column(2)] as [number[], number[], number[]];
  const all = det(x, y, z);
  return [det(p, y, z) / all, det(x, p, z) / all, det(x, y, p) / all];
}

/** Trilinear sum over all voxels with tent weights: slow, and by no code of src. */
function tents(volume: Volume, index: number[]): number {
  const [nx, ny, nz] = volume.dims;
  // Neighbours beyond the edge are the edge's: the same as an index moved onto it.
  const u = index.map((value, a) => Math.min(Math.max(value, 0), volume.dims[a]! - 1));
  const tent = (d: number) => Math.max(0, 1 - Math.abs(d));
  let sum = 0;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++) {
        sum += tent(u[0]! - x) * tent(u[1]! - y) * tent(u[2]! - z) *
          volume.data[x + nx * (y + ny * z)]!;
      }
    }
  }
  return sum;
}

function* voxels({ dims: [nx, ny, nz], affine }: Grid): Generator<[number, number[]]> {
  for (let i = 0; i < nx * ny * nz; i++) {
    const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / nx / ny)];
    const point = [0, 4, 8].map((r) =>
      affine[r]! * x + affine[r + 1]! * y + affine[r + 2]! * z + affine[r + 3]!
    );
    yield [i, point];
  }
}

/** Grids whose voxels meet those of a volume near the origin: small offsets. */
const nearGrid = fc.tuple(smallDims, rightAngled).map(([dims, affine]) =>
  createGrid({ dims, affine: affine.map((value, i) => i % 4 === 3 ? value / 100 : value) })
);

Deno.test("resampleTo() agrees with a sum over tents on any two grids", () => {
  let inside = 0;
  let outside = 0;
  fc.assert(
    fc.property(nearGrid, nearGrid, (from, to) => {
      const data = Float64Array.from(
        { length: from.dims[0] * from.dims[1] * from.dims[2] },
        (_, i) => (i * 37) % 101,
      );
      const volume = createVolume(data, from);
      const linear = resampleTo(volume, to, { interpolation: "linear", outside: -7 });
      const nearest = resampleTo(volume, to, { interpolation: "nearest", outside: -7 });
      const [edge, nearestEdge] = (["linear", "nearest"] as const).map((interpolation) =>
        resampleTo(volume, to, { interpolation, outside: "edge" })
      ) as [Volume, Volume];
      for (const [i, point] of voxels(to)) {
        const index = indexOf(from.affine, point);
        assertAlmostEquals(edge.data[i]!, tents(volume, index), 1e-6);
        if (index.every((u) => Math.abs(u - Math.floor(u) - 0.5) > 1e-6)) {
          assertEquals(nearestEdge.data[i], tents(volume, index.map(Math.round)));
        }
        const distance = Math.min(
          ...index.flatMap((u, a) => [Math.abs(u + 0.5), Math.abs(u - from.dims[a]! + 0.5)]),
        );
        // On the border itself rounding decides.
        if (distance < 1e-6) continue;
        if (index.every((u, a) => u >= -0.5 && u < from.dims[a]! - 0.5)) {
          inside++;
          assertAlmostEquals(linear.data[i]!, tents(volume, index), 1e-6);
          if (index.every((u) => Math.abs(u - Math.floor(u) - 0.5) > 1e-6)) {
            assertEquals(nearest.data[i], tents(volume, index.map(Math.round)));
          }
        } else {
          outside++;
          assertEquals(linear.data[i], -7);
          assertEquals(nearest.data[i], -7);
        }
      }
    }),
    { numRuns: 300 },
  );
  assert(inside > 100 && outside > 100);
});

Deno.test("resampleTo() follows ITK's border rule at half a voxel", () => {
  const volume = createVolume(Int16Array.of(10, 20), { dims: [2, 1, 1], spacing: [1, 1, 1] });
  const at = (origin: number, interpolation: "linear" | "nearest") =>
    resampleTo(
      volume,
      createGrid({ dims: [1, 1, 1], spacing: [1, 1, 1], origin: [origin, 0, 0] }),
      { interpolation, outside: -1 },
    ).data[0];
  for (const interpolation of ["linear", "nearest"] as const) {
    assertEquals(at(-0.5, interpolation), 10);
    assertEquals(at(-0.5625, interpolation), -1);
    assertEquals(at(1.4375, interpolation), 20);
    assertEquals(at(1.5, interpolation), -1);
  }
  assertEquals(at(0.25, "linear"), 12.5);
  // A half rounds up.
  assertEquals(at(0.5, "nearest"), 20);
});

Deno.test("resampleTo() its own grid gives the same values", () => {
  fc.assert(
    fc.property(anyVolume, (volume) => {
      for (const interpolation of ["linear", "nearest"] as const) {
        const same = resampleTo(volume, volume, { interpolation });
        assert(volume.data.every((value: number, i: number) => value === same.data[i]));
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("resampleTo() a turned grid gives what reorient() gives", () => {
  fc.assert(
    fc.property(anyVolume, fc.constantFrom("RAS", "LPS", "SAR", "PIR"), (volume, orientation) => {
      const turned = reorient(volume, orientation);
      const sampled = resampleTo(volume, turned, { interpolation: "nearest" });
      assertEquals(sampled.data, turned.data);
    }),
    { numRuns: 100 },
  );
});

Deno.test("resampleTo() brings coarse labels back to the input's grid", () => {
  // Blocks of 3 x 3 x 3 equal labels: nearest to 3 mm and back loses nothing.
  const dims = [9, 6, 12] as const;
  const data = new Uint8Array(9 * 6 * 12);
  data.forEach((_, i) => {
    const [x, y, z] = [i % 9, Math.floor(i / 9) % 6, Math.floor(i / 54)];
    data[i] = 1 + Math.floor(x / 3) + 3 * Math.floor(y / 3) + 6 * Math.floor(z / 3);
  });
  const labels = createVolume(data, { dims, affine: [-1, 0, 0, 5, 0, -1, 0, 6, 0, 0, 1, 7] });
  const coarse = resample(labels, { spacing: 3, interpolation: "nearest" });
  assertEquals([...coarse.dims], [3, 2, 4]);
  const back = resampleTo(coarse, labels, { interpolation: "nearest" });
  assertEquals(back.data, data);
  assertEquals([...back.affine], [...labels.affine]);
});

Deno.test("resampleTo() fills with 0 unless told otherwise", () => {
  const volume = createVolume(Int16Array.of(5), { dims: [1, 1, 1], spacing: [1, 1, 1] });
  const grid = createGrid({ dims: [3, 1, 1], spacing: [1, 1, 1], origin: [-1, 0, 0] });
  assertEquals([...resampleTo(volume, grid, { interpolation: "linear" }).data], [0, 5, 0]);
  assertEquals(
    [...resampleTo(volume, grid, { interpolation: "nearest", outside: -1024 }).data],
    [-1024, 5, -1024],
  );
});

Deno.test("resampleTo() refuses an outside value that the voxels cannot hold", () => {
  const volume = createVolume(Uint8Array.of(5), { dims: [1, 1, 1], spacing: [1, 1, 1] });
  for (const outside of [-1, 256, 0.5, NaN, Infinity]) {
    assertThrows(
      () => resampleTo(volume, volume, { interpolation: "nearest", outside }),
      RangeError,
      "outside value",
    );
  }
  assertThrows(
    () => resampleTo(volume, volume, { interpolation: "linear", outside: NaN }),
    RangeError,
    "outside value NaN",
  );
});
