/**
 * The paper's pipeline in one call, from data to a report with a verdict on each claim.
 *
 * @module
 */

export { type LabelSource, type NamedArm, parseArmName } from "./_arms.ts";
export type { CaseFiles } from "./_cases.ts";
export type { CaseScore } from "./_metrics.ts";
export type { PlannedStages } from "./_plan.ts";
export { gitCommit } from "./_git.ts";
export { networkGrid } from "./_network_grid.ts";
export {
  type PhantomCohort,
  type Profile,
  type ProfileName,
  PROFILES,
  type TrainingSettings,
} from "./profiles.ts";
export {
  planReproduction,
  reproduce,
  type ReproduceOptions,
  type ReproduceOutcome,
  type ReproduceProgress,
  type ScoredPhantom,
  type ScoredPhantoms,
  scorePhantoms,
} from "./reproduce.ts";
export { verifyReproduction } from "./verify.ts";
