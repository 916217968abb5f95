/** A file of an archive. */
export interface ArchiveFile {
  /** Relative, with `/`; ASCII. */
  readonly path: string;
  readonly data: Uint8Array<ArrayBuffer>;
  /** Whether it is a program. */
  readonly executable?: boolean;
}

const BLOCK = 512;

/** 2000-01-01: tar warns of times that look implausibly old. */
const MTIME = 946_684_800;

/** Field ends of a ustar header (POSIX.1-1988) that this writer fills. */
const AT = { name: 0, mode: 100, uid: 108, gid: 116, size: 124, mtime: 136, sum: 148 } as const;
const TYPE = 156;
const MAGIC = 257;
const PREFIX = 345;

/**
 * Writes a tar archive (ustar) that depends on nothing but its files: sorted by path, owner 0, one fixed time.
 *
 * @param files In any order.
 * @returns The archive, in pieces.
 * @throws {RangeError} If a path does not fit a ustar header, or is there twice.
 */
export function encodeTar(files: readonly ArchiveFile[]): Uint8Array<ArrayBuffer>[] {
  const sorted = files.toSorted((a, b) => a.path < b.path ? -1 : 1);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (const [i, file] of sorted.entries()) {
    if (sorted[i - 1]?.path === file.path) {
      throw new RangeError(`Cannot write a tar archive: "${file.path}" is there twice`);
    }
    pieces.push(header(file), file.data);
    const rest = file.data.length % BLOCK;
    if (rest > 0) pieces.push(new Uint8Array(BLOCK - rest));
  }
  pieces.push(new Uint8Array(2 * BLOCK));
  return pieces;
}

function header({ path, data, executable }: ArchiveFile): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string) => block.set(new TextEncoder().encode(text), at);
  const octal = (at: number, value: number, width: number) =>
    put(at, value.toString(8).padStart(width, "0"));
  const [prefix, name] = split(path);
  put(AT.name, name);
  octal(AT.mode, executable ? 0o755 : 0o644, 7);
  octal(AT.uid, 0, 7);
  octal(AT.gid, 0, 7);
  octal(AT.size, data.length, 11);
  octal(AT.mtime, MTIME, 11);
  put(TYPE, "0");
  put(MAGIC, "ustar\x0000");
  put(PREFIX, prefix);
  // The sum is taken with its own field full of spaces.
  put(AT.sum, " ".repeat(8));
  octal(AT.sum, block.reduce((sum, byte) => sum + byte, 0), 6);
  block[AT.sum + 6] = 0;
  return block;
}

/** A ustar header holds 100 characters, and 155 more before one of the slashes. */
function split(path: string): [prefix: string, name: string] {
  if (!/^[\x20-\x7e]+$/.test(path)) {
    throw new RangeError(`Cannot write a tar archive: path "${path}" is not ASCII`);
  }
  if (path.length <= 100) return ["", path];
  const slash = path.indexOf("/", path.length - 101);
  if (slash < 1 || slash > 155) {
    throw new RangeError(`Cannot write a tar archive: path "${path}" is too long`);
  }
  return [path.slice(0, slash), path.slice(slash + 1)];
}
