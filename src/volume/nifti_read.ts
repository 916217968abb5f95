import { fromFileUrl } from "@std/path";
import {
  type ByteReader,
  type ByteSource,
  bytesSource,
  fileSource,
  readFully,
  skip,
  withHead,
} from "./_bytes.ts";
import { bytesOf } from "./_datatypes.ts";
import { fileError } from "./_file_error.ts";
import { GZIP_FRAME, GzipError, inflate, isGzip, LARGEST_RATIO } from "./_gzip.ts";
import { headerGrid } from "./_header_affine.ts";
import { LONGEST_HEADER, type ParsedHeader, parseHeader } from "./_header_parse.ts";
import { decodeVoxels } from "./_voxels.ts";
import { voxelCount } from "./grid.ts";
import { NiftiError } from "./nifti_error.ts";
import type { NiftiHeader } from "./nifti_header.ts";
import { createVolume, type Volume } from "./volume.ts";

/** A volume read from a NIfTI file, with what is needed to write others on its grid. */
export interface NiftiVolume extends Volume {
  /** The file's header. */
  readonly header: NiftiHeader;
}

/** How {@linkcode readNifti} and {@linkcode decodeNifti} treat a file. */
export interface ReadNiftiOptions {
  /** NaN and infinite voxels: `"refuse"` the file (the default), or a number to put in their place. */
  readonly nonFinite?: "refuse" | number;
  /** Ends the reading early. */
  readonly signal?: AbortSignal;
}

/**
 * Reads a NIfTI-1 or NIfTI-2 file, `.nii` or gzip; which one is told by its content.
 *
 * Voxels keep their stored type if they are not scaled; scaled ones become float32, or float64 where
 * the stored type is float64 or an integer of 32 or 64 bits. Unscaled 64-bit integers become
 * float64, and those beyond 2^53 - 1 are refused. The affine is `srow` if `sform_code` is above 0,
 * else the quaternion if `qform_code` is, else `pixdim` alone; metres and micrometres become mm.
 *
 * The header is checked against the file's size before anything is allocated, and the size must be
 * just what it claims: the reader allocates the stored voxels, one scaled copy where there is one,
 * and under 40 MB beside them. Header extensions are passed over.
 *
 * @param path The file.
 * @param options How to treat NaN and Inf, and a signal.
 * @returns The volume, with its header.
 * @throws {NiftiError} If the file is no NIfTI file, is damaged, or holds what is not supported.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {Deno.errors.IsADirectory} If it is a folder.
 * @throws {RangeError} If `nonFinite` is not finite, or memory does not suffice.
 *
 * @example
 * ```ts
 * const ct = await readNifti("volume-0.nii.gz");
 * console.log(ct.dims, ct.spacing);
 * ```
 */
export async function readNifti(
  path: string | URL,
  options: ReadNiftiOptions = {},
): Promise<NiftiVolume> {
  const name = path instanceof URL ? fromFileUrl(path) : path;
  try {
    // Opening a pipe would wait for its other end.
    const info = await Deno.stat(name);
    if (info.isDirectory) throw new Deno.errors.IsADirectory("it is a folder");
    if (!info.isFile) throw new TypeError("it is not a regular file");
    using file = await Deno.open(name);
    return await read(await fileSource(file, info.size), options);
  } catch (error) {
    throw fileError(error, `Cannot read NIfTI ${JSON.stringify(name)}`, options.signal);
  }
}

/**
 * Reads a NIfTI-1 or NIfTI-2 file from memory, packed by gzip or not. See {@linkcode readNifti}.
 *
 * @param bytes The whole file; it is not changed and not kept.
 * @param options How to treat NaN and Inf, and a signal.
 * @returns The volume, with its header.
 * @throws {NiftiError} If the bytes are no NIfTI file, are damaged, or hold what is not supported.
 * @throws {RangeError} If `nonFinite` is not finite, or memory does not suffice.
 */
