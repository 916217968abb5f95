/**
 * Files that appear whole or not at all.
 *
 * @module
 */
export { type FileContent, writeWhole, type WriteWholeOptions } from "./write_whole.ts";
