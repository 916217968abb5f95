import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { type Phantom, phantom } from "../../src/data/mod.ts";
import { openGpu } from "../../src/gpu/mod.ts";
import { ORGANS } from "../../src/labels/mod.ts";
import { components } from "../../src/morphology/mod.ts";
import { orientationOf, type Vec3 } from "../../src/volume/mod.ts";
import { testAdapter, withGpu } from "../_gpu.ts";

const SPACING: Vec3 = [6, 6, 6];

const PATIENTS: Phantom[] = [];
{
  await using gpu = await openGpu({ adapter: testAdapter() });
  for (let index = 0; index < 5; index++) {
    PATIENTS.push(await phantom(gpu, { seed: 7, index, spacing: SPACING }));
  }
}

/** Indices of an organ's voxels. */
function voxelsOf({ labels }: Phantom, organ: keyof typeof ORGANS): number[] {
  const found: number[] = [];
  labels.data.forEach((value, i) => value === ORGANS[organ] && found.push(i));
  return found;
}

Deno.test("phantom() fills the field of view, in RAS, centred, with labels on the same grid", () => {
  const { ct, labels } = PATIENTS[0]!;
  // 402 x 330 x 576 mm.
  assertEquals(ct.dims, [67, 55, 96]);
  assertEquals(ct.spacing, SPACING);
  assertEquals(ct.affine, [6, 0, 0, -198, 0, 6, 0, -162, 0, 0, 6, -285]);
  assertEquals(labels.affine, ct.affine);
  assertEquals(orientationOf(ct), "RAS");
});

Deno.test(
  "phantom() gives the same voxels for the same options, others for another seed or index",
  withGpu(async (gpu) => {
    const again = await phantom(gpu, { seed: 7, index: 3, spacing: SPACING });
    assertEquals(again.ct.data, PATIENTS[3]!.ct.data);
    assertEquals(again.labels.data, PATIENTS[3]!.labels.data);
    for (const options of [{ seed: 8, index: 3 }, { seed: 7, index: 4 }]) {
      const other = await phantom(gpu, { ...options, spacing: SPACING });
      assertNotEquals(other.labels.data, again.labels.data);
      // The front row of the highest slice is air in both: what differs there is noise.
      assertNotEquals(other.ct.data.slice(-67), again.ct.data.slice(-67));
    }
  }),
);

Deno.test("phantom() has organs of plausible size and HU", () => {
  // mL: lungs of 1.5 to 6.5 L in a scan that may cut their tips; liver 1 to 2.2 L; a kidney 90 to 250 mL, one of which may be missing; bladder
  // 80 to 420 mL; bone of a trunk 1.4 to 3.5 L. Mean HU: aerated lung; soft tissue with and without contrast; urine with and without.
  const bounds = {
    lungs: { volume: [1500, 6500], hu: [-900, -600] },
    liver: { volume: [1000, 2200], hu: [10, 150] },
    kidneys: { volume: [90, 500], hu: [20, 230] },
    bladder: { volume: [80, 420], hu: [-10, 500] },
    bone: { volume: [1400, 3500], hu: [120, 600] },
  } as const;
  for (const [index, patient] of PATIENTS.entries()) {
    for (const [organ, { volume, hu }] of Object.entries(bounds)) {
      const voxels = voxelsOf(patient, organ as keyof typeof bounds);
      const ml = voxels.length * 0.216;
      assert(ml >= volume[0] && ml <= volume[1], `${organ} of patient ${index}: ${ml} mL`);
      const mean = voxels.reduce((sum, i) => sum + patient.ct.data[i]!, 0) / voxels.length;
      assert(mean >= hu[0] && mean <= hu[1], `${organ} of patient ${index}: ${mean} HU`);
    }
    assert(!patient.labels.data.includes(ORGANS.brain));
  }
});

Deno.test(
  "phantom() has one bladder, at most two kidneys, and nearly all bone in one piece",
  withGpu(async (gpu) => {
    const { labels } = await phantom(gpu, { seed: 7 });
    const pieces = (organ: keyof typeof ORGANS) => {
      const mask = labels.data.map((value) => Number(value === ORGANS[organ]));
      return [...components(mask, labels.dims, { connectivity: 26 }).sizes].sort((a, b) => b - a);
    };
    const bone = pieces("bone");
    const all = bone.reduce((sum, size) => sum + size, 0);
    // Shoulder blades and a thigh bone, 4 % each, may hang by the soft parts of their joints alone.
    assert(bone[0]! >= 0.85 * all, `bone ${bone}`);
    assertEquals(pieces("bladder").length, 1);
    // What opens towards the pelvis may cut off a few voxels.
    const large = pieces("kidneys").filter((size) => size * 0.027 > 20);
    assert(large.length === 1 || large.length === 2, `kidneys ${large}`);
  }),
);

