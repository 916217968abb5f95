import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import {
  closeByDistance,
  closeReference,
  dilateByDistance,
  dilateReference,
  erodeByDistance,
  erodeReference,
  openByDistance,
  openReference,
} from "../../reference/mod.ts";
import { ball } from "../../src/morphology/mod.ts";
import { masks, not } from "./_masks.ts";

const pairs = [
  [dilateByDistance, dilateReference],
  [erodeByDistance, erodeReference],
  [closeByDistance, closeReference],
  [openByDistance, openReference],
] as const;

// Whole and half millimetres: distances that equal the radius exactly are common.
const length = fc.oneof(
  fc.constantFrom(0.5, 1, 1.5, 3),
  fc.double({ min: 0.4, max: 4, noNaN: true }),
);

for (const [fast, plain] of pairs) {
  Deno.test(`${fast.name}() equals ${plain.name}() with a ball of odd size on background`, () => {
    fc.assert(
      fc.property(
        masks(7),
        fc.tuple(length, length, length),
        length,
        fc.boolean(),
        (mask, spacing, radius, dense) => {
          const data = dense ? mask.data.map((v, i) => v | (i % 5 ? 1 : 0)) : mask.data;
          const element = ball({ diameter: 2 * radius, spacing, rule: "radius" });
          assertEquals(
            fast({ ...mask, data, spacing, radius }),
            plain({ ...mask, data, element, outside: "background" }),
          );
        },
      ),
      { numRuns: 300 },
    );
  });
}

Deno.test("dilateByDistance() and openByDistance() leave an empty mask empty, closeByDistance() a full one full", () => {
  const full = new Uint8Array(60).fill(1);
  const options = { dims: [3, 4, 5], spacing: [1, 2, 3], radius: 4 } as const;
  assertEquals(dilateByDistance({ ...options, data: not(full) }), not(full));
  assertEquals(openByDistance({ ...options, data: not(full) }), not(full));
  assertEquals(closeByDistance({ ...options, data: full }), full);
});
