/**
 * Organ labels without a trained model: the paper's rules for lungs and bone.
 *
 * @module
 */

export {
  type LabelledOrgan,
  type LabelOptions,
  labelOrgans,
  type LabelStep,
} from "./label_organs.ts";
export { CLASS_NAMES, type OrganName, ORGANS } from "./organs.ts";
