import { csvTable } from "../files/mod.ts";
import type { EvaluatedRow } from "./schema.ts";

const COLUMNS = [
  "case",
  "organ",
  "state",
  "dice",
  "iou",
  "nsd",
  "hd95_mm",
  "volume_error_ml",
  "truth_voxels",
  "predicted_voxels",
] as const satisfies readonly (keyof EvaluatedRow)[];

/**
 * Rows as CSV, see {@linkcode csvTable}.
 *
 * @param rows The rows.
 * @returns The text.
 */
export function formatCsv(rows: readonly EvaluatedRow[]): string {
  return csvTable(COLUMNS, rows);
}
