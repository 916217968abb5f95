import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { phantom } from "../../src/data/mod.ts";
import { ORGANS } from "../../src/labels/mod.ts";
import { components } from "../../src/morphology/mod.ts";
import { orientationOf, type Vec3 } from "../../src/volume/mod.ts";

const PATIENTS = [0, 1, 2, 3, 4, 5].map((index) => phantom({ seed: 7, index }));

Deno.test("phantom() has the default grid, in RAS, centred, with labels on the same grid", () => {
  const { ct, labels } = PATIENTS[0]!;
  assertEquals(ct.dims, [122, 101, 112]);
  assertEquals(ct.spacing, [3, 3, 3]);
  assertEquals(ct.affine, [3, 0, 0, -181.5, 0, 3, 0, -150, 0, 0, 3, -166.5]);
  assertEquals(labels.affine, ct.affine);
  assertEquals(orientationOf(ct), "RAS");
});

Deno.test("phantom() gives the same voxels for the same seed and index", () => {
  const again = phantom({ seed: 7, index: 3 });
  assertEquals(again.ct.data, PATIENTS[3]!.ct.data);
  assertEquals(again.labels.data, PATIENTS[3]!.labels.data);
});

Deno.test("phantom() gives other shapes and other noise for another seed or index", () => {
  const dims: Vec3 = [41, 34, 38];
  const spacing: Vec3 = [9, 9, 9];
  const one = phantom({ seed: 7, dims, spacing });
  for (const options of [{ seed: 8 }, { seed: 7, index: 1 }]) {
    const other = phantom({ ...options, dims, spacing });
    assertNotEquals(other.labels.data, one.labels.data);
    // The first corner is air in both: what differs there is noise.
    assertNotEquals(other.ct.data.subarray(0, 41), one.ct.data.subarray(0, 41));
  }
});

Deno.test("phantom() has organs of plausible size and HU", () => {
  // Volumes in mL: lungs 2 to 7 L in all (cut at the top here), liver 1 to 2.5 L, both kidneys 0.2 to 0.5 L, a bladder
  // from nearly empty to full, bone of a trunk 1 to 2.5 L. Mean HU: aerated lung, soft tissue with and without contrast,
  // urine, bone with its marrow.
  const bounds = {
    lungs: { volume: [1700, 7000], hu: [-850, -650] },
    liver: { volume: [1000, 2500], hu: [30, 150] },
    kidneys: { volume: [200, 500], hu: [20, 200] },
    bladder: { volume: [50, 600], hu: [-20, 30] },
    bone: { volume: [1000, 2500], hu: [200, 500] },
  } as const;
  for (const [index, { ct, labels }] of PATIENTS.entries()) {
    for (const [organ, { volume, hu }] of Object.entries(bounds)) {
      let voxels = 0;
      let sum = 0;
      labels.data.forEach((value, i) => {
        if (value !== ORGANS[organ as keyof typeof bounds]) return;
        voxels++;
        sum += ct.data[i]!;
      });
      const ml = voxels * 27 / 1000;
      assert(ml >= volume[0] && ml <= volume[1], `${organ} of patient ${index}: ${ml} mL`);
      const mean = sum / voxels;
      assert(mean >= hu[0] && mean <= hu[1], `${organ} of patient ${index}: ${mean} HU`);
    }
    assert(!labels.data.includes(ORGANS.brain));
  }
});

Deno.test("phantom() has two lungs, two kidneys, one bladder and all bone in one piece", () => {
  for (const [index, { labels }] of PATIENTS.entries()) {
    const pieces = (organ: keyof typeof ORGANS) => {
      const mask = labels.data.map((value) => Number(value === ORGANS[organ]));
      return components(mask, labels.dims, { connectivity: 26 }).sizes;
    };
    assertEquals(pieces("bone").length, 1, `bone of patient ${index}`);
    assertEquals(pieces("bladder").length, 1, `bladder of patient ${index}`);
    assertEquals(pieces("kidneys").length, 2, `kidneys of patient ${index}`);
    // The liver may cut a lung's lower edge into pieces.
    const [first, second] = pieces("lungs");
    assert(first! < 4 * second!, `lungs of patient ${index}`);
  }
});

