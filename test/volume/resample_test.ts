import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { createVolume, resample, type Vec3, type VoxelArray } from "../../src/volume/mod.ts";
import { antialiasSigma } from "../../src/volume/_separable.ts";
import { anyVolume } from "./_affines.ts";

function row(values: number[], spacing = 1) {
  return createVolume(Float64Array.from(values), {
    dims: [values.length, 1, 1],
    spacing: [spacing, 1, 1],
  });
}

const anySpacing: fc.Arbitrary<Vec3> = fc.tuple(
  fc.double({ min: 0.5, max: 9, noNaN: true }),
  fc.double({ min: 0.5, max: 9, noNaN: true }),
  fc.double({ min: 0.5, max: 9, noNaN: true }),
);

/** World position of the grid's centre: index (n - 1) / 2. */
function centre({ dims, affine }: { dims: Vec3; affine: readonly number[] }): number[] {
  return [0, 4, 8].map((r) =>
    [0, 1, 2].reduce((sum, c) => sum + affine[r + c]! * (dims[c]! - 1) / 2, affine[r + 3]!)
  );
}

Deno.test("antialiasSigma() is max(1/f - 1, 0)/3 input voxels", () => {
  // f = 0.75 mm / 3 mm: 1/f = 4, sigma = 1. Growing (f > 1) needs none.
  assertAlmostEquals(antialiasSigma(3 / 0.75), 1, 1e-15);
  assertAlmostEquals(antialiasSigma(3 / 1.5), 1 / 3, 1e-15);
  assertEquals(antialiasSigma(3 / 3), 0);
  assertEquals(antialiasSigma(3 / 5), 0);
});

Deno.test("resample() keeps the field of view by the stated rule", () => {
  // 512 x 0.8 = 409.6 mm: 136.53 voxels of 3 mm, so 137. 74 x 5 = 370 mm: 123.33, so 123.
  const ct = createVolume(new Uint8Array(512 * 2 * 74), {
    dims: [512, 2, 74],
    affine: [-0.8, 0, 0, 100, 0, 3, 0, 10, 0, 0, 5, -50],
  });
  const { dims, spacing, affine } = resample(ct, { spacing: 3, interpolation: "nearest" });
  assertEquals([...dims], [137, 2, 123]);
  assertEquals([...spacing], [3, 3, 3]);
  // Old centre in x: 100 - 0.8 * 255.5 = -104.4; new first voxel: -104.4 + 3 * 68 = 99.6.
  // In z: -50 + 5 * 36.5 = 132.5; 132.5 - 3 * 61 = -50.5.
  const expected = [-3, 0, 0, 99.6, 0, 3, 0, 10, 0, 0, 3, -50.5];
  expected.forEach((value, i) => assertAlmostEquals(affine[i]!, value, 1e-9));
});

