import { createHash } from "node:crypto";

/**
 * SHA-256 of text.
 *
 * @param text Hashed as UTF-8.
 * @returns 64 hexadecimal digits.
 */
export function hashText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/**
 * SHA-256 of bytes.
 *
 * @param parts Hashed one after the other.
 * @returns 64 hexadecimal digits.
 */
export function hashBytes(...parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/**
 * SHA-256 of a file, read in pieces.
 *
 * @param path The file.
 * @param signal Ends the reading early.
 * @returns 64 hexadecimal digits.
 * @throws {Deno.errors.NotFound} If there is no such file.
 */
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
