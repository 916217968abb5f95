import { type OrganName, ORGANS } from "../labels/mod.ts";
import type { Vec3 } from "../volume/mod.ts";
import { traceContours } from "./contour.ts";
import { GLYPH_ADVANCE, GLYPH_HEIGHT, inkOf } from "./_pixel_font.ts";
import { type Colour, ORGAN_COLOURS } from "./organ_colours.ts";
import { encodePng } from "./png.ts";

/** A volume to show. */
export interface SheetVolume {
  /** Voxels along x, y, z; the axes are taken to point to the right, the front and the head. */
  readonly dims: Vec3;
  /** From 0, black, to 1, white; x fastest. */
  readonly image: Float32Array;
  /** Labels to outline, values of {@linkcode ORGANS}; others, such as the ignored one, are left out. */
  readonly labels?: Uint8Array | undefined;
}

/** A picture that goes on a contact sheet: red, green and blue, row by row. */
export interface SheetTile {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  /** Label values that are outlined in it. */
  readonly organs?: readonly number[];
}

/** By the organ's value. */
const OUTLINES: readonly (readonly [value: number, colour: Colour])[] = (
  Object.keys(ORGAN_COLOURS) as OrganName[]
).map((organ) => [ORGANS[organ], ORGAN_COLOURS[organ]]);

/** The sheet between pictures: not black, so that a picture's dark edges can be seen. */
const PAPER: Colour = [38, 40, 46];
const INK: Colour = [255, 255, 255];

/** Pixels between the three planes, and between tiles. */
const GAP = 4;
const MARGIN = 16;

/** The longest side of a plane is enlarged to about this, in whole steps. */
const PLANE_PIXELS = 240;

/** Pixels of a font's pixel. */
const FONT_SCALE = 3;

/** Axes of each plane's pixels. All run against the volume's: right to the left, front and head to the top (front to the left in sagittal). */
const PLANES = [
  { across: 0, down: 1, normal: 2 },
  { across: 0, down: 2, normal: 1 },
  { across: 1, down: 2, normal: 0 },
] as const;

/**
 * Draws the middle axial, coronal and sagittal slice of a volume side by side, with its number and the outlines of its labels:
 * liver orange, bladder yellow, lungs blue, kidneys pink, bone green, brain violet. Radiological orientation: the patient's right is on
 * the left of axial and coronal slices; in sagittal ones the front is.
 *
 * @param volume The volume.
 * @param number A whole number from 0 to write into the corner.
 * @returns The picture; volumes of one size have tiles of one size.
 */
export function sheetTile(volume: SheetVolume, number: number): SheetTile {
  const { dims } = volume;
  const scale = Math.max(1, Math.round(PLANE_PIXELS / Math.max(...dims)));
  const width = scale * (2 * dims[0] + dims[1]) + 2 * GAP;
  const height = scale * Math.max(dims[1], dims[2]);
  const tile = blank(width, height);
  const outlined = new Set<number>();
  let left = 0;
  for (const plane of PLANES) {
    for (const organ of drawPlane(tile, volume, plane, left, scale)) outlined.add(organ);
    left += scale * dims[plane.across] + GAP;
  }
  drawNumber(tile, number);
  return outlined.size === 0 ? tile : { ...tile, organs: [...outlined] };
}

/**
 * Puts tiles on a sheet, row by row, in as many columns as make it about half as wide again as it is high, and below them the colours of the
 * organs that are outlined in any.
 *
 * @param tiles Pictures of one size.
 * @returns A PNG file's bytes.
 * @throws {RangeError} If there is no tile.
 */
export async function encodeContactSheet(
  tiles: readonly SheetTile[],
): Promise<Uint8Array<ArrayBuffer>> {
  const [first] = tiles;
  if (!first) throw new RangeError("Cannot make a contact sheet: there are no tiles");
  const [wide, high] = [first.width + MARGIN, first.height + MARGIN];
  const wanted = Math.round(Math.sqrt(1.5 * tiles.length * high / wide));
  const columns = Math.min(Math.max(wanted, 1), tiles.length);
  const rows = Math.ceil(tiles.length / columns);
  const width = columns * wide + MARGIN;
  const legend = legendOf(new Set(tiles.flatMap(({ organs = [] }) => organs)), width);
  const below = rows * high + MARGIN;
  const sheet = blank(width, below + (legend?.height ?? 0));
  if (legend) sheet.data.set(legend.data, 3 * below * width);
  tiles.forEach((tile, i) => {
    const left = MARGIN + i % columns * wide;
    const top = MARGIN + Math.floor(i / columns) * high;
    for (let y = 0; y < tile.height; y++) {
      const row = tile.data.subarray(3 * y * tile.width, 3 * (y + 1) * tile.width);
      sheet.data.set(row, 3 * ((top + y) * sheet.width + left));
    }
  });
  return await encodePng({ ...sheet, channels: 3 });
}