Deno.test("phantom() puts the liver to the right, the spine behind, the bladder below the lungs", () => {
  for (const patient of PATIENTS) {
    const { dims: [nx, ny], affine } = patient.labels;
    const middle = (organ: keyof typeof ORGANS) => {
      const voxels = voxelsOf(patient, organ);
      return [
        (i: number) => i % nx,
        (i: number) => Math.floor(i / nx) % ny,
        (i: number) => Math.floor(i / (nx * ny)),
      ].map((at, axis) =>
        voxels.reduce((sum, i) => sum + at(i), 0) / voxels.length * affine[5 * axis]! +
        affine[4 * axis + 3]!
      );
    };
    assert(middle("liver")[0]! > 20);
    assert(middle("bone")[1]! < middle("bladder")[1]!);
    assert(middle("bladder")[2]! < middle("kidneys")[2]!);
    assert(middle("kidneys")[2]! < middle("lungs")[2]!);
  }
});

Deno.test("phantom() has air in front of the patient, and noise in it", () => {
  for (const { ct: { dims: [nx, ny, nz], data } } of PATIENTS) {
    // The front corner of the upper half; -1024 is where stored HU end, 24 HU below air: the half of the noise above air is looked at.
    let n = 0;
    let squares = 0;
    for (let z = nz >> 1; z < nz; z++) {
      for (let x = 0; x < 12; x++) {
        const value = data[x + nx * (ny - 1 + ny * z)]! + 1000;
        if (value <= 0) continue;
        n++;
        squares += value * value;
      }
    }
    // 0.6 of 9 to 24 HU, and what rounding does.
    const sigma = Math.sqrt(squares / n);
    assert(n > 200 && sigma > 0.6 * 9 - 0.6 && sigma < 0.6 * 24 + 0.6, `sigma ${sigma} of ${n}`);
  }
});

Deno.test(
  "phantom() shows the same patient on another grid",
  withGpu(async (gpu) => {
    // Every middle of a 9 mm voxel is one of a 3 mm voxel where dims are odd multiples.
    const fine = await phantom(gpu, { seed: 9, dims: [99, 75, 63], spacing: [3, 3, 3] });
    const coarse = await phantom(gpu, { seed: 9, dims: [33, 25, 21], spacing: [9, 9, 9] });
    assert(new Set(coarse.labels.data).size > 3);
    coarse.labels.data.forEach((value, i) => {
      const [x, y, z] = [i % 33, Math.floor(i / 33) % 25, Math.floor(i / 825)];
      assertEquals(fine.labels.data[3 * x + 1 + 99 * (3 * y + 1 + 75 * (3 * z + 1))], value);
    });
  }),
);

Deno.test(
  "phantom() shows no bladder in a chest, nor the tips of the lungs in an abdomen",
  withGpu(async (gpu) => {
    const chest = await phantom(gpu, { seed: 7, fieldOfView: "chest", spacing: SPACING });
    const abdomen = await phantom(gpu, { seed: 7, fieldOfView: "abdomen", spacing: SPACING });
    assertEquals([chest.ct.dims[2], abdomen.ct.dims[2]], [53, 63]);
    assertEquals(voxelsOf(chest, "bladder").length, 0);
    assert(voxelsOf(abdomen, "bladder").length > 0);
    assert(voxelsOf(abdomen, "lungs").length < voxelsOf(chest, "lungs").length / 2);
  }),
);

Deno.test(
  "phantom() refuses a wrong index, seed or grid",
  withGpu(async (gpu) => {
    for (const index of [-1, 0.5, 2 ** 50]) {
      await assertRejects(() => phantom(gpu, { seed: 1, index }), RangeError, "index must be");
    }
    await assertRejects(() => phantom(gpu, { seed: -1 }), RangeError, "seed");
    await assertRejects(() => phantom(gpu, { seed: 1, dims: [0, 5, 5] }), RangeError, "dims");
    await assertRejects(() => phantom(gpu, { seed: 1, spacing: [0, 3, 3] }), RangeError, "spacing");
  }),
);
