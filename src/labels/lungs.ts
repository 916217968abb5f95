import {
  clearBorder,
  combine,
  fillHoles,
  line,
  open,
  packMask,
  reconstruct,
  threshold,
  unpackMask,
} from "../morphology/mod.ts";
import { closeWith, largest, type Mask, minus, paperBall, type Work } from "./_work.ts";

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
  const { dims } = image;
  using dark = await step(
    `Lungs: voxels up to ${DARK} HU`,
    () => threshold(gpu, image, { max: DARK }),
  );
  using closed = await step(
    `Lungs: close with a ${TABLE_LINE} mm line from back to front`,
    () => closeWith(work, dark, line({ length: TABLE_LINE, axis: 1, spacing })),
  );
  const shut = await step(
    "Lungs: clear what reaches the border of an axial slice",
    async () => clearBorder(await unpackMask(gpu, closed), dims, { slices: 2 }),
  );
  using inner = await step("Lungs: keep dark voxels that are left", () => {
    using kept = packMask(gpu, shut, dims);
    return combine(gpu, dark, kept, "and");
  });
  using opened = await step(
    `Lungs: open with a ${OPENING} mm ball`,
    () => open(gpu, inner, paperBall(OPENING, spacing)),
  );
  const seeds = await step(
    "Lungs: two largest regions",
    async () => largest(await unpackMask(gpu, opened), dims, 2),
  );
  const grown = await step(
    "Lungs: grow back to the dark voxels",
    async () => reconstruct(seeds, await unpackMask(gpu, inner), dims, { connectivity: 26 }),
  );
  return await step(
    "Lungs: fill holes, leave out organs labelled before",
    () => minus(fillHoles(grown, dims), work.taken),
  );
}
