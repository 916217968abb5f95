import { assert, assertEquals, assertRejects } from "@std/assert";
import { phantom } from "../../src/data/mod.ts";
import type { Gpu } from "../../src/gpu/mod.ts";
import { labelOrgans, ORGANS } from "../../src/labels/mod.ts";
import { dice } from "../../src/metrics/mod.ts";
import { RandomStream } from "../../src/random/mod.ts";
import { createVolume, readNifti, reorient, type Vec3 } from "../../src/volume/mod.ts";
import { withGpu } from "../_gpu.ts";
import { testUnless } from "../_skip.ts";
import { naiveLabels } from "./_naive.ts";

const SAMPLE = new URL("../../../shared/data/ct-org-sample/", import.meta.url);

/** A phantom of the whole trunk with an eighth of the default's voxels. */
const small = (gpu: Gpu, seed: number) => phantom(gpu, { seed, spacing: [6, 6, 6] });

Deno.test(
  "labelOrgans() finds lungs and bone of a phantom by the paper's rules",
  withGpu(async (gpu) => {
    for (const index of [0, 1]) {
      const { ct, labels } = await phantom(gpu, { seed: 20, index });
      const found = await labelOrgans(gpu, ct, { variant: "paper" });
      // The rule takes every voxel that lung covers by 15 % or more (-150 HU between -830 and 50) where truth asks for half: a third of
      // the voxels at the surface, which are a quarter of a lung at 3 mm. 2 / (1 + 1.09) = 0.96, and the windpipe is taken too.
      const lungs = dice(found.data, labels.data, ORGANS.lungs)!;
      assert(lungs >= 0.9, `lungs ${lungs}`);
      // The rule takes the 14 mm between two ribs of 12 mm for bone: at most 26/12 of the ribs. Were all bone ribs, Dice
      // could be no better than 2 / (1 + 26/12) = 0.63; ribs are less than half of it, so 0.7 must be passed.
      const bone = dice(found.data, labels.data, ORGANS.bone)!;
      assert(bone >= 0.7, `bone ${bone}`);
      assertEquals(found.dims, ct.dims);
      assertEquals(found.affine, ct.affine);
      for (const value of found.data) assert(value === 0 || value === 3 || value === 5);
    }
  }),
);

Deno.test(
  "labelOrgans() gives the same labels whatever the orientation of the input",
  withGpu(async (gpu) => {
    const { ct } = await small(gpu, 21);
    const expected = await labelOrgans(gpu, ct);
    assert(expected.data.includes(ORGANS.lungs) && expected.data.includes(ORGANS.bone));
    for (const orientation of ["LPS", "LAS", "SAR", "IRP"]) {
      const turned = reorient(ct, orientation);
      const found = await labelOrgans(gpu, turned);
      assertEquals(found.affine, turned.affine);
      assertEquals(found.dims, turned.dims);
      const back = reorient(found, "RAS");
      assert(back.data.every((value, i) => value === expected.data[i]), orientation);
    }
  }),
);

Deno.test(
  "labelOrgans() loses 12 mm of bone at both ends with border original, none with safe",
  withGpu(async (gpu) => {
    // From the middle of the belly into the pelvis: in this patient bones at both ends hang together with the rest.
    const grid = { fieldOfView: "abdomen", dims: [134, 110, 48] } as const;
    const { ct, labels } = await phantom(gpu, { seed: 23, ...grid });
    const options = { variant: "paper", organs: ["bone"] } as const;
    const safe = await labelOrgans(gpu, ct, options);
    const original = await labelOrgans(gpu, ct, { ...options, border: "original" });
    const slice = ct.dims[0] * ct.dims[1];
    const bones = (data: Uint8Array, z: number) =>
      data.subarray(z * slice, (z + 1) * slice).filter((v) => v === ORGANS.bone).length;
    // A 25 mm ball on a 3 mm grid reaches four voxels up and down: it cannot stand in the four slices at each end.
    for (const z of [0, 1, 2, 3]) {
      for (const end of [z, ct.dims[2] - 1 - z]) {
        assertEquals(bones(original.data, end), 0);
        assert(bones(safe.data, end) >= 0.8 * bones(labels.data, end), `slice ${end}`);
      }
    }
    assert(bones(original.data, 4) > 0);
    assert(bones(original.data, ct.dims[2] - 5) > 0);
  }),
);

Deno.test(
  "labelOrgans() never overwrites an earlier label",
  withGpu(async (gpu) => {
    const { ct, labels } = await small(gpu, 23);
    // Half of all bone and lung is said to be something else already.
    const earlier = labels.data.map((value, i) => value !== 0 && i % 2 === 0 ? 7 - value : 0);
    const others = createVolume(earlier, ct);
    const found = await labelOrgans(gpu, ct, { others });
    for (let i = 0; i < earlier.length; i++) {
      if (earlier[i]) assertEquals(found.data[i], earlier[i]);
    }
    const turned = await labelOrgans(gpu, reorient(ct, "LPS"), { others: reorient(others, "LPS") });
    assertEquals(reorient(turned, "RAS").data, found.data);
  }),
);

