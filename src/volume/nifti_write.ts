import { fromFileUrl } from "@std/path";
import { writeWhole } from "../files/mod.ts";
import { fileError } from "./_file_error.ts";
import { formatHeader, headerFor, headerFrom } from "./_header_format.ts";
import type { NiftiHeader } from "./nifti_header.ts";
import { createVolume, type Volume } from "./volume.ts";

/** How {@linkcode writeNifti} writes. */
export interface WriteNiftiOptions {
  /** Header of the file whose grid the volume lies on: its geometry is kept to the bit. */
  readonly header?: NiftiHeader;
  /** Ends the writing early and leaves no file behind. */
  readonly signal?: AbortSignal;
}

/** How {@linkcode encodeNifti} writes. */
export interface EncodeNiftiOptions {
  /** Header of the file whose grid the volume lies on: its geometry is kept to the bit. */
  readonly header?: NiftiHeader;
  /** Whether to pack with gzip; false if left out. */
  readonly gzip?: boolean;
}

/** Voxel bytes handed on at once. */
const PIECE = 1 << 20;

/**
 * Writes a volume as NIfTI, gzip if the name ends in `.gz`. The file appears whole or not at all: it
 * is written beside its place under a temporary name, then renamed.
 *
 * Without a header the file is NIfTI-1, or NIfTI-2 (which ITK does not read) where NIfTI-1 cannot
 * hold the dims, or the affine to a thousandth of a voxel; units are mm; `srow` and, where the axes
 * are at right angles, the quaternion say the same. With a header its version and every geometry
 * field are kept. Voxels are stored little-endian in the array's own type, unscaled.
 *
 * @param path Where to; ends in `.nii` or `.nii.gz`. A file already there is replaced.
 * @param volume What to write.
 * @param options A header to take the geometry from, and a signal.
 * @throws {RangeError} If the name ends otherwise, the volume is not valid, or it does not lie on
 * the header's grid.
 * @throws {Deno.errors.NotFound} If the folder does not exist.
 *
 * @example
 * ```ts
 * const ct = await readNifti("volume-0.nii.gz");
 * const labels = createVolume(new Uint8Array(ct.data.length), ct);
 * await writeNifti("labels-0.nii.gz", labels, { header: ct.header });
 * ```
 */
export async function writeNifti(
  path: string | URL,
  volume: Volume,
  options: WriteNiftiOptions = {},
): Promise<void> {
  const name = path instanceof URL ? fromFileUrl(path) : path;
  try {
    if (!/\.nii(\.gz)?$/i.test(name)) {
      throw new RangeError("its name must end in .nii or .nii.gz");
    }
    const stream = encode(volume, options.header, /\.gz$/i.test(name));
    await writeWhole(name, stream, options);
  } catch (error) {
    throw fileError(error, `Cannot write NIfTI ${JSON.stringify(name)}`, options.signal);
  }
}

/**
 * The bytes of a NIfTI file. See {@linkcode writeNifti}.
 *
 * @param volume What to write.
 * @param options A header to take the geometry from, and whether to pack.
 * @returns The whole file.
 * @throws {RangeError} If the volume is not valid, or does not lie on the header's grid.
 */
export async function encodeNifti(
  volume: Volume,
  options: EncodeNiftiOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const stream = encode(volume, options.header, options.gzip ?? false);
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    throw fileError(error, "Cannot write NIfTI");
  }
}

function encode(
  volume: Volume,
  template: NiftiHeader | undefined,
  gzip: boolean,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { data } = createVolume(volume.data, volume);
  const header = formatHeader(
    template === undefined ? headerFor(volume) : headerFrom(template, volume),
    data,
  );
  let position = -1;
  // Typed arrays have the machine's byte order, which is little-endian wherever Deno runs.
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (position < 0) {
        controller.enqueue(header);
        position = 0;
        return;
      }
      const count = Math.min(PIECE, data.byteLength - position);
      const piece = new Uint8Array(data.buffer, data.byteOffset + position, count);
      // A copy: the stream may keep it while the caller goes on to change the voxels.
      controller.enqueue(piece.slice());
      position += count;
      if (position === data.byteLength) controller.close();
    },
  }, { highWaterMark: 0 });
  return gzip ? stream.pipeThrough(new CompressionStream("gzip")) : stream;
}
