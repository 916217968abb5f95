import { assert, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import {
  closeReference,
  dilateReference,
  type Element,
  erodeReference,
  openReference,
  type Outside,
} from "../../reference/mod.ts";
import type { Vec3 } from "../../src/volume/mod.ts";
import { elements, isSubset, masks, not } from "./_masks.ts";

type Operator = typeof dilateReference;

const line3: Element = { data: new Uint8Array([1, 1, 1]), dims: [3, 1, 1], origin: [1, 0, 0] };
/** Offsets -1 and 0: an even size with its origin at floor(2 / 2). */
const line2: Element = { data: new Uint8Array([1, 1]), dims: [2, 1, 1], origin: [1, 0, 0] };
const outsides: fc.Arbitrary<Outside> = fc.constantFrom("background", "foreground");

/** Applies an operator to a row written as digits. */
function row(operator: Operator, digits: string, element: Element, outside: Outside): string {
  const data = Uint8Array.from(digits, Number);
  return operator({ data, dims: [data.length, 1, 1], element, outside }).join("");
}

Deno.test("dilateReference() and erodeReference() give the hand-made rows", () => {
  assertEquals(row(dilateReference, "0010000", line3, "background"), "0111000");
  assertEquals(row(erodeReference, "0111011", line3, "background"), "0010000");
  assertEquals(row(dilateReference, "00000", line3, "foreground"), "10001");
  assertEquals(row(erodeReference, "11111", line3, "background"), "01110");
  assertEquals(row(erodeReference, "11111", line3, "foreground"), "11111");
});

Deno.test("dilateReference() and erodeReference() move to opposite sides when the element is even-sized", () => {
  // Dilation reads x[p + 1] and x[p], erosion x[p - 1] and x[p].
  assertEquals(row(dilateReference, "00100", line2, "background"), "01100");
  assertEquals(row(erodeReference, "01100", line2, "background"), "00100");
  assertEquals(row(closeReference, "0010100", line2, "background"), "0011100");
  assertEquals(row(openReference, "0010110", line2, "background"), "0000110");
});

Deno.test("closeReference() loses nothing at the faces, openReference() opens them by outside", () => {
  assertEquals(row(closeReference, "10000", line3, "background"), "10000");
  assertEquals(row(closeReference, "10100", line3, "background"), "11100");
  assertEquals(row(closeReference, "01000", line3, "background"), "01000");
  assertEquals(row(closeReference, "01000", line3, "foreground"), "11000");
  assertEquals(row(openReference, "11000", line3, "background"), "00000");
  assertEquals(row(openReference, "11010", line3, "foreground"), "11000");
});

Deno.test("dilateReference() puts the element, turned to no side, around a single voxel in space", () => {
  const dims: Vec3 = [4, 5, 6];
  const element: Element = {
    dims: [3, 2, 2],
    origin: [0, 1, 0],
    data: new Uint8Array([1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0]),
  };
  // Offsets by hand: voxels (0,0,0), (2,1,0), (1,0,1) less the origin (0,1,0).
  const offsets = [[0, -1, 0], [2, 0, 0], [1, -1, 1]] as const;
  const index = (x: number, y: number, z: number) => x + 4 * (y + 5 * z);
  const data = new Uint8Array(120);
  data[index(1, 2, 3)] = 1;
  const expected = new Uint8Array(120);
  for (const [x, y, z] of offsets) expected[index(1 + x, 2 + y, 3 + z)] = 1;
  assertEquals(dilateReference({ data, dims, element, outside: "background" }), expected);
});

Deno.test("dilation is the complement of eroding the complement by the reflected element", () => {
  fc.assert(
    fc.property(masks(5), elements, outsides, (mask, element, outside) => {
      const reflected: Element = {
        dims: element.dims,
        origin: element.origin.map((o, axis) => element.dims[axis]! - 1 - o) as unknown as Vec3,
        data: element.data.toReversed(),
      };
      const other = outside === "background" ? "foreground" : "background";
      assertEquals(
        dilateReference({ ...mask, element, outside }),
        not(
          erodeReference({ ...mask, data: not(mask.data), element: reflected, outside: other }),
        ),
      );
    }),
  );
});

Deno.test("dilation and erosion are adjoint: dilate(x) <= y if and only if x <= erode(y)", () => {
  fc.assert(
    fc.property(masks(4), elements, fc.nat(), fc.boolean(), (mask, element, where, missing) => {
      const dilated = dilateReference({ ...mask, element, outside: "background" });
      const y = dilated.slice();
      // Alternately a y that holds dilate(x) and one that may lack a voxel of it.
      y[where % y.length] = missing ? 0 : 1;
      const eroded = erodeReference({ ...mask, data: y, element, outside: "foreground" });
      assertEquals(isSubset(dilated, y), isSubset(mask.data, eroded));
    }),
    { numRuns: 500 },
  );
});

Deno.test("closing is extensive, opening anti-extensive, both idempotent and increasing", () => {
  fc.assert(
    fc.property(masks(5), elements, outsides, fc.nat(), (mask, element, outside, where) => {
      const apply = (operator: Operator, data: Uint8Array) =>
        operator({ ...mask, data, element, outside });
      const closed = apply(closeReference, mask.data);
      const opened = apply(openReference, mask.data);
      assert(isSubset(mask.data, closed));
      assert(isSubset(opened, mask.data));
      assertEquals(apply(closeReference, closed), closed);
      assertEquals(apply(openReference, opened), opened);
      const larger = mask.data.with(where % mask.data.length, 1);
      assert(isSubset(closed, apply(closeReference, larger)));
      assert(isSubset(opened, apply(openReference, larger)));
    }),
  );
});

Deno.test("the morphology references take every value but 0 as inside and leave their input as it is", () => {
  const data = new Uint8Array([0, 0, 200, 0, 0]);
  const options = { data, dims: [5, 1, 1], element: line3, outside: "background" } as const;
  assertEquals(dilateReference(options).join(""), "01110");
  assertEquals(closeReference(options).join(""), "00100");
  assertEquals([...data], [0, 0, 200, 0, 0]);
});

Deno.test("the morphology references refuse what does not fit, by name", () => {
  const options = {
    data: new Uint8Array(5),
    dims: [5, 1, 1],
    element: line3,
    outside: "background",
  } as const;
  for (const operator of [dilateReference, erodeReference, openReference, closeReference]) {
    const call = (part: Partial<Parameters<Operator>[0]>) => () =>
      operator({ ...options, ...part });
    assertThrows(call({ dims: [4, 1, 1] }), TypeError, "found 5");
    assertThrows(call({ dims: [5, 1, 0] }), RangeError, "5 x 1 x 0");
    const empty = { ...line3, data: new Uint8Array(3) };
    assertThrows(call({ element: empty }), RangeError, "element is empty");
    const short = { ...line3, data: new Uint8Array(2) };
    assertThrows(call({ element: short }), TypeError, "found 2");
  }
});
