import { assertEquals } from "@std/assert";
import { crc32, inflateSync } from "node:zlib";

/**
 * Reads a PNG, grey or red, green and blue, without filters, every CRC checked, with zlib and nothing of the project.
 *
 * @param bytes The file.
 * @returns The picture.
 */
export function decodePng(
  bytes: Uint8Array,
): { width: number; height: number; data: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = new Map<string, Uint8Array>();
  for (let at = 8; at < bytes.length;) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    chunks.set(type, bytes.subarray(at + 8, at + 8 + length));
    assertEquals(
      view.getUint32(at + 8 + length),
      crc32(bytes.subarray(at + 4, at + 8 + length)),
      `CRC of ${type}`,
    );
    at += 12 + length;
  }
  const header = chunks.get("IHDR")!;
  const size = new DataView(header.buffer, header.byteOffset);
  const [width, height] = [size.getUint32(0), size.getUint32(4)];
  const stride = width * (header[9] === 2 ? 3 : 1);
  const rows = inflateSync(chunks.get("IDAT")!);
  assertEquals(rows.length, (stride + 1) * height);
  const data = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    assertEquals(rows[y * (stride + 1)], 0, "filter");
    data.set(rows.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)), y * stride);
  }
  return { width, height, data };
}

/**
 * Reads the picture of a `data:` address.
 *
 * @param address `data:image/png;base64,...`
 * @returns The picture.
 */
export function decodeAddress(address: string): ReturnType<typeof decodePng> {
  const [head, text] = address.split(",");
  assertEquals(head, "data:image/png;base64");
  return decodePng(Uint8Array.from(atob(text!), (letter) => letter.charCodeAt(0)));
}
