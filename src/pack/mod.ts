/**
 * The archive for a machine without network: what goes into it, and how it is written.
 *
 * @module
 */
export { type Compressor, compressXz } from "./compress.ts";
export { type ArchiveFile, encodeTar } from "./tar.ts";
export { archiveFiles, type Binaries, COMMIT, MANIFEST } from "./contents.ts";
export { packArchive, type Packed } from "./pack_archive.ts";
export { PACKAGES } from "./packages.ts";