export async function decodeNifti(
  bytes: Uint8Array,
  options: ReadNiftiOptions = {},
): Promise<NiftiVolume> {
  try {
    return await read(bytesSource(bytes), options);
  } catch (error) {
    throw fileError(error, "Cannot read NIfTI", options.signal);
  }
}

async function read(
  source: ByteSource,
  { nonFinite = "refuse", signal }: ReadNiftiOptions,
): Promise<NiftiVolume> {
  if (nonFinite !== "refuse" && !Number.isFinite(nonFinite)) {
    throw new RangeError(`nonFinite must be "refuse" or a finite number, found ${nonFinite}`);
  }
  const head = new Uint8Array(LONGEST_HEADER);
  const start = head.subarray(0, await readFully(source, head, signal));
  const stored = withHead(start, source);
  if (!isGzip(start)) return await readStored(stored, source, { nonFinite, signal, packed: false });

  const unpacked = inflate(stored);
  try {
    return await readStored(unpacked, source, { nonFinite, signal, packed: true });
  } catch (error) {
    if (!(error instanceof GzipError)) throw error;
    throw new NiftiError(
      "its gzip data are cut short, damaged or followed by other data, fetch the file again",
      { cause: error },
    );
  } finally {
    await unpacked.cancel();
  }
}

async function readStored(
  reader: ByteReader,
  source: ByteSource,
  { nonFinite, signal, packed }: {
    nonFinite: "refuse" | number;
    signal: AbortSignal | undefined;
    packed: boolean;
  },
): Promise<NiftiVolume> {
  const head = new Uint8Array(LONGEST_HEADER);
  const start = head.subarray(0, await readFully(reader, head, signal));
  const parsed = parseHeader(start);
  checkSize(parsed, source, packed);
  const { header, dims, type, totalBytes } = parsed;
  const grid = headerGrid(header, dims);

  const all = withHead(start, reader);
  const bytes = allocate(voxelCount(dims) * bytesOf(type));
  const passed = await skip(all, header.voxOffset, signal);
  const found = passed + await readFully(all, new Uint8Array(bytes), signal);
  if (found < totalBytes) {
    throw new NiftiError(`it ends after ${found} of ${totalBytes} bytes, fetch the file again`);
  }
  // Reading past the end also makes the decoder check gzip's checksum.
  if (await all.read(new Uint8Array(1)) > 0) {
    throw new NiftiError(`it goes on after the ${totalBytes} bytes that its header claims`);
  }
  return Object.freeze({
    ...createVolume(decodeVoxels(bytes, type, header, nonFinite), grid),
    header,
  });
}

function checkSize({ dims, type, totalBytes }: ParsedHeader, source: ByteSource, packed: boolean) {
  const claim = `header claims ${dims.join(" x ")} voxels of ${type}`;
  const wrong = (reason: string) =>
    new NiftiError(`${claim}, ${reason}`, { field: "dim", value: dims.join(" x ") });
  if (!packed) {
    if (totalBytes === source.size) return;
    throw wrong(`${size(totalBytes)} in all, the file holds ${size(source.size)}`);
  }
  if (totalBytes > (source.size - GZIP_FRAME) * LARGEST_RATIO) {
    throw wrong(`the file holds ${size(source.size)}`);
  }
  // Gzip ends with the unpacked size modulo 2^32.
  const { tail } = source;
  const promised = new DataView(tail.buffer, tail.byteOffset, tail.length).getUint32(0, true);
  if (totalBytes % 2 ** 32 !== promised) {
    throw wrong(
      `${size(totalBytes)} in all, the gzip data end otherwise: the file is cut short or damaged`,
    );
  }
}

function allocate(bytes: number): ArrayBuffer {
  try {
    return new ArrayBuffer(bytes);
  } catch (error) {
    throw new RangeError(`its voxels need ${size(bytes)} of memory`, { cause: error });
  }
}

function size(bytes: number): string {
  return bytes < 1e12 ? `${bytes} bytes` : `${(bytes / 1e9).toPrecision(3)} GB`;
}
