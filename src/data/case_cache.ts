import { join } from "@std/path";
import { codeVersion, hashBytes, hashFile, hashText, ifThere, writeWhole } from "../files/mod.ts";
import { createVolume, type Grid, type Volume } from "../volume/mod.ts";
import type { LabelFile } from "./dataset.ts";
import { PAPER_SPACING } from "./labels_file.ts";
import { type CaseVolumes, readCase, type ReadCaseOptions } from "./read_case.ts";

/** The sources that decide what a cached case holds. */
const CODE = [
  "src/volume",
  "src/morphology/components.ts",
  "src/morphology/_runs.ts",
  ...["case_cache", "crop_to_body", "geometry", "labels_file", "read_case"].map((name) =>
    `src/data/${name}.ts`
  ),
];

/** Bytes of SHA-256. */
const DIGEST = 32;
/** Voxels begin at a multiple of this, so that float32 can be read in place. */
const ALIGN = 8;

/** What stands before the voxels. */
interface Header extends Pick<Grid, "dims" | "affine"> {
  readonly schema: "ct-organ-webgpu/case@1";
  /** Names what the case was made from: files' content and options. */
  readonly key: string;
  /** Names the code that made it. */
  readonly code: string;
  readonly type: "float32" | "float64";
  readonly notes: readonly string[];
}

/** A case's files and how to read them. */
export interface CachedCase {
  /** The CT. */
  readonly volume: string;
  readonly labels: readonly LabelFile[];
}

/** Options of {@linkcode readCaseCached}. */
export interface CachedCaseOptions extends ReadCaseOptions {
  /** The cache's folder, made where it is not there; without one every case is read anew. */
  readonly cache?: string | undefined;
}

/**
 * {@linkcode readCase} with its result kept in a folder: decoding and resampling a CT of 500 slices takes seconds, reading its 3 mm voxels
 * back a tenth of one. An entry is named by the files' content, what their values mean, and the options, and holds the version of the code
 * that made it and a hash of all its bytes. One that is damaged or made by other code is made anew in its place. Entries are written whole or
 * not at all, so that processes can share a folder; the last of two that make the same one wins.
 *
 * @param one The case's files.
 * @param options The cache's folder, whether to crop, and a signal.
 * @returns What {@linkcode readCase} returns, to the bit.
 * @throws As {@linkcode readCase}, and if the folder cannot be written.
 */
export async function readCaseCached(
  one: CachedCase,
  { cache, ...options }: CachedCaseOptions,
): Promise<Required<CaseVolumes>> {
  if (cache === undefined) return await readCase(one, options);
  const key = await keyOf(one, options);
  const code = await codeVersion(CODE);
  const path = join(cache, `${key}.case`);
  const found = await readEntry(path, { key, code });
  if (found) return found;
  const made = await readCase(one, options);
  await Deno.mkdir(cache, { recursive: true });
  const signal = options.signal;
  await writeWhole(path, encodeEntry(made, { key, code }), { ...signal && { signal } });
  return made;
}

async function keyOf(
  { volume, labels }: CachedCase,
  { crop = "none", signal }: ReadCaseOptions,
): Promise<string> {
  const files: unknown[] = [await hashFile(volume, signal)];
  for (const { path, values } of labels) {
    files.push([await hashFile(path, signal), values ? [...values] : null]);
  }
  return hashText(JSON.stringify({ files, spacing: PAPER_SPACING, crop }));
}

/** SHA-256 of the rest; length of the header; header; image; labels. */
function encodeEntry(
  { volume, labels, notes }: Required<CaseVolumes>,
  names: Pick<Header, "key" | "code">,
): Uint8Array<ArrayBuffer> {
  const { dims, affine, data } = volume;
  const header: Header = {
    schema: "ct-organ-webgpu/case@1",
    ...names,
    ...{ dims, affine, notes },
    type: data instanceof Float64Array ? "float64" : "float32",
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = align(DIGEST + 4 + text.length);
  const bytes = new Uint8Array(start + data.byteLength + labels.data.length);
  new DataView(bytes.buffer).setUint32(DIGEST, text.length, true);
  bytes.set(text, DIGEST + 4);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  bytes.set(labels.data, start + data.byteLength);
  bytes.set(Uint8Array.fromHex(hashBytes(bytes.subarray(DIGEST))), 0);
  return bytes;
}

/** An entry, or undefined where there is none that can be used. */
async function readEntry(
  path: string,
  { key, code }: Pick<Header, "key" | "code">,
): Promise<Required<CaseVolumes> | undefined> {
  const bytes = await ifThere(Deno.readFile(path));
  if (bytes === undefined) return undefined;
  if (bytes.subarray(0, DIGEST).toHex() !== hashBytes(bytes.subarray(DIGEST))) return undefined;
  // From here on the bytes are those that were written.
  const length = new DataView(bytes.buffer).getUint32(DIGEST, true);
  const text = new TextDecoder().decode(bytes.subarray(DIGEST + 4, DIGEST + 4 + length));
  const header: Header = JSON.parse(text);
  if (header.key !== key || header.code !== code) return undefined;
  const { dims, affine, type, notes } = header;
  const start = align(DIGEST + 4 + length);
  const count = dims[0] * dims[1] * dims[2];
  const Voxels = type === "float64" ? Float64Array : Float32Array;
  const image = new Voxels(bytes.buffer, start, count);
  const volume: Volume = createVolume(image, { dims, affine });
  const labels = bytes.slice(start + image.byteLength);
  return { volume, labels: createVolume(labels, volume), notes };
}

function align(offset: number): number {
  return Math.ceil(offset / ALIGN) * ALIGN;
}
