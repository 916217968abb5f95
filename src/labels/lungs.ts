import {
  clearMaskBorder,
  combine,
  fillMaskHoles,
  keepLargest,
  line,
  open,
  reconstructMask,
  threshold,
} from "../morphology/mod.ts";
import { closeWith, type Mask, paperBall, withoutTaken, type Work } from "./_work.ts";

/** HU. */
const DARK = -150;
/** Thicker than a table's shell, mm. */
const TABLE_LINE = 10;
/** Thicker than airways and gaps, mm. */
const OPENING = 10;

/**
 * The paper's rule for lungs (Rister et al. 2018, as the author's code has it), in RAS:
 *
 * 1. voxels up to -150 HU;
 * 2. a copy closed with a 10 mm line from back to front, which makes the table's shells vanish in the air around them;
 * 3. from the copy, regions that reach the border of their axial slice are removed: air, table, mattress;
 * 4. what both have, opened with a 10 mm ball;
 * 5. its two largest regions, grown back under 4's input (26-connected);
 * 6. holes filled in 3-D, labelled organs taken out.
 *
 * Known defects, kept: bowel gas larger than a lung counts as lung where the field of view shows only the lung bases.
 *
 * @returns 1 in the lungs; all 0 where there are none.
 */
export async function lungs(work: Work): Promise<Mask> {
  const { gpu, image, spacing, step } = work;
  using dark = await step(
    `Lungs: voxels up to ${DARK} HU`,
    () => threshold(gpu, image, { max: DARK }),
  );
  using closed = await step(
    `Lungs: close with a ${TABLE_LINE} mm line from back to front`,
    () => closeWith(work, dark, line({ length: TABLE_LINE, axis: 1, spacing })),
  );
  using shut = await step(
    "Lungs: clear what reaches the border of an axial slice",
    () => clearMaskBorder(gpu, closed, { slices: 2 }),
  );
  using inner = await step(
    "Lungs: keep dark voxels that are left",
    () => combine(gpu, dark, shut, "and"),
  );
  using opened = await step(
    `Lungs: open with a ${OPENING} mm ball`,
    () => open(gpu, inner, paperBall(OPENING, spacing)),
  );
  using seeds = await step(
    "Lungs: two largest regions",
    () => keepLargest(gpu, opened, { count: 2 }),
  );
  using grown = await step(
    "Lungs: grow back to the dark voxels",
    () => reconstructMask(gpu, seeds, inner),
  );
  return await step("Lungs: fill holes, leave out organs labelled before", async () => {
    using filled = await fillMaskHoles(gpu, grown);
    return await withoutTaken(work, filled);
  });
}
