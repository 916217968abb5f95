import { assert, assertEquals, assertRejects } from "@std/assert";
import { cohort, phantom } from "../../src/data/mod.ts";
import {
  growOrgan,
  growOrgans,
  ORGANS,
  SEEDED_ORGANS,
  type SeededOrgan,
} from "../../src/labels/mod.ts";
import { dice } from "../../src/metrics/mod.ts";
import {
  createGrid,
  createVolume,
  reorient,
  type Vec3,
  type Volume,
} from "../../src/volume/mod.ts";
import { RandomStream } from "../../src/random/mod.ts";
import { withGpu } from "../_gpu.ts";
import { clicks } from "./_click.ts";

interface Ball {
  /** World mm. */
  readonly at: Vec3;
  /** mm. */
  readonly radius: number;
  readonly hu: number;
}

/** Balls in fat, with noise; a later one covers an earlier one. The second volume tells which ball each voxel is in, from 1. */
function scene(
  balls: readonly Ball[],
  { dims, spacing }: { readonly dims: Vec3; readonly spacing: Vec3 },
): { ct: Volume<Int16Array<ArrayBuffer>>; which: Uint8Array } {
  const origin = dims.map((n, axis) => -(n - 1) / 2 * spacing[axis]!) as unknown as Vec3;
  const grid = createGrid({ dims, spacing, origin });
  const random = new RandomStream({ seed: 8, stream: 0 });
  const hu = new Int16Array(dims[0] * dims[1] * dims[2]);
  const which = new Uint8Array(hu.length);
  for (let i = 0; i < hu.length; i++) {
    const index = [
      i % dims[0],
      Math.floor(i / dims[0]) % dims[1],
      Math.floor(i / dims[0] / dims[1]),
    ];
    const place = index.map((k, axis) => origin[axis]! + k * spacing[axis]!);
    balls.forEach(({ at, radius }, k) => {
      if (Math.hypot(...place.map((mm, axis) => mm - at[axis]!)) <= radius) which[i] = k + 1;
    });
    hu[i] = (balls[which[i]! - 1]?.hu ?? -100) + random.normal(0, 12);
  }
  return { ct: createVolume(hu, grid), which };
}

const GRID = { dims: [60, 60, 60], spacing: [3, 3, 3] } as const;
const LIVER: Ball = { at: [-20, 0, 0], radius: 45, hu: 80 };

/** Dice of a mask and the voxels of some balls. */
function overlap(mask: Uint8Array, which: Uint8Array, balls: readonly number[]): number {
  return dice(mask, which.map((ball) => balls.includes(ball) ? 1 : 0), 1)!;
}

Deno.test(
  "growOrgan() stops at the neck towards a neighbour of the same HU",
  withGpu(async (gpu) => {
    // The neighbour alone is larger than a bladder can be.
    const neighbour: Ball = { at: [52, 0, 0], radius: 60, hu: 10 };
    const bladder: Ball = { at: [-38, 0, 0], radius: 32, hu: 10 };
    const { ct, which } = scene([neighbour, bladder], GRID);
    const seeds: Vec3[] = [bladder.at];
    const { mask, failures } = await growOrgan(gpu, { volume: ct, organ: "bladder", seeds });
    assertEquals(failures, []);
    const found = overlap(mask.data, which, [2]);
    assert(found > 0.95, `Dice ${found}`);
  }),
);

Deno.test(
  "growOrgan() takes in vessels and a cyst, wherever the click was, and leaves another tissue out",
  withGpu(async (gpu) => {
    const vessel: Ball = { at: [-20, 10, 5], radius: 6, hu: 160 };
    const cyst: Ball = { at: [-40, -15, 10], radius: 9, hu: 5 };
    const stomach: Ball = { at: [50, 0, 0], radius: 32, hu: 20 };
    const { ct, which } = scene([stomach, LIVER, vessel, cyst], GRID);
    for (const seed of [LIVER.at, vessel.at] as Vec3[]) {
      const { mask } = await growOrgan(gpu, { volume: ct, organ: "liver", seeds: [seed] });
      const found = overlap(mask.data, which, [2, 3, 4]);
      assert(found > 0.95, `Dice ${found} from ${seed}`);
    }
  }),
);