function blank(width: number, height: number): SheetTile {
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < data.length; i += 3) data.set(PAPER, i);
  return { width, height, data };
}

/** Fills a rectangle of pixels, as far as it lies in the tile. */
function fill(
  { width, data }: SheetTile,
  [left, top, right, bottom]: readonly [number, number, number, number],
  colour: Colour,
): void {
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < Math.min(right, width); x++) data.set(colour, 3 * (y * width + x));
  }
}

function drawPlane(
  tile: SheetTile,
  { dims, image, labels }: SheetVolume,
  { across, down, normal }: typeof PLANES[number],
  left: number,
  scale: number,
): number[] {
  const [width, height] = [dims[across], dims[down]];
  const strides = [1, dims[0], dims[0] * dims[1]] as const;
  const start = Math.floor(dims[normal] / 2) * strides[normal] +
    (width - 1) * strides[across] + (height - 1) * strides[down];
  const at = (x: number, y: number) => start - x * strides[across] - y * strides[down];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = Math.round(255 * Math.min(Math.max(image[at(x, y)]!, 0), 1));
      const [px, py] = [left + x * scale, y * scale];
      fill(tile, [px, py, px + scale, py + scale], [value, value, value]);
    }
  }
  if (!labels) return [];
  return OUTLINES.flatMap(([organ, colour]) => {
    const mask = Uint8Array.from(
      { length: width * height },
      (_, i) => Number(labels[at(i % width, Math.floor(i / width))] === organ),
    );
    const contours = traceContours(mask, width, height);
    for (const corners of contours) drawOutline(tile, corners, colour, left, scale);
    return contours.length > 0 ? [organ] : [];
  });
}

/** One pixel wide, on the inner side of each edge: outlines of neighbours lie side by side. */
function drawOutline(
  tile: SheetTile,
  corners: readonly (readonly [number, number])[],
  colour: Colour,
  left: number,
  scale: number,
): void {
  corners.forEach(([x, y], i) => {
    const [x1, y1] = corners[(i + 1) % corners.length]!;
    // The mask is on the right of the way: below where it runs east, above where it runs west, and so on.
    const column = left + x * scale - Number(y1 > y);
    const row = y * scale - Number(x1 < x);
    fill(
      tile,
      y === y1
        ? [left + Math.min(x, x1) * scale, row, left + Math.max(x, x1) * scale, row + 1]
        : [column, Math.min(y, y1) * scale, column + 1, Math.max(y, y1) * scale],
      colour,
    );
  });
}

/** In the upper left corner, on paper, as far as the tile reaches. */
function drawNumber(tile: SheetTile, number: number): void {
  const text = String(number);
  const s = FONT_SCALE;
  const [right, bottom] = [s * (GLYPH_ADVANCE * text.length + 1), s * (GLYPH_HEIGHT + 2)];
  if (right > tile.width || bottom > tile.height) return;
  fill(tile, [0, 0, right, bottom], PAPER);
  write(tile, text, s, s);
}

/** Writes a line of text with its upper left corner at a pixel. */
function write(tile: SheetTile, text: string, left: number, top: number): void {
  const s = FONT_SCALE;
  for (const [x, y] of inkOf(text)) {
    const [px, py] = [left + s * x, top + s * y];
    fill(tile, [px, py, px + s, py + s], INK);
  }
}

/** A strip as wide as the sheet with the colour and the name of each organ, as many rows as they need. */
function legendOf(organs: ReadonlySet<number>, width: number): SheetTile | undefined {
  const entries = OUTLINES.filter(([organ]) => organs.has(organ));
  if (entries.length === 0) return undefined;
  const s = FONT_SCALE;
  const side = s * GLYPH_HEIGHT;
  const row = side + MARGIN;
  const places: { name: string; colour: Colour; left: number; top: number }[] = [];
  let [left, top] = [MARGIN, 0];
  for (const [organ, colour] of entries) {
    const name = organName(organ).toUpperCase();
    const length = side + 2 * s + s * GLYPH_ADVANCE * name.length;
    if (left > MARGIN && left + length > width) [left, top] = [MARGIN, top + row];
    places.push({ name, colour, left, top });
    left += length + MARGIN;
  }
  const strip = blank(width, top + row);
  for (const { name, colour, left, top } of places) {
    fill(strip, [left, top, Math.min(left + side, width), top + side], colour);
    write(strip, name, left + side + 2 * s, top);
  }
  return strip;
}

function organName(value: number): string {
  return Object.entries(ORGANS).find(([, label]) => label === value)![0];
}
