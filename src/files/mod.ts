/**
 * Files that appear whole or not at all, or need not be there; tables; hashes of files and of the project's own code.
 *
 * @module
 */
export { codeVersion, ROOT, VERSION, VERSIONS } from "./code_version.ts";
export { csvTable } from "./csv.ts";
export { hashBytes, hashFile, hashText } from "./hash.ts";
export { ifThere } from "./if_there.ts";
export { type FileContent, writeWhole, type WriteWholeOptions } from "./write_whole.ts";
