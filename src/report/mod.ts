/**
 * Reports: one self-contained HTML file from one result.
 *
 * @module
 */
export { renderBenchReport } from "./bench_report.ts";
export { renderReproduceReport } from "./reproduce_report.ts";
export type * from "./schema.ts";
export type { CasePicture } from "./slices.ts";
