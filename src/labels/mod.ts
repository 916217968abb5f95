/**
 * Organ labels without a trained model: the paper's rules and robust ones for lungs and bone; liver, bladder and kidneys from a
 * click; where the patient is, and the CT without the table.
 *
 * @module
 */

export { bodyMask, removeTable } from "./body_mask.ts";
export {
  type GrownOrgan,
  type GrowOptions,
  growOrgan,
  growOrgans,
  type OrganSeeds,
  SEEDED_ORGANS,
  type SeededOrgan,
} from "./grow_organ.ts";
export {
  type LabelledOrgan,
  type LabelOptions,
  labelOrgans,
  type LabelStep,
  type RobustRule,
} from "./label_organs.ts";
export { CLASS_NAMES, type OrganName, ORGANS } from "./organs.ts";
export { parseSeeds } from "./seeds.ts";
