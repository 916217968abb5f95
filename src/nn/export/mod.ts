/**
 * Trained networks in the formats of others.
 *
 * @module
 */
export { type ExportOptions, exportTfjs } from "./tfjs.ts";
