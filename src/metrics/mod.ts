/**
 * How well label volumes agree, and what cases say together: overlap, volume and surface scores of an organ, summaries with intervals,
 * paired comparisons.
 *
 * @module
 */

export { comparePaired, type PairedComparison } from "./compare_paired.ts";
export { dice } from "./dice.ts";
export { holm } from "./holm.ts";
export { iou } from "./iou.ts";
export { type MeanDice, meanDice } from "./mean_dice.ts";
export {
  type OrganScore,
  scoreCase,
  type ScoreCaseOptions,
  SCORED_ORGANS,
  type ScoreState,
} from "./score_case.ts";
export { summarise, type Summary } from "./summarise.ts";
export { type ScoreSummary, summariseOrgans } from "./summarise_organs.ts";
export { robustHausdorff, surfaceDice } from "./surface_dice.ts";
export {
  type SurfaceDistances,
  surfaceDistances,
  type SurfaceElements,
} from "./surface_distances.ts";
