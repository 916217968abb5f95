import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { traceContours } from "../../src/report/contour.ts";

/** A mask from a drawing; `#` is inside. */
function draw(...rows: string[]): [Uint8Array, number, number] {
  return [
    Uint8Array.from(rows.join(""), (letter) => letter === "#" ? 1 : 0),
    rows[0]!.length,
    rows.length,
  ];
}

Deno.test("traceContours() gives the four corners of one pixel, clockwise", () => {
  assertEquals(traceContours(...draw("...", ".#.", "...")), [[[1, 1], [2, 1], [2, 2], [1, 2]]]);
});

Deno.test("traceContours() goes around an L and names only its corners", () => {
  assertEquals(traceContours(...draw("#..", "#..", "###")), [
    [[0, 0], [1, 0], [1, 2], [3, 2], [3, 3], [0, 3]],
  ]);
});

Deno.test("traceContours() goes around a hole the other way", () => {
  assertEquals(traceContours(...draw("###", "#.#", "###")), [
    [[0, 0], [3, 0], [3, 3], [0, 3]],
    // Starts at the hole's lower left corner, along its bottom: the top of the pixel below it.
    [[1, 2], [2, 2], [2, 1], [1, 1]],
  ]);
});

Deno.test("traceContours() keeps pixels apart that touch at a corner alone", () => {
  const falling = [[[0, 0], [1, 0], [1, 1], [0, 1]], [[1, 1], [2, 1], [2, 2], [1, 2]]];
  const rising = [[[1, 0], [2, 0], [2, 1], [1, 1]], [[0, 1], [1, 1], [1, 2], [0, 2]]];
  assertEquals<number[][][]>(traceContours(...draw("#.", ".#")), falling);
  assertEquals<number[][][]>(traceContours(...draw(".#", "#.")), rising);
});

Deno.test("traceContours() gives nothing for an empty mask", () => {
  assertEquals(traceContours(...draw("...", "...")), []);
});

Deno.test("traceContours() encloses as many pixels as any mask has", () => {
  const masks = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })).chain((
    [width, height],
  ) =>
    fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      mask: fc.uint8Array({ minLength: width * height, maxLength: width * height, max: 1 }),
    })
  );
  fc.assert(fc.property(masks, ({ mask, width, height }) => {
    // Shoelace formula; holes run the other way and count negative.
    const twice = traceContours(mask, width, height).flatMap((corners) =>
      corners.map(([x, y], i) => {
        const [u, v] = corners[(i + 1) % corners.length]!;
        return x * v - u * y;
      })
    ).reduce((sum, part) => sum + part, 0);
    assertEquals(twice / 2, mask.filter((value) => value === 1).length);
  }));
});

Deno.test("traceContours() refuses a mask of another size", () => {
  assertThrows(() => traceContours(new Uint8Array(5), 2, 3), TypeError, "need 6 values, found 5");
});
