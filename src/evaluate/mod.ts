/**
 * Scores of label files: two folders matched case by case.
 *
 * @module
 */
export { evaluateFolders, type EvaluateOptions } from "./evaluate_folders.ts";
export { formatCsv } from "./format_csv.ts";
export type * from "./schema.ts";
