import { assert, assertEquals } from "@std/assert";
import { labelOrgans, ORGANS, type RobustRule } from "../../src/labels/mod.ts";
import { dice } from "../../src/metrics/mod.ts";
import { readNifti, type Volume } from "../../src/volume/mod.ts";
import { withGpu } from "../_gpu.ts";
import { testUnless } from "../_skip.ts";
import { block, type Shape, trunk, tube, voxelsIn } from "./_trunk.ts";

const SAMPLE = new URL("../../../shared/data/ct-org-sample/", import.meta.url);
const BASES: [number, Shape][] = [[-800, tube([-45, 0], [30, 36], 15)], [
  -800,
  tube([45, 0], [30, 36], 15),
]];
/** Cortex around marrow, and a rib apart from it. */
const VERTEBRA: [number, Shape][] = [[400, tube([0, -40], [21, 18])], [
  200,
  tube([0, -40], [
    15,
    12,
  ]),
]];
/** A skull around a brain; cells of air in the bone behind an ear, which the first slice cuts; a windpipe's upper end and a sinus. */
const MASTOID = tube([55, -20], [13, 13], 0);
const HEAD: [number, Shape][] = [
  [900, tube([0, 0], [84, 62])],
  [35, tube([0, 0], [76, 54])],
  [700, tube([55, -20], [22, 22], -10)],
  [-700, MASTOID],
  [-1000, tube([0, 20], [12, 9], -1e3, -10)],
  [-1000, tube([0, 44], [25, 12], 5)],
];
const BRAIN = tube([-20, 0], [40, 35]);
const RIB: [number, Shape] = [350, tube([-78, 0], [5, 10])];

/** Each rule: a scene, and a place that is labelled wrongly with the rule off, right with it on. */
const CASES: {
  name: string;
  rule: RobustRule;
  ct: () => Volume;
  organ: "lungs" | "bone";
  place: Shape;
  /** Whether the place is the organ. */
  is: boolean;
}[] = [
  {
    name: "gas in the stomach, larger than a lung base, up to the uppermost slice",
    rule: "gas",
    ct: () => trunk([BASES[0]!, [-1000, tube([40, 0], [36, 40], -40)]]),
    organ: "lungs",
    place: tube([40, 0], [30, 34], -30),
    is: false,
  },
  {
    name: "stool as dark as lung, below the lungs",
    rule: "reach",
    ct: () => trunk([...BASES, [-700, tube([0, 0], [18, 18], -50, -10)]]),
    organ: "lungs",
    place: tube([0, 0], [15, 15], -45, -15),
    is: false,
  },
  {
    name: "cells of air in the skull, cut by the uppermost slice",
    rule: "skull",
    ct: () => trunk(HEAD),
    organ: "lungs",
    place: MASTOID,
    is: false,
  },
  {
    name: "an aorta full of contrast agent that touches a vertebra",
    rule: "pools",
    ct: () => trunk([[280, tube([0, -10], [13, 13])], ...VERTEBRA]),
    organ: "bone",
    place: tube([0, -6], [6, 6]),
    is: false,
  },
  {
    name: "a kidney's rim at 200 HU",
    rule: "cortex",
    ct: () =>
      trunk([...VERTEBRA, [200, tube([50, 0], [27, 27], -50, 50)], [40, tube([50, 0], [21, 21])]]),
    organ: "bone",
    place: (x, y, z) =>
      Math.abs(z) < 40 && Math.hypot(x - 50, y) > 22 && Math.hypot(x - 50, y) < 26,
    is: false,
  },
  {
    name: "thin cortex that fills a third of its voxels",
    rule: "edge",
    ct: () => trunk([[150, tube([0, -40], [24, 21])], ...VERTEBRA]),
    organ: "bone",
    place: (x, y) => Math.hypot(x / 24, (y + 40) / 21) < 0.97,
    is: true,
  },
  {
    name: "a brain, which the skull encloses in every slice",
    rule: "cavity",
    ct: () => trunk(HEAD),
    organ: "bone",
    place: BRAIN,
    is: false,
  },
  {
    name: "bone in an arm rest, which is no body without its table",
    rule: "table",
    ct: () =>
      trunk([...VERTEBRA, [40, block([-110, -72, -1e3], [110, -66, 1e3])], [
        500,
        block([96, -72, -30], [108, -66, 30]),
      ]]),
    organ: "bone",
    place: block([96, -72, -30], [108, -66, 30]),
    is: false,
  },
];

