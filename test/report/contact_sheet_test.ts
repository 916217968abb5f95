import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { ORGANS } from "../../src/labels/mod.ts";
import { encodeContactSheet, type SheetTile, sheetTile } from "../../src/report/mod.ts";
import { decodePng } from "./_decode.ts";

/** A voxel of 60 x 60 pixels: the longest side, 4 voxels, becomes 240. */
const SIDE = 60;
const dims = [3, 2, 4] as const;
const ORANGE = [255, 146, 51];

function pixel({ width, data }: Pick<SheetTile, "width" | "data">, x: number, y: number): number[] {
  return [...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)];
}

/** Each voxel another grey: its number by 10 of 255. */
const image = Float32Array.from({ length: 24 }, (_, i) => i * 10 / 255);
const greyOf = (x: number, y: number, z: number) => 10 * (x + 3 * (y + 2 * z));

Deno.test("sheetTile() shows the middle slices as a radiologist sees them", () => {
  const tile = sheetTile({ dims, image }, 0);
  // Axial 3 voxels wide, coronal 3, sagittal 2, 4 pixels between them; 4 voxels high.
  assertEquals([tile.width, tile.height], [8 * SIDE + 8, 4 * SIDE]);
  const grey = (left: number, column: number, row: number) => {
    const [value, ...others] = pixel(tile, left + SIDE * column + 30, SIDE * row + 30);
    assertEquals(others, [value, value]);
    return value;
  };
  // The patient's right is on the left: x runs backwards; the front and the head are at the top.
  assertEquals([grey(0, 0, 0), grey(0, 2, 0), grey(0, 0, 1)], [
    greyOf(2, 1, 2),
    greyOf(0, 1, 2),
    greyOf(2, 0, 2),
  ]);
  const coronal = 3 * SIDE + 4;
  assertEquals([grey(coronal, 0, 0), grey(coronal, 2, 0), grey(coronal, 0, 3)], [
    greyOf(2, 1, 3),
    greyOf(0, 1, 3),
    greyOf(2, 1, 0),
  ]);
  // In the sagittal slice the front is on the left: y runs backwards.
  const sagittal = 6 * SIDE + 8;
  assertEquals([grey(sagittal, 0, 0), grey(sagittal, 1, 0), grey(sagittal, 0, 3)], [
    greyOf(1, 1, 3),
    greyOf(1, 0, 3),
    greyOf(1, 1, 0),
  ]);
});

Deno.test("sheetTile() clamps values to black and white", () => {
  const tile = sheetTile({ dims: [1, 1, 1], image: new Float32Array([1.5]) }, 0);
  assertEquals(pixel(tile, 120, 120), [255, 255, 255]);
  const dark = sheetTile({ dims: [1, 1, 1], image: new Float32Array([-0.5]) }, 0);
  assertEquals(pixel(dark, 120, 120), [0, 0, 0]);
});

Deno.test("sheetTile() outlines an organ within its voxels, on all four sides", () => {
  const labels = new Uint8Array(24);
  // Axial: second column, lower row. The middle slice is z = 2.
  labels[1 + 3 * (0 + 2 * 2)] = ORGANS.liver;
  const tile = sheetTile({ dims, image, labels }, 0);
  const [left, top] = [SIDE, SIDE];
  for (const [x, y] of [[30, 0], [30, 59], [0, 30], [59, 30], [0, 0], [59, 59]] as const) {
    assertEquals(pixel(tile, left + x, top + y), ORANGE, `at ${x}, ${y}`);
  }
  for (const [x, y] of [[30, 1], [1, 30], [58, 30], [30, 58]] as const) {
    const grey = greyOf(1, 0, 2);
    assertEquals(pixel(tile, left + x, top + y), [grey, grey, grey], `at ${x}, ${y}`);
  }
  for (const [x, y] of [[30, -1], [-1, 30], [60, 30]] as const) {
    assertNotEquals(pixel(tile, left + x, top + y), ORANGE, `at ${x}, ${y}`);
  }
});

Deno.test("sheetTile() outlines neither background nor the ignored label", () => {
  const plain = sheetTile({ dims, image }, 0);
  assertEquals(sheetTile({ dims, image, labels: new Uint8Array(24) }, 0), plain);
  assertEquals(sheetTile({ dims, image, labels: new Uint8Array(24).fill(255) }, 0), plain);
});

Deno.test("sheetTile() writes its number into the corner, and nothing else differs", () => {
  const [zero, one, ten] = [0, 1, 10].map((number) => sheetTile({ dims, image }, number));
  // The stem of the 1: pixels of 3 x 3 in the second of three columns, five rows.
  for (const y of [4, 7, 10, 13, 16]) assertEquals(pixel(one!, 7, y), [255, 255, 255]);
  for (let y = 0; y < zero!.height; y++) {
    for (let x = y < 21 ? 27 : 0; x < zero!.width; x++) {
      assertEquals(pixel(ten!, x, y), pixel(zero!, x, y));
    }
  }
});

Deno.test("encodeContactSheet() puts tiles row by row with paper around them", async () => {
  const tileOf = (value: number) => ({
    width: 30,
    height: 10,
    data: new Uint8Array(30 * 10 * 3).fill(value),
  });
  const sheet = decodePng(await encodeContactSheet([1, 2, 3].map(tileOf)));
  // Two columns: of 46 and 26 pixels with the margin, 92 x 52 is nearest to three by two.
  assertEquals([sheet.width, sheet.height], [2 * 46 + 16, 2 * 26 + 16]);
  for (const [value, left, top] of [[1, 16, 16], [2, 62, 16], [3, 16, 42]] as const) {
    const own = [value, value, value];
    assertEquals(pixel(sheet, left, top), own);
    assertEquals(pixel(sheet, left + 29, top + 9), own);
    assertNotEquals(pixel(sheet, left - 1, top), own);
    assertNotEquals(pixel(sheet, left + 30, top + 9), own);
  }
});

Deno.test("encodeContactSheet() refuses to make an empty sheet", async () => {
  await assertRejects(() => encodeContactSheet([]), RangeError, "no tiles");
});

Deno.test("encodeContactSheet() names the outlined organs below the tiles, each beside its colour", async () => {
  const labels = new Uint8Array(24);
  labels[1 + 3 * (0 + 2 * 2)] = ORGANS.liver;
  const labelled = sheetTile({ dims, image, labels }, 0);
  assertEquals(labelled.organs, [ORGANS.liver]);
  const plain = decodePng(await encodeContactSheet([sheetTile({ dims, image }, 0)]));
  const sheet = decodePng(await encodeContactSheet([labelled]));
  assertEquals([sheet.width, sheet.height], [plain.width, plain.height + 31]);
  // A square of 15 pixels, then L: its stem on the left of five rows, its foot in the last.
  const top = plain.height;
  assertEquals(pixel(sheet, 16, top), ORANGE);
  assertEquals(pixel(sheet, 30, top + 14), ORANGE);
  assertNotEquals(pixel(sheet, 31, top), ORANGE);
  const ink = (column: number, row: number) =>
    pixel(sheet, 37 + 3 * column + 1, top + 3 * row + 1)[0] === 255;
  assertEquals([0, 1, 2, 3, 4].map((row) => [0, 1, 2, 3].map((column) => ink(column, row))), [
    ...Array(4).fill([true, false, false, false]),
    [true, true, true, false],
  ]);
});
