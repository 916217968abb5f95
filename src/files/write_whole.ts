import { dirname, join } from "@std/path";

/** What a file will hold. */
export type FileContent =
  | string
  | Uint8Array<ArrayBuffer>
  | ReadableStream<Uint8Array<ArrayBuffer>>;

/** Options of {@linkcode writeWhole}. */
export interface WriteWholeOptions {
  /** Ends the writing early and leaves no file behind. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a file, whole or not at all: beside its place under a temporary name `.*.tmp`, handed to the disk, then renamed. Whatever ends the
 * process or the machine meanwhile, the path holds what it held before or all of the new content.
 *
 * @param path The file; one that is there is replaced.
 * @param content Text, bytes, or a stream of bytes, which is cancelled if the writing fails.
 * @param options A signal.
 * @throws {Deno.errors.NotFound} If the folder does not exist.
 */
export async function writeWhole(
  path: string,
  content: FileContent,
  { signal }: WriteWholeOptions = {},
): Promise<void> {
  const temporary = join(dirname(path), `.${crypto.randomUUID()}.tmp`);
  const pieces = content instanceof ReadableStream ? content : [bytesOf(content)];
  let file: Deno.FsFile;
  try {
    signal?.throwIfAborted();
    file = await Deno.open(temporary, { write: true, createNew: true });
  } catch (error) {
    if (pieces instanceof ReadableStream) await pieces.cancel();
    throw error;
  }
  try {
    try {
      for await (const piece of pieces) {
        signal?.throwIfAborted();
        await writeAll(file, piece);
      }
      // Without this a rename may reach the disk before the content does.
      await file.sync();
    } finally {
      file.close();
    }
    signal?.throwIfAborted();
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

function bytesOf(content: string | Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

async function writeAll(file: Deno.FsFile, piece: Uint8Array<ArrayBuffer>): Promise<void> {
  for (let written = 0; written < piece.length;) {
    written += await file.write(piece.subarray(written));
  }
}