for (const { name, rule, ct: make, organ, place, is } of CASES) {
  Deno.test(
    `labelOrgans() judges right: ${name}; without the rule "${rule}" it does not`,
    withGpu(async (gpu) => {
      const ct = make();
      const where = voxelsIn(place, ct);
      const share = async (without: RobustRule[]) => {
        const { data } = await labelOrgans(gpu, ct, { organs: [organ], without });
        const hits = data.filter((value, i) => value === ORGANS[organ] && where[i]).length;
        return hits / where.filter((on) => on).length;
      };
      const right = await share([]);
      const wrong = await share([rule]);
      assert(is ? right > 0.95 : right < 0.05, `${right} with the rule`);
      assert(is ? wrong < 0.9 : wrong > 0.5, `${wrong} without it`);
    }),
  );
}

Deno.test(
  "labelOrgans() finds lung bases, vertebra, a rib apart from it and metal",
  withGpu(async (gpu) => {
    const metal = tube([0, 50], [5, 5]);
    const ct = trunk([...BASES, ...VERTEBRA, RIB, [3000, metal]]);
    const { data } = await labelOrgans(gpu, ct);
    const lungs = voxelsIn((...at) => BASES[0]![1](...at) || BASES[1]![1](...at), ct);
    assert(dice(data.map((v) => Number(v === ORGANS.lungs)), lungs, 1)! > 0.97);
    const bones = voxelsIn((...at) => VERTEBRA[0]![1](...at) || RIB[1](...at) || metal(...at), ct);
    assert(dice(data.map((v) => Number(v === ORGANS.bone)), bones, 1)! > 0.95);
    assertEquals(gpu.memory.inUse, 0);
  }),
);

Deno.test(
  "labelOrgans() invents no lungs where they are not in view",
  withGpu(async (gpu) => {
    const gas: [number, Shape] = [-1000, tube([40, 0], [30, 34])];
    const { data } = await labelOrgans(gpu, trunk([gas, ...VERTEBRA]));
    assert(!data.includes(ORGANS.lungs));
    assert(data.includes(ORGANS.bone));
  }),
);

Deno.test(
  "labelOrgans() finds the skull and invents no lungs where only a head is in view",
  withGpu(async (gpu) => {
    const ct = trunk(HEAD);
    const { data } = await labelOrgans(gpu, ct);
    assert(!data.includes(ORGANS.lungs));
    const [skull, brain] = [HEAD[0]![1], HEAD[1]![1]];
    const vault = voxelsIn((...at) => skull(...at) && !brain(...at), ct);
    const found = data.filter((label, i) => vault[i] && label === ORGANS.bone).length;
    assert(found > 0.95 * vault.filter((on) => on).length, `${found}`);
    const inBrain = voxelsIn(BRAIN, ct);
    assert(!data.some((label, i) => inBrain[i] && label !== 0));
  }),
);

const sampleThere = await Deno.stat(SAMPLE).then(() => true, () => false);
testUnless(
  "labelOrgans() reaches a Dice of 0.88 for lungs and 0.82 for bone on a real CT",
  sampleThere ? undefined : "../shared/data/ct-org-sample is not there",
  withGpu(async (gpu) => {
    const ct = await readNifti(new URL("volume-0.nii.gz", SAMPLE));
    const truth = Uint8Array.from((await readNifti(new URL("labels-0.nii.gz", SAMPLE))).data);
    const { data } = await labelOrgans(gpu, ct);
    for (const [organ, least] of [["lungs", 0.88], ["bone", 0.82]] as const) {
      const score = dice(data, truth, ORGANS[organ])!;
      assert(score >= least, `${organ} ${score}`);
    }
  }),
);