Deno.test(
  "growOrgan() gives the same organ in another orientation and on another grid",
  withGpu(async (gpu) => {
    const fine = scene([LIVER], { dims: [100, 90, 40], spacing: [1.5, 1.8, 5] });
    const turned = reorient(fine.ct, "LPS");
    const options = { organ: "liver", seeds: [LIVER.at] } as const;
    const { mask } = await growOrgan(gpu, { volume: turned, ...options });
    assertEquals([mask.dims, mask.affine], [turned.dims, turned.affine]);
    const back = reorient(mask, "RAS").data;
    const found = overlap(back, fine.which, [1]);
    assert(found > 0.95, `Dice ${found}`);
  }),
);

Deno.test(
  "growOrgan() says why nothing grows from a point, and grows the others",
  withGpu(async (gpu) => {
    const { ct, which } = scene([LIVER, { at: [70, 70, 70], radius: 4, hu: 80 }], GRID);
    const seeds: Vec3[] = [LIVER.at, [70, 70, 70]];
    const { mask, failures } = await growOrgan(gpu, { volume: ct, organ: "liver", seeds });
    assertEquals(failures.map(({ seed }) => seed), [seeds[1]!]);
    assert(overlap(mask.data, which, [1]) > 0.95);
    // Larger than any liver, and nothing narrow in it.
    const giant = scene([{ at: [0, 0, 0], radius: 115, hu: 80 }], {
      dims: [50, 50, 50],
      spacing: [5, 5, 5],
    });
    const none = await growOrgan(gpu, { volume: giant.ct, organ: "liver", seeds: [[0, 0, 0]] });
    assertEquals(none.failures.map(({ why }) => why), ["it runs into its neighbours"]);
    assertEquals(none.mask.data.includes(1), false);
  }),
);

Deno.test(
  "growOrgan() refuses no point, and a point outside the CT",
  withGpu(async (gpu) => {
    const { ct: volume } = scene([], { dims: [9, 9, 9], spacing: [3, 3, 3] });
    const grow = (seeds: Vec3[]) => growOrgan(gpu, { volume, organ: "liver", seeds });
    await assertRejects(() => grow([]), RangeError, "there is no point");
    await assertRejects(() => grow([[0, 0, 99]]), RangeError, "point 0, 0, 99 lies outside the CT");
  }),
);

Deno.test(
  "growOrgans() merges: a voxel that two organs claim is the first one's",
  withGpu(async (gpu) => {
    const small: Ball = { at: [-20, 0, 0], radius: 33, hu: 80 };
    const { ct, which } = scene([small], GRID);
    const seeds = { bladder: [small.at], liver: [small.at] };
    const { labels, failures } = await growOrgans(gpu, ct, { seeds });
    assertEquals([failures, labels.affine], [[], ct.affine]);
    const liver = labels.data.map((label) => Number(label === ORGANS.liver));
    assert(overlap(liver, which, [1]) > 0.95);
    // What is left to the bladder is a rim that the liver did not claim.
    const bladder = labels.data.reduce((sum, label) => sum + Number(label === ORGANS.bladder), 0);
    assert(bladder < liver.reduce((sum, on) => sum + on, 0) / 10);
  }),
);

Deno.test(
  "growOrgans() reaches a Dice of 0.85 with one click an organ on an unseen phantom",
  withGpu(async (gpu) => {
    for (const patient of cohort({ split: "validation", seed: 3, count: 1 })) {
      const { ct, labels } = await phantom(gpu, patient);
      const seeds = Object.fromEntries(
        SEEDED_ORGANS.map((organ) => [organ, clicks(labels, organ)] as const)
          .filter(([, points]) => points.length > 0),
      );
      const grown = await growOrgans(gpu, ct, { seeds });
      assertEquals(grown.failures, []);
      for (const organ of Object.keys(seeds) as SeededOrgan[]) {
        const found = dice(grown.labels.data, labels.data, ORGANS[organ])!;
        assert(found > 0.85, `${organ} of phantom ${patient.number}: Dice ${found}`);
      }
    }
  }),
);
