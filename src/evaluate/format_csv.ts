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
 * Rows as CSV (RFC 4180, but with bare line feeds): a head, then a line each; what is not defined is empty.
 *
 * @param rows The rows.
 * @returns The text.
 */
export function formatCsv(rows: readonly EvaluatedRow[]): string {
  const lines = rows.map((row) => COLUMNS.map((column) => field(row[column])).join(","));
  return [COLUMNS.join(","), ...lines, ""].join("\n");
}

function field(value: string | number | undefined): string {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
