import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  robustHausdorff,
  surfaceDice,
  surfaceDistances,
  type SurfaceElements,
} from "../../src/metrics/mod.ts";
import { surfaceElementAreas } from "../../src/metrics/_surface_elements.ts";
import { createVolume, type Vec3 } from "../../src/volume/mod.ts";
import { boxes } from "./_volumes.ts";

/** Area-weighted mean distance. */
function meanDistance({ distances, areas }: SurfaceElements): number {
  const weighted = distances.reduce((sum, distance, i) => sum + distance * areas[i]!, 0);
  return weighted / areas.reduce((sum, area) => sum + area, 0);
}

// The values that the package surface-distance publishes in its own tests, to their three places.
Deno.test("surfaceDistances() of two voxels 2 mm apart gives the published values", () => {
  const voxel = (z: number) =>
    boxes([128, 128, 128], [3, 2, 1], { from: [50, 60, z], to: [50, 60, z], value: 1 });
  const surfaces = surfaceDistances(voxel(72), voxel(70), 1);
  assertAlmostEquals(meanDistance(surfaces.truth), 1.5, 1e-12);
  assertAlmostEquals(meanDistance(surfaces.predicted), 1.5, 1e-12);
  assertEquals(robustHausdorff(surfaces, 100), 2);
  assertEquals(robustHausdorff(surfaces, 95), 2);
  assertAlmostEquals(surfaceDice(surfaces, 1)!, 0.5, 1e-12);
});

Deno.test("surfaceDistances() of two blocks, one a voxel longer, gives the published values", () => {
  const block = (length: number) =>
    boxes([100, 100, 100], [2, 1, 1], { from: [0, 0, 0], to: [length - 1, 99, 99], value: 1 });
  const surfaces = surfaceDistances(block(51), block(50), 1);
  assertAlmostEquals(meanDistance(surfaces.truth), 0.322, 5e-4);
  assertAlmostEquals(meanDistance(surfaces.predicted), 0.339, 5e-4);
  assertEquals(robustHausdorff(surfaces, 100), 2);
  assertEquals(robustHausdorff(surfaces, 95), 2);
  assertAlmostEquals(surfaceDice(surfaces, 1)!, 0.836, 5e-4);
});

Deno.test("surfaceDistances() of a label that one volume lacks has no distances to it", () => {
  const one = boxes([9, 9, 9], [3, 2, 1], { from: [4, 4, 4], to: [4, 4, 4], value: 1 });
  const none = boxes([9, 9, 9], [3, 2, 1]);
  const missed = surfaceDistances(none, one, 1);
  assertEquals(missed.predicted.areas.length, 0);
  assertEquals([...missed.truth.distances], Array(8).fill(Infinity));
  assertEquals(surfaceDice(missed, 1), 0);
  assertEquals(robustHausdorff(missed, 95), undefined);
  const absent = surfaceDistances(none, none, 1);
  assertEquals(surfaceDice(absent, 1), undefined);
  assertEquals(robustHausdorff(absent, 95), undefined);
});

Deno.test("surfaceDistances() of a label on every face closes its surface there", () => {
  // A full volume of 3 x 2 x 1 mm is a box whose corners and edges are cut at half a voxel.
  const full = boxes([1, 1, 1], [3, 2, 1], { from: [0, 0, 0], to: [0, 0, 0], value: 4 });
  const { truth } = surfaceDistances(full, full, 4);
  assertEquals([...truth.distances], Array(8).fill(0));
  // An octahedron with half axes 1.5, 1 and 0.5 mm: eight triangles of sqrt((1 .5)^2 + (1.5 .5)^2 + (1.5 1)^2) / 2 mm^2.
  assertAlmostEquals(truth.areas[0]!, Math.hypot(0.5, 0.75, 1.5) / 2, 1e-12);
});

Deno.test("surfaceElementAreas() are those of marching cubes", () => {
  const spacing: Vec3 = [3, 2, 1];
  const [sx, sy, sz] = spacing;
  const areas = surfaceElementAreas(spacing);
  const of = (...vectors: Vec3[]) =>
    vectors.reduce((sum, [x, y, z]) => sum + Math.hypot(x * sy * sz, y * sx * sz, z * sx * sy), 0);
  // Bit x + 2 y + 4 z. The area vectors at unit spacing are from the table of the package surface-distance, signs left out.
  const corner: Vec3 = [1 / 8, 1 / 8, 1 / 8];
  const cases: [pattern: number, area: number][] = [
    [0, 0],
    [0b1, of(corner)],
    [0b11, of([0, 1 / 4, 1 / 4], [0, 1 / 4, 1 / 4])],
    [0b1001, of(corner, corner)],
    [0b10000001, of(corner, corner)],
    [0b111, of([0, 0, 1 / 2], [1 / 4, 1 / 4, 1 / 4], corner)],
    [0b1111, of([0, 0, 1 / 2], [0, 0, 1 / 2])],
    [0b10111, of(corner, [1 / 4, 1 / 4, 1 / 4], [1 / 4, 1 / 4, 1 / 4], corner)],
    // Paths with a link along each axis, the middle one along x and along z.
    [0b11011, of(corner, [3 / 8, 3 / 8, 3 / 8], [1 / 4, 1 / 4, 0], [1 / 4, 0, 1 / 4])],
    [0b1010011, of(corner, [3 / 8, 3 / 8, 3 / 8], [1 / 4, 0, 1 / 4], [0, 1 / 4, 1 / 4])],
    [0b10000111, of([0, 0, 1 / 2], [1 / 4, 1 / 4, 1 / 4], corner, corner)],
    [0b1101001, of(corner, corner, corner, corner)],
    [0b111100, of([0, 1 / 4, 1 / 4], [0, 1 / 4, 1 / 4], [0, 1 / 4, 1 / 4], [0, 1 / 4, 1 / 4])],
  ];
  for (const [pattern, area] of cases) {
    assertAlmostEquals(areas[pattern]!, area, 1e-12, `pattern ${pattern.toString(2)}`);
    assertAlmostEquals(
      areas[255 - pattern]!,
      area,
      1e-12,
      `the complement of ${pattern.toString(2)}`,
    );
  }
});