Deno.test("resample() keeps the centre and each extent within half a new voxel", () => {
  fc.assert(
    fc.property(anyVolume, anySpacing, (volume, spacing) => {
      const result = resample(volume, { spacing, interpolation: "nearest" });
      centre(result).forEach((x, i) => assertAlmostEquals(x, centre(volume)[i]!, 1e-9));
      for (let axis = 0; axis < 3; axis++) {
        assertAlmostEquals(result.spacing[axis]!, spacing[axis]!, 1e-9);
        const before = volume.dims[axis]! * volume.spacing[axis]!;
        const after = result.dims[axis]! * spacing[axis]!;
        // Less than one voxel is still one voxel.
        if (before >= spacing[axis]! / 2) {
          assert(Math.abs(after - before) <= spacing[axis]! / 2 + 1e-9);
        } else assertEquals(result.dims[axis], 1);
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("resample() to its own spacing gives the same values, linear or nearest", () => {
  fc.assert(
    fc.property(anyVolume, (volume) => {
      for (const interpolation of ["linear", "nearest"] as const) {
        const same = resample(volume, { spacing: volume.spacing, interpolation });
        assertEquals([...same.dims], [...volume.dims]);
        assertEquals([...same.affine], [...volume.affine]);
        assert(volume.data.every((value: number, i: number) => value === same.data[i]));
        assert(same.data.buffer !== volume.data.buffer);
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("resample() interpolates a hand-computed row when it grows", () => {
  // 2 mm to 1 mm: new voxels lie at old index -0.25, 0.25, 0.75, 1.25; the edge continues.
  const result = resample(row([0, 8], 2), { spacing: 1, interpolation: "linear" });
  assertEquals([...result.data], [0, 2, 6, 8]);
});

Deno.test("resample() agrees with scipy when it shrinks a row", () => {
  // python: g = gaussian_filter1d(x, 0.5, mode="nearest", truncate=4.0)
  //         map_coordinates(g, [0.5 + 2.5 * np.arange(5)], order=1, mode="nearest")
  const expected = [1.31932541e-02, 7.86570726e+01, 2.68765581, 4.14593988e+01, 5.01531452e+02];
  const x = [0, 0, 0, 100, 0, 0, 0, 50, 50, -30, 7, 1000];
  const result = resample(row(x), { spacing: [2.5, 1, 1], interpolation: "linear" });
  assertEquals([...result.dims], [5, 1, 1]);
  expected.forEach((value, i) => assertAlmostEquals(result.data[i]!, value, 1e-6));
});

Deno.test("resample() agrees with scipy when it shrinks and grows a volume", () => {
  // The same two scipy calls, one Gaussian an axis, sigma = max(3 / spacing - 1, 0) / 3.
  const expected = [
    14.04614,
    -13.484309,
    -1.868262,
    -18.083174,
    -4.909122,
    2.421172,
    -4.067204,
    0.648735,
    8.475604,
    -11.831907,
    1.598413,
    4.364423,
    -4.062479,
    -7.064263,
    -12.005709,
    -0.188839,
  ];
  const data = Int16Array.from({ length: 7 * 6 * 5 }, (_, i) => (i * i * 37) % 101 - 50);
  const volume = createVolume(data, { dims: [7, 6, 5], spacing: [1.5, 2, 0.8] });
  const result = resample(volume, { spacing: 3, interpolation: "linear" });
  assertEquals([...result.dims], [4, 4, 1]);
  assertEquals(result.data.constructor, Float32Array);
  expected.forEach((value, i) => assertAlmostEquals(result.data[i]!, value, 1e-4));
});

Deno.test("resample() keeps a constant constant, whatever the spacing", () => {
  fc.assert(
    fc.property(
      anyVolume,
      anySpacing,
      fc.integer({ min: -1024, max: 3071 }),
      (grid, spacing, hu) => {
        const flat = createVolume(new Float64Array(grid.data.length).fill(hu), grid);
        for (const value of resample(flat, { spacing, interpolation: "linear" }).data) {
          assertAlmostEquals(value, hu, 1e-9);
        }
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("resample() keeps a ramp a ramp away from the edges", () => {
  // Linear along all three axes in world mm; the Gaussian is even, so a ramp passes unchanged.
  const dims = [40, 36, 32] as const;
  const spacing = [0.8, 1, 1.5] as const;
  const ramp = (x: number, y: number, z: number) => 5 + 2 * x - 3 * y + 0.5 * z;
  const data = new Float64Array(40 * 36 * 32);
  data.forEach((_, i) => {
    const [x, y, z] = [i % 40, Math.floor(i / 40) % 36, Math.floor(i / 1440)];
    data[i] = ramp(x * 0.8, y, z * 1.5);
  });
  const volume = createVolume(data, { dims, spacing });
  for (const to of [0.7, 2, 3]) {
    const { dims: [nx, ny, nz], affine, data: out } = resample(volume, {
      spacing: to,
      interpolation: "linear",
    });
    let checked = 0;
    for (let z = 0; z < nz; z++) {
      for (let y = 0; y < ny; y++) {
        for (let x = 0; x < nx; x++) {
          const p = [
            affine[0]! * x + affine[3]!,
            affine[5]! * y + affine[7]!,
            affine[10]! * z + affine[11]!,
          ];
          // Four sigma of the widest Gaussian, and the interpolation's neighbour.
          const margin = spacing.map((s) => (4 * Math.max(to / s - 1, 0) / 3 + 2) * s);
          const interior = p.every((q, a) =>
            q > margin[a]! && q < (dims[a]! - 1) * spacing[a]! - margin[a]!
          );
          if (!interior) continue;
          checked++;
          assertAlmostEquals(out[x + nx * (y + ny * z)]!, ramp(p[0]!, p[1]!, p[2]!), 1e-9);
        }
      }
    }
    assert(checked > 100);
  }
});

Deno.test("resample() with nearest keeps the type and picks the voxel by hand", () => {
  const labels = createVolume(Uint8Array.of(1, 2, 3, 4, 5, 6), {
    dims: [6, 1, 1],
    spacing: [1, 1, 1],
  });
  // 1 mm to 3 mm: two voxels at old index 1 and 4.
  const coarse = resample(labels, { spacing: [3, 1, 1], interpolation: "nearest" });
  assertEquals(coarse.data, Uint8Array.of(2, 5));
  // And back: -1/3, 0, 1/3 round to 0; 2/3, 1, 4/3 round to 1.
  const fine = resample(coarse, { spacing: 1, interpolation: "nearest" });
  assertEquals(fine.data, Uint8Array.of(2, 2, 2, 5, 5, 5));
});

Deno.test("resample() gives float32, or float64 for types that need it", () => {
  const typeOf = (data: VoxelArray) =>
    resample(createVolume(data, { dims: [2, 1, 1], spacing: [1, 1, 1] }), {
      spacing: 1.5,
      interpolation: "linear",
    }).data.constructor;
  for (const Type of [Int8Array, Uint8Array, Int16Array, Uint16Array, Float32Array]) {
    assertEquals(typeOf(new Type(2)), Float32Array);
  }
  for (const Type of [Int32Array, Uint32Array, Float64Array]) {
    assertEquals(typeOf(new Type(2)), Float64Array);
  }
});

Deno.test("resample() refuses spacing that is not positive and finite", () => {
  for (const bad of [0, -3, NaN, Infinity]) {
    assertThrows(
      () => resample(row([1, 2]), { spacing: [3, bad, 3], interpolation: "linear" }),
      RangeError,
      `3 x ${bad} x 3 mm`,
    );
  }
});

Deno.test("resample() does not start when the signal is aborted", () => {
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  assertThrows(
    () => resample(row([1, 2]), { spacing: 1, interpolation: "linear", signal }),
    Error,
    "enough",
  );
});
