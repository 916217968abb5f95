/**
 * The paper's pipeline in one call, from data to a report with a verdict on each claim.
 *
 * @module
 */

export { gitCommit } from "./_git.ts";
export { type Profile, type ProfileName, PROFILES } from "./profiles.ts";
export {
  reproduce,
  type ReproduceOptions,
  type ReproduceOutcome,
  type ReproduceProgress,
} from "./reproduce.ts";
