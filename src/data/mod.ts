/**
 * Volumes with true labels: phantoms, and folders in CT-ORG's layout.
 *
 * @module
 */

export { PAPER_SPACING, readLabels } from "./labels_file.ts";
export { findCases, type LabelledCase } from "./ct_org.ts";
export { type Phantom, phantom, type PhantomOptions } from "./phantom.ts";
export {
  type CaseSource,
  type LoadCasesOptions,
  type LoadedCase,
  loadTrainingCases,
} from "./load_cases.ts";
export { type CaseVolumes, readCase } from "./read_case.ts";
export { LAST_TEST_CASE, type Split, splitCases } from "./split.ts";
