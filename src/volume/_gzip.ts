import type { ByteReader } from "./_bytes.ts";

/**
 * Packed bytes handed to the decoder at once. Deflate packs at most 1032 to 1, and the decoder
 * unpacks each piece whole, so this bounds its memory: two pieces in flight are 2 x 17 MB.
 */
const PIECE = 1 << 14;

/** No deflate stream unpacks to more than this many times its size. */
export const LARGEST_RATIO = 1032;

/** Bytes of gzip's header and trailer, without a single byte of data. */
export const GZIP_FRAME = 18;

/** An unpacking reader, and how to end it early. */
export interface Inflater extends ByteReader {
  /** Stops unpacking and lets go of the stream. */
  cancel(): Promise<void>;
}

/** The packed data are damaged or end early. */
export class GzipError extends Error {}

/** Whether bytes start as gzip does. */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/**
 * Unpacks gzip as it is read: no more than {@linkcode PIECE} packed bytes ahead.
 *
 * @throws {GzipError} From `read`, if the data are damaged, cut short, or followed by others.
 */
export function inflate(packed: ByteReader): Inflater {
  const pieces = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const piece = new Uint8Array(PIECE);
      const got = await packed.read(piece);
      if (got === 0) controller.close();
      else controller.enqueue(piece.subarray(0, got));
    },
  }, { highWaterMark: 0 });
  const reader = pieces.pipeThrough(new DecompressionStream("gzip")).getReader();
  let chunk = new Uint8Array(0);
  return {
    async read(target) {
      while (chunk.length === 0) {
        const next = await nextChunk(reader);
        if (next === undefined) return 0;
        chunk = next;
      }
      const part = chunk.subarray(0, target.length);
      target.set(part);
      chunk = chunk.subarray(part.length);
      return part.length;
    },
    cancel: () => reader.cancel().catch(() => {}),
  };
}

async function nextChunk(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return (await reader.read()).value;
  } catch (error) {
    // The decoder reports a TypeError; anything else is the file's own failure.
    if (!(error instanceof TypeError)) throw error;
    throw new GzipError(error.message, { cause: error });
  }
}
