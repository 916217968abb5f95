import { deflate } from "./_deflate.ts";

/** A picture with one byte per pixel. */
export interface GrayPicture {
  readonly width: number;
  readonly height: number;
  /** 0 black to 255 white, row by row from the top left. */
  readonly data: Uint8Array;
}

/** A picture with red, green and blue. */
export interface ColourPicture {
  readonly width: number;
  readonly height: number;
  readonly channels: 3;
  /** Three bytes per pixel, 0 dark to 255 bright, row by row from the top left. */
  readonly data: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Remainders of every byte for {@linkcode crc32}: polynomial 0xedb88320, least significant bit first. */
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  }
  return remainder;
});

/**
 * Encodes a picture as PNG (W3C Portable Network Graphics, 8 bits a channel, no filter, not interlaced).
 *
 * @param picture The picture.
 * @returns The file's bytes.
 * @throws {RangeError} If width or height is not an integer from 1.
 * @throws {TypeError} If the data is not as long as the pixels and their channels need.
 */
export async function encodePng(
  picture: GrayPicture | ColourPicture,
): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height, data } = picture;
  const channels = "channels" in picture ? picture.channels : 1;
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new RangeError(
      `Cannot encode PNG: width and height must be integers from 1, found ${width} x ${height}`,
    );
  }
  const stride = width * channels;
  if (data.length !== stride * height) {
    throw new TypeError(
      `Cannot encode PNG: ${width} x ${height} pixels need ${
        stride * height
      } bytes, found ${data.length}`,
    );
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8;
  // Greyscale or red, green and blue.
  header[9] = channels === 3 ? 2 : 0;
  // Every row begins with the number of its filter: 0, none.
  const rows = new Uint8Array((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    rows.set(data.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  }
  const parts = [
    Uint8Array.from(SIGNATURE),
    chunk("IHDR", header),
    chunk("IDAT", await deflate(rows)),
    chunk("IEND", new Uint8Array(0)),
  ];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(content.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(content, 8);
  view.setUint32(bytes.length - 4, crc32(bytes.subarray(4, bytes.length - 4)));
  return bytes;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = REMAINDERS[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
