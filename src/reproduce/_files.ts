import { createHash } from "node:crypto";
import { join, relative } from "@std/path";

/** SHA-256 of text, as 64 hexadecimal digits. */
export function hashText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** SHA-256 of a file, read in pieces. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  const piece = new Uint8Array(1 << 20);
  for (;;) {
    signal?.throwIfAborted();
    const read = await file.read(piece);
    if (read === null) return hash.digest("hex");
    hash.update(piece.subarray(0, read));
  }
}

/** JSON as files hold it: readable, with a line end. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** All files below a folder in a fixed order, as paths relative to it with `/`. */
export async function listFiles(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isDirectory) {
      const below = await listFiles(join(folder, entry.name));
      names.push(...below.map((name) => `${entry.name}/${name}`));
    } else {
      names.push(entry.name);
    }
  }
  return names.sort();
}

/** A path as it is told to others: seen from the folder the program runs in, so that no home folder is given away. */
export function toldPath(path: string): string {
  return relative(Deno.cwd(), path).replaceAll("\\", "/") || ".";
}
