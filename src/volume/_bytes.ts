/** Bytes that are read once, front to back. */
export interface ByteReader {
  /** Fills the front of `target`; the number of bytes it got is 0 only at the end. */
  read(target: Uint8Array): Promise<number>;
}

/** Stored bytes whose size is known before they are read. */
export interface ByteSource extends ByteReader {
  /** Bytes in all. */
  readonly size: number;
  /** The last four bytes, or fewer. */
  readonly tail: Uint8Array;
}

/** Bytes asked for at once: an abort is seen between two such reads. */
const STEP = 4 << 20;

/** Fills `target`, or as much of it as there are bytes left; the number of bytes it got. */
export async function readFully(
  reader: ByteReader,
  target: Uint8Array,
  signal?: AbortSignal,
): Promise<number> {
  let filled = 0;
  while (filled < target.length) {
    signal?.throwIfAborted();
    const got = await reader.read(target.subarray(filled, filled + STEP));
    if (got === 0) break;
    filled += got;
  }
  return filled;
}

/** Passes over `count` bytes; the number it passed. */
export async function skip(
  reader: ByteReader,
  count: number,
  signal?: AbortSignal,
): Promise<number> {
  const scratch = new Uint8Array(Math.min(count, 1 << 16));
  let passed = 0;
  while (passed < count) {
    signal?.throwIfAborted();
    const got = await reader.read(scratch.subarray(0, count - passed));
    if (got === 0) break;
    passed += got;
  }
  return passed;
}

/** Reads bytes from memory. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  let position = 0;
  return {
    size: bytes.length,
    tail: bytes.subarray(-4),
    read(target) {
      const part = bytes.subarray(position, position + target.length);
      target.set(part);
      position += part.length;
      return Promise.resolve(part.length);
    },
  };
}

/** Reads an open regular file of `size` bytes; the caller closes it. */
export async function fileSource(file: Deno.FsFile, size: number): Promise<ByteSource> {
  const tail = new Uint8Array(Math.min(4, size));
  await file.seek(-tail.length, Deno.SeekMode.End);
  await readFully({ read: async (target) => await file.read(target) ?? 0 }, tail);
  await file.seek(0, Deno.SeekMode.Start);
  return { size, tail, read: async (target) => await file.read(target) ?? 0 };
}

/** Puts bytes that were read already back in front of a reader. */
export function withHead(head: Uint8Array, rest: ByteReader): ByteReader {
  const front = bytesSource(head);
  return { read: async (target) => await front.read(target) || await rest.read(target) };
}
