/** The label values of CT-ORG (Rister et al., Scientific Data 2020), used throughout. */
export const ORGANS = {
  background: 0,
  liver: 1,
  bladder: 2,
  lungs: 3,
  kidneys: 4,
  bone: 5,
  brain: 6,
} as const;

/** Names of a network's classes, in the order of CT-ORG's values. */
export const CLASS_NAMES: readonly string[] = Object.keys(ORGANS);

/** An organ's name in CT-ORG. */
export type OrganName = Exclude<keyof typeof ORGANS, "background">;
