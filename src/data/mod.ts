/**
 * Volumes with true labels: phantoms, and data folders in several layouts; where labels come from, and what they may be used for.
 *
 * @module
 */

export type { Dataset, IncompleteCase, LabelFile, LabelledCase, LayoutName } from "./dataset.ts";
export { findCases, scanFolder } from "./find_cases.ts";
export { ctOrgLabels, PAPER_SPACING, readLabelFiles, readLabels } from "./labels_file.ts";
export {
  HU_BINS,
  type Likeness,
  measureLikeness,
  NOISE_SQUARE,
  REAL_LIKENESS,
  type Tissue,
} from "./likeness.ts";
export { type Atlas, fitAtlas, segmentByAtlas } from "./atlas_baseline.ts";
export {
  cohort,
  type CohortCase,
  cohortCase,
  type CohortOptions,
  type CohortSplit,
  splitOf,
} from "./cohort.ts";
export {
  type FieldOfView,
  type PatientOptions,
  type Phantom,
  phantom,
  PHANTOM_VERSION,
  type PhantomOptions,
  phantomScene,
} from "./phantom.ts";
export {
  type CaseSource,
  type LoadCasesOptions,
  type LoadedCase,
  loadTrainingCases,
  type TrainingCases,
} from "./load_cases.ts";
export {
  ctOrgOrigins,
  exactOrigins,
  LAST_TEST_CASE,
  type Origin,
  ORIGINS,
  type Origins,
  whyNoTruth,
} from "./provenance.ts";
export { type CachedCase, type CachedCaseOptions, readCaseCached } from "./case_cache.ts";
export { type CaseCheck, checkCase, type OrganSize } from "./check_case.ts";
export type { LabelPicture } from "./picture.ts";
export {
  badCases,
  checkData,
  type CheckDataOptions,
  type DataCheck,
  type OrganSummary,
} from "./check_data.ts";
export { bodyBox, cropVolume, type VoxelBox } from "./crop_to_body.ts";
export { geometryNotes } from "./geometry.ts";
export { type LabelPair, type MatchedLabels, matchLabelFiles } from "./match_labels.ts";
export { type CasePaths, type CaseVolumes, readCase, type ReadCaseOptions } from "./read_case.ts";
export { foldCases, type Split, splitCases, type SplitOptions } from "./split.ts";
export { type SplitRecord, writeSplit } from "./split_file.ts";
export {
  checkDataFolder,
  type DataFolderOutcome,
  type WriteDataFolderOptions,
} from "./data_folder.ts";
export {
  labelFolder,
  type LabelFolderOptions,
  type LabelledCt,
  type LabelledFolder,
  planLabels,
  type PlannedCt,
} from "./label_folder.ts";
export { NO_LICENCE } from "./dataset_card.ts";
export type { CaseRecord, ProvenanceRecord } from "./provenance_file.ts";
export { writeDataset, type WriteDatasetOptions } from "./write_dataset.ts";
export { writePhantoms, type WritePhantomsOptions } from "./write_phantoms.ts";
