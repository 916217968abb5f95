/**
 * Studies: statements of the paper that are checked numerically, as plain data.
 *
 * @module
 */
export type * from "./schema.ts";
export { studyFailures, studyLosses, type StudyOptions } from "./study_losses.ts";
