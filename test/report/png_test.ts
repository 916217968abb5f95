import { assertEquals, assertRejects } from "@std/assert";
import { encodePng } from "../../src/report/png.ts";
import { decodePng } from "./_decode.ts";

Deno.test("encodePng() writes signature, header and end as the PNG standard gives them", async () => {
  const bytes = await encodePng({ width: 2, height: 3, data: new Uint8Array(6) });
  assertEquals([...bytes.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  // Length 13, "IHDR", width 2, height 3, 8 bits, grey, deflate, no filter, not interlaced.
  assertEquals(
    [...bytes.subarray(8, 29)],
    [0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 2, 0, 0, 0, 3, 8, 0, 0, 0, 0],
  );
  // The end is the same in every PNG file: no content, "IEND", its published CRC.
  assertEquals(
    [...bytes.subarray(-12)],
    [0, 0, 0, 0, 73, 69, 78, 68, 0xae, 0x42, 0x60, 0x82],
  );
});

Deno.test("encodePng() writes pixels that zlib inflates and CRCs that zlib computes too", async () => {
  const data = Uint8Array.from({ length: 7 * 5 }, (_, i) => i * 7 % 256);
  const bytes = await encodePng({ width: 7, height: 5, data });
  const picture = decodePng(bytes);
  assertEquals(picture, { width: 7, height: 5, data });
});

Deno.test("encodePng() writes red, green and blue as the standard's colour type 2", async () => {
  const data = Uint8Array.from({ length: 3 * 4 * 2 }, (_, i) => i * 10);
  const bytes = await encodePng({ width: 4, height: 2, channels: 3, data });
  assertEquals([...bytes.subarray(24, 29)], [8, 2, 0, 0, 0]);
  assertEquals(decodePng(bytes), { width: 4, height: 2, data });
});

Deno.test("encodePng() refuses sizes that are none and data of another length", async () => {
  await assertRejects(
    () => encodePng({ width: 0, height: 3, data: new Uint8Array(0) }),
    RangeError,
    "0 x 3",
  );
  await assertRejects(
    () => encodePng({ width: 1.5, height: 2, data: new Uint8Array(3) }),
    RangeError,
    "1.5 x 2",
  );
  await assertRejects(
    () => encodePng({ width: 2, height: 2, data: new Uint8Array(5) }),
    TypeError,
    "need 4 bytes, found 5",
  );
  await assertRejects(
    () => encodePng({ width: 2, height: 2, channels: 3, data: new Uint8Array(4) }),
    TypeError,
    "need 12 bytes, found 4",
  );
});
