import {
  ball,
  close,
  combine,
  connectedComponents,
  dilate,
  fillMaskHoles,
  open,
  type PackedMask,
  reconstructMask,
  threshold,
} from "../morphology/mod.ts";
import { type Mask, withoutTaken, type Work } from "./_work.ts";

/** HU: half-way from lung, about -800, to soft tissue. At the paper's -150 the rim of a lung is a voxel too wide. */
const LUNG = -400;
/** HU: gas in bowel, stomach and windpipe is -1000, lung holds tissue and blood, and emphysema rarely is this dark on average. */
const GAS = -930;
/** mm: wider than the dark places that noise and small bullae make in a lung; narrower than main airways. */
const GAS_WIDTH = 6;
/** mm: how far a scanner's blur mixes gas and wall to what looks like lung. */
const GAS_RIM = 4.5;
/** mm, as the paper's. */
const OPENING = 10;
/** mm: a lung's vessels, and the rim around bullae, are narrower. */
const CLOSING = 12;
/** mL: a lung base cut by the first slice, and a whole lung; stool and rims of gas are less. */
const BASE = 10;
const WHOLE = 150;

/** Rules that can be left out, to see what they do. */
export interface LungRules {
  /** Gas is no lung. */
  readonly gas: boolean;
  /** A lung reaches the uppermost slice or is large. */
  readonly reach: boolean;
}

/**
 * Lungs in the body, in RAS:
 *
 * 1. voxels up to -400 HU;
 * 2. without gas, which is darker than lung: places of 6 mm up to -930 HU, and 4.5 mm around them (at least a voxel), where blur mixes gas and wall. Bowel and
 *    stomach gas go, and with them windpipe and main airways; size does not matter;
 * 3. opened with a 10 mm ball; regions that reach the uppermost slice, as the bases of lungs that go on above it do (from 10 mL), or
 *    are as large as a whole lung (from 150 mL). Stool and rims of gas are neither;
 * 4. grown back under 2 (through faces), closed with a 12 mm ball for what step 2 took around small bullae, holes filled in 3-D.
 *
 * @returns 1 in the lungs; all 0 where they are not in view.
 */
export async function robustLungs(
  work: Work,
  inside: PackedMask,
  rules: LungRules,
): Promise<Mask> {
  const { gpu, image, spacing, step } = work;
  const of = (diameter: number) => ball({ diameter, spacing, rule: "radius" });
  const far = { method: "auto" } as const;
  using dark = await step(`Lungs: voxels up to ${LUNG} HU in the body`, () => {
    using all = threshold(gpu, image, { max: LUNG });
    return combine(gpu, all, inside, "and");
  });
  using tissue = await step("Lungs: without gas", () => {
    using pure = threshold(gpu, image, { max: rules.gas ? GAS : -1e30 });
    using wide = open(gpu, pure, of(GAS_WIDTH), far);
    using around = dilate(gpu, wide, of(2 * Math.max(GAS_RIM, ...spacing)), far);
    return combine(gpu, dark, around, "minus");
  });
  using seeds = await step("Lungs: regions that are cut above or large", async () => {
    using opened = open(gpu, tissue, of(OPENING), far);
    return await likeLungs(opened, work, rules.reach);
  });
  using grown = await step(
    "Lungs: grow back",
    () => reconstructMask(gpu, seeds, tissue, { connectivity: 6 }),
  );
  return await step("Lungs: close, fill holes, leave out organs labelled before", async () => {
    using closed = close(gpu, grown, of(CLOSING), far);
    using lung = combine(gpu, closed, dark, "and");
    using filled = await fillMaskHoles(gpu, lung);
    return await withoutTaken(work, filled);
  });
}

async function likeLungs(
  opened: PackedMask,
  { gpu, spacing }: Work,
  reach: boolean,
): Promise<PackedMask> {
  using regions = await connectedComponents(gpu, opened);
  const { sizes, boxes } = regions;
  const millilitres = spacing[0] * spacing[1] * spacing[2] / 1000;
  return regions.select((k) => {
    const cut = boxes[6 * k + 5] === opened.dims[2] - 1;
    return !reach || sizes[k]! * millilitres >= (cut ? BASE : WHOLE);
  });
}