Deno.test("surfaceDistances() equals the least distance over all corners of the other surface", () => {
  const dims: Vec3 = [5, 4, 3];
  const spacing: Vec3 = [0.7, 1.3, 2.5];
  const labels = fc.uint8Array({ min: 0, max: 1, minLength: 60, maxLength: 60 });
  const corners = (data: Uint8Array) => {
    const found: Vec3[] = [];
    for (let z = 0; z <= dims[2]; z++) {
      for (let y = 0; y <= dims[1]; y++) {
        for (let x = 0; x <= dims[0]; x++) {
          let inside = 0;
          for (let k = 0; k < 8; k++) {
            const [vx, vy, vz] = [x - (k & 1), y - (k >> 1 & 1), z - (k >> 2)];
            if (vx < 0 || vy < 0 || vz < 0 || vx >= dims[0] || vy >= dims[1] || vz >= dims[2]) {
              continue;
            }
            inside += data[vx + dims[0] * (vy + dims[1] * vz)]!;
          }
          if (inside > 0 && inside < 8) {
            found.push([x * spacing[0], y * spacing[1], z * spacing[2]]);
          }
        }
      }
    }
    return found;
  };
  fc.assert(
    fc.property(labels, labels, (a, b) => {
      const volume = (data: Uint8Array) => createVolume(data, { dims, spacing });
      const { predicted } = surfaceDistances(volume(a), volume(b), 1);
      const [own, other] = [corners(a), corners(b)];
      const expected = own.map((p) =>
        Math.min(...other.map((q) => Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2])))
      );
      assertEquals(predicted.distances.length, expected.length);
      predicted.distances.toSorted().forEach((distance, i) => {
        const wanted = expected.toSorted((p, q) => p - q)[i]!;
        if (wanted === Infinity) assertEquals(distance, Infinity);
        else assertAlmostEquals(distance, wanted, 1e-9);
      });
    }),
    { numRuns: 50 },
  );
});

Deno.test("surfaceDice() counts a distance that equals the tolerance", () => {
  const plate = (z: number) =>
    boxes([4, 4, 8], [0.1, 0.1, 0.1], { from: [0, 0, 0], to: [3, 3, z], value: 1 });
  const surfaces = surfaceDistances(plate(4), plate(1), 1);
  assertEquals(surfaceDice(surfaces, 0.3), 1);
  assertEquals(surfaceDice(surfaces, 0.29)! < 1, true);
});

Deno.test("robustHausdorff() takes the larger of both directions, by area", () => {
  const surfaces = {
    predicted: { distances: Float64Array.of(9, 0, 1), areas: Float64Array.of(1, 10, 9) },
    truth: { distances: Float64Array.of(0, 2), areas: Float64Array.of(50, 50) },
  };
  // 19 of 20 mm^2 within 1 mm is 95 %; the truth's half lies at 2 mm.
  assertEquals(robustHausdorff(surfaces, 95), 2);
  assertEquals(robustHausdorff(surfaces, 50), 0);
  assertEquals(robustHausdorff(surfaces, 51), 2);
  assertEquals(robustHausdorff(surfaces, 96), 9);
  assertEquals(robustHausdorff(surfaces, 100), 9);
});

Deno.test("surface measures refuse numbers out of range and volumes that differ", () => {
  const some = boxes([2, 2, 2], [1, 1, 1], { from: [0, 0, 0], to: [0, 0, 0], value: 1 });
  const surfaces = surfaceDistances(some, some, 1);
  assertThrows(() => surfaceDice(surfaces, -1), RangeError, "found -1");
  assertThrows(() => surfaceDice(surfaces, NaN), RangeError, "found NaN");
  assertThrows(() => robustHausdorff(surfaces, 0), RangeError, "found 0");
  assertThrows(() => robustHausdorff(surfaces, 101), RangeError, "found 101");
  const other = boxes([2, 2, 1], [1, 1, 1]);
  assertThrows(
    () => surfaceDistances(some, other, 1),
    TypeError,
    "2 x 2 x 2 voxels with a truth of 2 x 2 x 1",
  );
});
