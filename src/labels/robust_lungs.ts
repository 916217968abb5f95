import {
  ball,
  close,
  combine,
  type ConnectedComponents,
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
/** HU of bone, mm around it, and the share of an air cell of the skull that lies there: bone is on all its sides, and on one of a lung's. */
const BONE = 175;
const WALL = 9;
const ENCLOSED = 0.75;

/** Rules that can be left out, to see what they do. */
export interface LungRules {
  /** Gas is no lung. */
  readonly gas: boolean;
  /** A lung reaches the uppermost slice or is large. */
  readonly reach: boolean;
  /** What bone encloses is an air cell of the skull. */
  readonly skull: boolean;
}

/**
 * Lungs in the body, in RAS:
 *
 * 1. voxels up to -400 HU;
 * 2. without gas, which is darker than lung: places of 6 mm up to -930 HU, and 4.5 mm around them (at least a voxel), where blur mixes gas and wall. Bowel and
 *    stomach gas go, and with them windpipe and main airways; size does not matter;
 * 3. opened with a 10 mm ball; regions that reach the uppermost slice, as the bases of lungs that go on above it do (from 10 mL), or
 *    are as large as a whole lung (from 150 mL). Stool and rims of gas are neither; the mastoid's cells, which may be cut like a base, are
 *    told by the bone around them;
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
    return await likeLungs(opened, work, rules);
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
  work: Work,
  { reach, skull }: LungRules,
): Promise<PackedMask> {
  using regions = await connectedComponents(work.gpu, opened);
  const { sizes, boxes } = regions;
  const millilitres = work.spacing[0] * work.spacing[1] * work.spacing[2] / 1000;
  const isWhole = (k: number) => sizes[k]! * millilitres >= WHOLE;
  const isCut = (k: number) =>
    boxes[6 * k + 5] === opened.dims[2] - 1 && sizes[k]! * millilitres >= BASE;
  const enclosed = skull && sizes.some((_, k) => isCut(k) && !isWhole(k))
    ? await enclosedInBone(regions, work)
    : () => false;
  return regions.select((k) => !reach || isWhole(k) || isCut(k) && !enclosed(k));
}

/** Tells which regions have bone on all sides. */
async function enclosedInBone(
  regions: ConnectedComponents,
  { gpu, image, spacing }: Work,
): Promise<(k: number) => boolean> {
  using bone = threshold(gpu, image, { min: BONE });
  using near = dilate(gpu, bone, ball({ diameter: 2 * WALL, spacing, rule: "radius" }), {
    method: "auto",
  });
  const counts = await regions.countIn(near);
  return (k) => counts[k]! >= ENCLOSED * regions.sizes[k]!;
}
