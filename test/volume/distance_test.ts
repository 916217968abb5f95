import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { squaredDistances, type Vec3 } from "../../src/volume/mod.ts";

Deno.test("squaredDistances() measures in mm along each axis", () => {
  const corner = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0);
  assertEquals(
    [...squaredDistances(corner, { dims: [2, 2, 2], spacing: [1, 2, 3] })],
    [0, 1, 4, 5, 9, 10, 13, 14],
  );
});

Deno.test("squaredDistances() is infinite where there is no feature", () => {
  const none = new Uint8Array(6);
  const distances = squaredDistances(none, { dims: [1, 2, 3], spacing: [1, 1, 1] });
  assertEquals([...distances], Array(6).fill(Infinity));
});

Deno.test("squaredDistances() equals the least distance over all features", () => {
  const size = fc.integer({ min: 1, max: 7 });
  const gap = fc.double({ min: 0.2, max: 5, noNaN: true });
  fc.assert(fc.property(
    fc.tuple(size, size, size),
    fc.tuple(gap, gap, gap),
    fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
    (dims, spacing, stream) => {
      const features = new Uint8Array(dims[0] * dims[1] * dims[2])
        .map(() => stream.next().value === 0 ? 7 : 0);
      const place = (i: number) => [
        i % dims[0],
        Math.floor(i / dims[0]) % dims[1],
        Math.floor(i / (dims[0] * dims[1])),
      ];
      const inside = [...features.keys()].filter((i) => features[i] !== 0).map(place);
      squaredDistances(features, { dims: dims as Vec3, spacing: spacing as Vec3 }).forEach(
        (found, i) => {
          const here = place(i);
          const expected = Math.min(
            ...inside.map((there) =>
              there.reduce((sum, c, axis) => sum + ((c - here[axis]!) * spacing[axis]!) ** 2, 0)
            ),
          );
          if (expected === Infinity) assertEquals(found, Infinity);
          else assertAlmostEquals(found, expected, 1e-9 * (1 + expected));
        },
      );
    },
  ));
});

Deno.test("squaredDistances() refuses features that do not fit the dims", () => {
  assertThrows(
    () => squaredDistances(new Uint8Array(3), { dims: [2, 2, 1], spacing: [1, 1, 1] }),
    TypeError,
    "Cannot compute distances: 2 x 2 x 1 voxels need as many features, found 3",
  );
});
