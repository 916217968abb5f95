/** Capitals and digits of 3 x 5 pixels, a row an octal digit; of the letters those that organs' names need. */
const GLYPHS: Readonly<Record<string, string>> = {
  0: "75557",
  1: "26227",
  2: "71747",
  3: "71717",
  4: "55711",
  5: "74717",
  6: "74757",
  7: "71111",
  8: "75757",
  9: "75717",
  A: "25755",
  B: "65656",
  D: "65556",
  E: "74647",
  G: "34553",
  I: "72227",
  K: "55655",
  L: "44447",
  N: "65555",
  O: "25552",
  R: "65655",
  S: "34216",
  U: "55557",
  V: "55552",
  Y: "55222",
};

/** Pixels from a glyph to the next, before scaling. */
export const GLYPH_ADVANCE = 4;
/** Rows of a glyph, before scaling. */
export const GLYPH_HEIGHT = 5;

/**
 * The pixels of a line of text.
 *
 * @param text Capitals and digits; others stay blank.
 * @returns Columns and rows that are ink, from the upper left corner.
 */
export function inkOf(text: string): [x: number, y: number][] {
  return [...text].flatMap((glyph, i) =>
    [...GLYPHS[glyph] ?? ""].flatMap((row, y) =>
      [0, 1, 2].filter((x) => Number(row) >> (2 - x) & 1).map((x): [number, number] => [
        GLYPH_ADVANCE * i + x,
        y,
      ])
    )
  );
}