Deno.test(
  "labelOrgans() labels only what is asked for",
  withGpu(async (gpu) => {
    const { ct } = await small(gpu, 24);
    const both = await labelOrgans(gpu, ct);
    const bone = await labelOrgans(gpu, ct, { organs: ["bone"] });
    const lungs = await labelOrgans(gpu, ct, { organs: ["lungs"] });
    assertEquals(new Set(bone.data), new Set([0, ORGANS.bone]));
    assertEquals(new Set(lungs.data), new Set([0, ORGANS.lungs]));
    assertEquals(lungs.data, both.data.map((value) => value === ORGANS.lungs ? value : 0));
    assertEquals((await labelOrgans(gpu, ct, { organs: [] })).data, new Uint8Array(ct.data.length));
  }),
);

Deno.test(
  "labelOrgans() equals the paper's rules written with plain loops",
  withGpu(async (gpu) => {
    const grids: [Vec3, Vec3][] = [[[36, 36, 11], [3, 3, 3]], [[22, 36, 8], [4, 2.5, 5]]];
    for (const [k, [dims, spacing]] of grids.entries()) {
      const { ct, others } = scene(k, dims, spacing);
      for (const border of ["safe", "original"] as const) {
        for (const boneThreshold of [175, 250]) {
          const found = await labelOrgans(gpu, ct, {
            ...{ variant: "paper", others, border, boneThreshold },
          });
          const expected = naiveLabels(ct, others.data, boneThreshold, border);
          assert(expected.includes(ORGANS.lungs) && expected.includes(ORGANS.bone));
          assertEquals(found.data, expected);
        }
      }
    }
  }),
);

Deno.test(
  "labelOrgans() leaves no label and throws nothing where there is nothing to find",
  withGpu(async (gpu) => {
    for (const dims of [[9, 8, 7], [1, 1, 1], [40, 1, 3]] as const) {
      for (const hu of [-1000, 40]) {
        const data = new Int16Array(dims[0] * dims[1] * dims[2]).fill(hu);
        const ct = createVolume(data, { dims, spacing: [3, 3, 3] });
        assertEquals((await labelOrgans(gpu, ct)).data, new Uint8Array(data.length));
      }
    }
  }),
);

Deno.test(
  "labelOrgans() reports its steps in order and gives all GPU memory back",
  withGpu(async (gpu) => {
    const { ct } = await small(gpu, 25);
    const names: string[] = [];
    await labelOrgans(gpu, ct, {
      variant: "paper",
      onStep: ({ name, ms }) => {
        names.push(name);
        assert(ms >= 0);
      },
    });
    assertEquals(names.map((name) => name.split(":")[0]), [
      "Turn to RAS",
      "Hand the CT to the GPU",
      ...new Array(8).fill("Lungs"),
      ...new Array(5).fill("Bone"),
      "Turn back to the input's grid",
    ]);
    assertEquals(gpu.memory.inUse, 0);
  }),
);

Deno.test(
  "labelOrgans() gives all GPU memory back when onStep throws, after any step",
  withGpu(async (gpu) => {
    const { ct } = await small(gpu, 25);
    for (let steps = 1; steps <= 16; steps++) {
      let left = steps;
      const onStep = () => {
        if (--left === 0) throw new Error("enough");
      };
      await assertRejects(() => labelOrgans(gpu, ct, { onStep }), Error, "enough");
      assertEquals(gpu.memory.inUse, 0, `after step ${steps}`);
    }
  }),
);

Deno.test(
  "labelOrgans() gives the same labels where the volume does not fit one array",
  withGpu(async (gpu) => {
    const { ct } = await small(gpu, 27);
    const whole = await labelOrgans(gpu, ct);
    const uploads: number[] = [];
    const upload = gpu.upload.bind(gpu);
    gpu.upload = (data, label) => {
      uploads.push(data.byteLength);
      return upload(data, label);
    };
    // Five slices of floats, and less than the levels of the closing together.
    const largest = 5 * 4 * ct.dims[0] * ct.dims[1];
    Object.defineProperty(gpu, "largestArray", { value: largest });
    assertEquals(await labelOrgans(gpu, ct), whole);
    assert(Math.max(...uploads) <= largest);
    assert(uploads.length > ct.dims[2] / 5);
  }),
);

