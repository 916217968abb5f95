/**
 * Reports: one self-contained HTML file from one result, and contact sheets of volumes.
 *
 * @module
 */
export { noteOf, type NumberedNote, numberNotes } from "./bench_notes.ts";
export { renderBenchReport } from "./bench_report.ts";
export {
  encodeContactSheet,
  type SheetTile,
  sheetTile,
  type SheetVolume,
} from "./contact_sheet.ts";
export { renderDataReport } from "./data_report.ts";
export type { CheckedSlices } from "./_slices_section.ts";
export type { DataCheckResult } from "./data_schema.ts";
export { renderEvaluateReport } from "./evaluate_report.ts";
export { renderLabelReport } from "./label_report.ts";
export { renderLossReport } from "./loss_report.ts";
export { renderReproduceReport, type ReproduceExtras } from "./reproduce_report.ts";
export type * from "./bench_schema.ts";
export type * from "./schema.ts";
export { type CasePicture, cutSlices, type SlicePicture } from "./slices.ts";
export { renderTrainReport } from "./train_report.ts";
export type { TrainResult, TrainValidation } from "./train_schema.ts";
export { renderTwinReport } from "./twin_report.ts";
export type * from "./twin_schema.ts";
export { type ViewedArm, type ViewedCase, type ViewedPick } from "./viewer_cases.ts";
export { writeTextWhole } from "./write_text.ts";
