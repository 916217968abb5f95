import {
  ball,
  close,
  combine,
  connectedComponents,
  dilate,
  erode,
  fillMaskHoles,
  type PackedMask,
  reconstructMask,
  threshold,
} from "../morphology/mod.ts";
import { bonesAndSplinters, contrastPools } from "./_bright.ts";
import { type Mask, withoutTaken, type Work } from "./_work.ts";

/** mm: what holds this ball above the threshold is no rib: marrow of young or large bones, solid bone, metal, or contrast agent. */
const CORE = 12;
/** mm: a pool reaches this far from its cores: half the ball and as much as blur takes. */
const POOL = 10.5;
/** HU: half-way from soft tissue, 60, to the threshold: cortex fills a part of such a voxel. */
const EDGE = 120;
/** mm: marrow in ribs and vertebrae, whose cortex has gaps where it is thin; less than from rib to rib. */
const CLOSING = 9;
/** HU: fat and air between bones stay out. */
const SOFT = 0;
/** mL: marrow of one bone that no voxel of it is bright enough for is less, what lies in a skull is more, also at birth. */
const CAVITY = 100;

/** Rules that can be left out, to see what they do. */
export interface BoneRules {
  /** What is thick and brightest in its middle is contrast agent. */
  readonly pools: boolean;
  /** Regions apart from the skeleton without cortex are no bone. */
  readonly cortex: boolean;
  /** Voxels beside bone that cortex fills in part are bone. */
  readonly edge: boolean;
  /** A large cavity is no marrow. */
  readonly cavity: boolean;
}

/**
 * Bone in the body, in RAS:
 *
 * 1. voxels from the threshold;
 * 2. without pools of contrast agent in vessels, heart, kidneys, bladder and bowel: thick places that are brightest in their middle. A bone
 *    that thick has marrow in its middle and brighter cortex around it, or is solid and brighter than blood;
 * 3. the largest region and every other (6-connected) that has cortex: ribs that cartilage, and arms that air, keep apart from the spine.
 *    Ureters, small vessels and the rims of kidneys have none. Pieces up to 3 mL that touch these at an edge or corner: thin bones are cut where
 *    cortex is thinner than a voxel;
 * 4. voxels beside these from 120 HU, which cortex fills in part;
 * 5. closed with a 9 mm ball from 0 HU, holes filled in each axial slice: marrow. What they add up to in 3-D stays out from 100 mL: a brain.
 *
 * @param minimum HU of step 1.
 * @returns 1 in bone; all 0 where there is none.
 */
export async function robustBone(
  work: Work,
  inside: PackedMask,
  minimum: number,
  rules: BoneRules,
): Promise<Mask> {
  const { gpu, image, spacing, step } = work;
  const of = (diameter: number) => ball({ diameter, spacing, rule: "radius" });
  const far = { method: "auto" } as const;
  using bright = await step(`Bone: voxels from ${minimum} HU in the body`, () => {
    using all = threshold(gpu, image, { min: minimum });
    return combine(gpu, all, inside, "and");
  });
  using pools = await step("Bone: find pools of contrast agent", async () => {
    using cores = erode(gpu, bright, of(CORE), far);
    using middles = rules.pools
      ? await contrastPools(work, cores)
      : combine(gpu, cores, cores, "minus");
    return dilate(gpu, middles, of(2 * POOL), far);
  });
  using bones = await step("Bone: regions with cortex", async () => {
    using left = combine(gpu, bright, pools, "minus");
    if (!rules.cortex) return combine(gpu, left, inside, "and");
    const sorted = await bonesAndSplinters(work, left);
    using bones = sorted.bones;
    using both = sorted.both;
    return await reconstructMask(gpu, bones, both);
  });
  using whole = await step(`Bone: voxels beside it from ${EDGE} HU`, () => {
    using beside = dilate(gpu, bones, of(2 * Math.max(...spacing)), far);
    using part = threshold(gpu, image, { min: rules.edge ? EDGE : minimum });
    using near = combine(gpu, beside, part, "and");
    using free = combine(gpu, near, pools, "minus");
    return combine(gpu, bones, free, "or");
  });
  return await step("Bone: close, fill holes, leave out organs labelled before", async () => {
    using closed = close(gpu, whole, of(CLOSING), far);
    using soft = threshold(gpu, image, { min: SOFT });
    using dense = combine(gpu, closed, soft, "and");
    using filled = await fillMaskHoles(gpu, dense, { slices: 2 });
    if (!rules.cavity) return await withoutTaken(work, filled);
    using holes = combine(gpu, filled, dense, "minus");
    using regions = await connectedComponents(gpu, holes, { connectivity: 6 });
    const millilitres = spacing[0] * spacing[1] * spacing[2] / 1000;
    using marrow = regions.select((k) => regions.sizes[k]! * millilitres < CAVITY);
    using bone = combine(gpu, dense, marrow, "or");
    return await withoutTaken(work, bone);
  });
}