Deno.test(
  "labelOrgans() stops between steps and gives all GPU memory back",
  withGpu(async (gpu) => {
    const { ct } = await small(gpu, 26);
    for (const steps of [0, 1, 4, 9, 12]) {
      const abort = new AbortController();
      let done = 0;
      if (steps === 0) abort.abort();
      const run = labelOrgans(gpu, ct, {
        signal: abort.signal,
        onStep: () => {
          if (++done === steps) abort.abort();
        },
      });
      await assertRejects(() => run, DOMException, "abort");
      assertEquals(done, steps);
      assertEquals(gpu.memory.inUse, 0);
    }
  }),
);

Deno.test(
  "labelOrgans() refuses what it does not know",
  withGpu(async (gpu) => {
    const ct = createVolume(new Int16Array(8), { dims: [2, 2, 2], spacing: [3, 3, 3] });
    const shifted = createVolume(new Uint8Array(8), {
      dims: [2, 2, 2],
      spacing: [3, 3, 3],
      origin: [3, 0, 0],
    });
    const refused = async (options: unknown, type: ErrorConstructor, message: string) => {
      await assertRejects(
        () => labelOrgans(gpu, ct, options as Parameters<typeof labelOrgans>[2]),
        type,
        message,
      );
    };
    await refused({ organs: ["liver"] }, RangeError, '"liver" has no rule');
    await refused({ variant: "other" }, RangeError, 'no variant "other"');
    await refused({ without: ["other"] }, RangeError, 'no rule "other"');
    await refused({ border: "open" }, RangeError, 'found "open"');
    await refused({ boneThreshold: NaN }, RangeError, "found NaN");
    await refused({ others: shifted }, TypeError, "another grid");
  }),
);

const sampleThere = await Deno.stat(SAMPLE).then(() => true, () => false);
testUnless(
  "labelOrgans() gives the Dice of a SciPy port of the rules on a real CT",
  sampleThere ? undefined : "../shared/data/ct-org-sample is not there",
  withGpu(async (gpu) => {
    const ct = await readNifti(new URL("volume-0.nii.gz", SAMPLE));
    const truth = Uint8Array.from((await readNifti(new URL("labels-0.nii.gz", SAMPLE))).data);
    const safe = await labelOrgans(gpu, ct, { variant: "paper" });
    const original = await labelOrgans(gpu, ct, { variant: "paper", border: "original" });
    // From scipy.ndimage 1.10.1: binary_closing (padded by 12 voxels for "safe"), label, binary_propagation and
    // binary_fill_holes in the order of the rules. The rule takes bowel gas for a lung here.
    const round = (value: number | undefined) => value?.toFixed(4);
    assertEquals(round(dice(safe.data, truth, ORGANS.bone)), "0.6943");
    assertEquals(round(dice(original.data, truth, ORGANS.bone)), "0.5991");
    assertEquals(round(dice(safe.data, truth, ORGANS.lungs)), "0.3977");
  }),
);

/** Boxes and balls of lung, bone, marrow, gas and organs in a body, with noise: small, and rich in odd cases. */
function scene(stream: number, dims: Vec3, spacing: Vec3) {
  const random = new RandomStream({ seed: 99, stream });
  const [nx, ny, nz] = dims;
  const hu = new Int16Array(nx * ny * nz);
  const earlier = new Uint8Array(hu.length);
  const each = (set: (i: number, x: number, y: number, z: number) => void) => {
    for (let i = 0; i < hu.length; i++) {
      set(i, i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny)));
    }
  };
  each((i, x, y) => {
    const body = ((x - nx / 2) / (nx / 2 - 1)) ** 2 + ((y - ny / 2) / (ny / 2 - 3)) ** 2 <= 1;
    hu[i] = body ? 40 : -1000;
    if (y === 0) hu[i] = 60;
  });
  const paint = (value: number, centre: number[], radius: number, organ = 0) =>
    each((i, x, y, z) => {
      const d = Math.hypot(x - centre[0]!, y - centre[1]!, z - centre[2]!);
      if (d > radius) return;
      hu[i] = value;
      if (organ && d < 1.5) earlier[i] = organ;
    });
  for (const value of [-800, -700, 400, 300, 210, -30, 120, 400, -900, 500]) {
    const centre = [nx, ny, nz].map((n) => random.uniform(0.35 * n, 0.65 * n));
    const organ = random.integer(3) === 0 ? 1 + random.integer(6) : 0;
    paint(value, centre, random.uniform(2, 5), organ);
  }
  // Whatever was drawn, there is a lung and a bone.
  paint(-800, [0.3 * nx, 0.5 * ny, 0.5 * nz], 3.2);
  paint(400, [0.7 * nx, 0.5 * ny, 0.5 * nz], 2.5);
  each((i) => {
    hu[i]! += Math.round(random.normal(0, 40));
  });
  return {
    ct: createVolume(hu, { dims, spacing }),
    others: createVolume(earlier, { dims, spacing }),
  };
}
