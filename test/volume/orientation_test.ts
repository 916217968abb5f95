import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type Affine,
  createVolume,
  orientationOf,
  reorient,
  sameGrid,
  type Vec3,
  type Volume,
} from "../../src/volume/mod.ts";

const ORIENTATIONS = ["012", "021", "102", "120", "201", "210"].flatMap((order) =>
  Array.from(
    { length: 8 },
    (_, flips) =>
      [...order].map((axis, i) => ["RL", "AP", "SI"][Number(axis)]![flips >> i & 1]).join(""),
  )
);

/** World position of a voxel, from the definition of an affine. */
function world(affine: Affine, [x, y, z]: Vec3): number[] {
  return [0, 4, 8].map((r) =>
    affine[r]! * x + affine[r + 1]! * y + affine[r + 2]! * z + affine[r + 3]!
  );
}

/** A rotation from three angles, scaled; any rotation, and a mirror where wanted. */
function obliqueAffine(angles: number[], spacing: number[], mirror: boolean): number[] {
  let m = [[1, 0, 0], [0, 1, 0], [0, 0, mirror ? -1 : 1]];
  [[0, 1], [1, 2], [0, 2]].forEach(([p, q], k) => {
    const c = Math.cos(angles[k]!);
    const s = Math.sin(angles[k]!);
    m = m.map((row) => {
      const next = [...row];
      next[p!] = c * row[p!]! - s * row[q!]!;
      next[q!] = s * row[p!]! + c * row[q!]!;
      return next;
    });
  });
  return m.flatMap((row, r) => [...row.map((value, c) => value * spacing[c]!), 10 * r - 7]);
}

const anyVolume = fc.record({
  dims: fc.tuple(
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 5 }),
  ),
  angles: fc.array(fc.double({ min: -7, max: 7, noNaN: true }), { minLength: 3, maxLength: 3 }),
  spacing: fc.array(fc.double({ min: 0.3, max: 6, noNaN: true }), { minLength: 3, maxLength: 3 }),
  mirror: fc.boolean(),
}).map(({ dims, angles, spacing, mirror }) =>
  createVolume(Int32Array.from({ length: dims[0] * dims[1] * dims[2] }, (_, i) => i), {
    dims,
    affine: obliqueAffine(angles, spacing, mirror),
  })
);

Deno.test("orientationOf() names axes by where they point", () => {
  const cases: [string, number[]][] = [
    ["RAS", [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]],
    ["LPS", [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0]],
    ["LAS", [-2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 5, 0]],
    // x column points to S, y column to R, z column to P.
    ["SRP", [0, 1, 0, 0, 0, 0, -1, 0, 1, 0, 0, 0]],
    // Ten degrees off: still RAS.
    ["RAS", [0.985, -0.174, 0, 0, 0.174, 0.985, 0, 0, 0, 0, 1, 0]],
  ];
  for (const [expected, affine] of cases) {
    const volume = createVolume(new Uint8Array(1), { dims: [1, 1, 1], affine });
    assertEquals(orientationOf(volume), expected);
  }
});

Deno.test("orientationOf() gives three different axes when two lie closest to the same one", () => {
  // x and y columns both lean to R; y leans more to A than x does.
  const affine = [0.9, 0.8, 0, 0, 0.1, 0.6, 0, 0, 0.4, 0, 1, 0];
  const volume = createVolume(new Uint8Array(1), { dims: [1, 1, 1], affine });
  assertEquals(orientationOf(volume), "RAS");
});

Deno.test("reorient() flips x and y of a LPS volume by hand", () => {
  const lps = createVolume(Uint8Array.of(1, 2, 3, 4, 5, 6), {
    dims: [3, 2, 1],
    affine: [-1, 0, 0, 100, 0, -2, 0, 50, 0, 0, 3, 0],
  });
  const ras = reorient(lps, "RAS");
  assertEquals([...ras.data], [6, 5, 4, 3, 2, 1]);
  // The first voxel is now the old (2, 1, 0), at x = 100 - 2, y = 50 - 2.
  assertEquals([...ras.affine], [1, 0, 0, 98, 0, 2, 0, 48, 0, 0, 3, 0]);
});

Deno.test("reorient() swaps axes of a volume by hand", () => {
  const ras = createVolume(Uint8Array.of(1, 2, 3, 4, 5, 6), {
    dims: [3, 2, 1],
    spacing: [1, 2, 3],
  });
  const ars = reorient(ras, "ARS");
  assertEquals([...ars.dims], [2, 3, 1]);
  assertEquals([...ars.spacing], [2, 1, 3]);
  assertEquals([...ars.data], [1, 4, 2, 5, 3, 6]);
});

Deno.test("reorient() to any of the 48 orientations and back gives the same volume", () => {
  fc.assert(
    fc.property(anyVolume, fc.constantFrom(...ORIENTATIONS), (volume, orientation) => {
      const turned = reorient(volume, orientation);
      assertEquals(orientationOf(turned), orientation);
      const back = reorient(turned, orientationOf(volume));
      assertEquals(back.data, volume.data);
      assert(sameGrid(back, volume));
    }),
    { numRuns: 300 },
  );
});

Deno.test("reorient() comes back from axes at exactly 45 degrees", () => {
  const s = Math.SQRT1_2;
  const volume = createVolume(Uint8Array.of(1, 2, 3, 4, 5, 6), {
    dims: [3, 2, 1],
    affine: [s, -s, 0, 0, s, s, 0, 0, 0, 0, 1, 0],
  });
  for (const orientation of ORIENTATIONS) {
    const turned = reorient(volume, orientation);
    assertEquals(orientationOf(turned), orientation);
    const back = reorient(turned, orientationOf(volume));
    assertEquals(back.data, volume.data);
    assert(sameGrid(back, volume));
  }
});

Deno.test("reorient() leaves every value at its place in the world", () => {
  const at = (volume: Volume) => {
    const places = new Map<number, number[]>();
    const [nx, ny] = volume.dims;
    volume.data.forEach((value, i) =>
      places.set(
        value,
        world(volume.affine, [i % nx, Math.floor(i / nx) % ny, Math.floor(i / nx / ny)]),
      )
    );
    return places;
  };
  fc.assert(
    fc.property(anyVolume, fc.constantFrom(...ORIENTATIONS), (volume, orientation) => {
      const after = at(reorient(volume, orientation));
      for (const [value, place] of at(volume)) {
        place.forEach((x, i) => assert(Math.abs(x - after.get(value)![i]!) < 1e-9));
      }
    }),
    { numRuns: 50 },
  );
});

Deno.test("reorient() gives voxels of its own even where nothing turns", () => {
  const volume = createVolume(Uint8Array.of(1, 2), { dims: [2, 1, 1], spacing: [1, 1, 1] });
  const same = reorient(volume, "RAS");
  same.data[0] = 9;
  assertEquals(volume.data[0], 1);
});

Deno.test("reorient() refuses letters that are no orientation", () => {
  const volume = createVolume(new Uint8Array(1), { dims: [1, 1, 1], spacing: [1, 1, 1] });
  for (const bad of ["", "RA", "RAR", "RLS", "ras", "XYZ", "RASR"]) {
    assertThrows(() => reorient(volume, bad), RangeError, `"${bad}"`);
  }
});
