import { combine, fillMaskHoles, keepLargest, packMask, threshold } from "../morphology/mod.ts";
import { closeWith, type Mask, paperBall, withoutTaken, type Work } from "./_work.ts";

/** mm. */
const CLOSING = 25;
/** HU: fat and air between bones stay out. */
const SOFT = 0;

/**
 * The paper's rule for bone (Rister et al. 2018, as the author's code has it), in RAS:
 *
 * 1. voxels from `minimum` HU without a label, their largest region (26-connected);
 * 2. closed with a 25 mm ball, which takes in marrow and joints, then only voxels from 0 HU;
 * 3. holes filled in each axial slice, labelled organs taken out.
 *
 * Known defect, kept: soft tissue between bones less than 25 mm apart counts as bone.
 *
 * @param minimum HU; 175, or 250 in the paper's first version.
 * @returns 1 in bone; all 0 where there is none.
 */
export async function bone(work: Work, minimum: number): Promise<Mask> {
  const { gpu, image, spacing, step, taken } = work;
  const { dims } = image;
  using bright = await step(
    `Bone: voxels from ${minimum} HU, without organs labelled before`,
    () => {
      using all = threshold(gpu, image, { min: minimum });
      using organs = packMask(gpu, taken, dims);
      return combine(gpu, all, organs, "minus");
    },
  );
  using skeleton = await step(
    "Bone: largest region",
    () => keepLargest(gpu, bright, { count: 1 }),
  );
  using closed = await step(
    `Bone: close with a ${CLOSING} mm ball`,
    () => closeWith(work, skeleton, paperBall(CLOSING, spacing)),
  );
  using dense = await step(`Bone: keep voxels from ${SOFT} HU`, () => {
    using soft = threshold(gpu, image, { min: SOFT });
    return combine(gpu, closed, soft, "and");
  });
  return await step(
    "Bone: fill holes in axial slices, leave out organs labelled before",
    async () => {
      using filled = await fillMaskHoles(gpu, dense, { slices: 2 });
      return await withoutTaken(work, filled);
    },
  );
}