Deno.test("phantom() puts the liver to the right, the spine behind, the bladder below the lungs", () => {
  for (const { labels } of PATIENTS) {
    const [nx, ny] = labels.dims;
    const middle = (organ: keyof typeof ORGANS) => {
      const sum = [0, 0, 0];
      let n = 0;
      labels.data.forEach((value, i) => {
        if (value !== ORGANS[organ]) return;
        n++;
        sum[0]! += i % nx;
        sum[1]! += Math.floor(i / nx) % ny;
        sum[2]! += Math.floor(i / (nx * ny));
      });
      return sum.map((s, axis) => labels.affine[5 * axis]! * s / n + labels.affine[4 * axis + 3]!);
    };
    assert(middle("liver")[0]! > 20);
    assert(middle("bone")[1]! < middle("bladder")[1]!);
    assert(middle("bladder")[2]! < middle("kidneys")[2]!);
    assert(middle("kidneys")[2]! < middle("lungs")[2]!);
  }
});

Deno.test("phantom() keeps every label inside the body, which air surrounds", () => {
  for (const { ct, labels } of PATIENTS) {
    const [nx, ny] = ct.dims;
    labels.data.forEach((value, i) => {
      const x = (i % nx - (nx - 1) / 2) * 3;
      const y = (Math.floor(i / nx) % ny - (ny - 1) / 2) * 3;
      // The widest trunk: 155 x 103 mm times 1.06 times 1.05.
      if (value) assert((x / 172.6) ** 2 + (y / 114.7) ** 2 <= 1);
    });
    for (const corner of [0, nx - 1, nx * ny - 1, ct.data.length - 1]) {
      assert(ct.data[corner]! < -900);
    }
  }
});

Deno.test("phantom() has noise of 10 to 18 HU in the air around", () => {
  for (const { ct } of PATIENTS) {
    const [nx, ny, nz] = ct.dims;
    let n = 0;
    let sum = 0;
    let squares = 0;
    for (let z = 0; z < nz; z++) {
      for (let x = 0; x < nx; x++) {
        // The frontmost row is far from the body; -1024 is where stored HU end, 24 HU below air: leave those out by mirror.
        const value = ct.data[x + nx * (ny - 1 + ny * z)]! + 1000;
        if (value < 0) continue;
        n++;
        sum += value;
        squares += value * value;
      }
    }
    // Half normal: the mean square of one side is that of both.
    const sigma = Math.sqrt(squares / n);
    assert(n > 5000 && sum > 0 && sigma > 9.5 && sigma < 18.8, `sigma ${sigma}`);
  }
});

Deno.test("phantom() shows the same patient on another grid", () => {
  // Every 3 mm voxel middle of a 9 mm grid is one of the 3 mm grid where dims are odd multiples: labels must agree there.
  const fine = phantom({ seed: 9, dims: [33, 33, 33], spacing: [3, 3, 3] });
  const coarse = phantom({ seed: 9, dims: [11, 11, 11], spacing: [9, 9, 9] });
  assert(new Set(coarse.labels.data).size > 1);
  coarse.labels.data.forEach((value, i) => {
    const [x, y, z] = [i % 11, Math.floor(i / 11) % 11, Math.floor(i / 121)];
    assertEquals(fine.labels.data[3 * x + 1 + 33 * (3 * y + 1 + 33 * (3 * z + 1))], value);
  });
});

Deno.test("phantom() refuses a wrong index, seed or grid", () => {
  for (const index of [-1, 0.5, 2 ** 52]) {
    assertThrows(() => phantom({ seed: 1, index }), RangeError, "index must be");
  }
  assertThrows(() => phantom({ seed: -1 }), RangeError, "seed");
  assertThrows(() => phantom({ seed: 1, dims: [0, 5, 5] }), RangeError, "dims");
  assertThrows(() => phantom({ seed: 1, spacing: [0, 3, 3] }), RangeError, "spacing");
});
