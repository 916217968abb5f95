import { assertEquals, assertThrows } from "@std/assert";
import { checkTransform, type Transform } from "../../src/augment/mod.ts";
import { IDENTITY } from "./_volumes.ts";

const key = { seed: 1, stream: 0 };

function refuses(
  change: Partial<Transform>,
  type: typeof TypeError | typeof RangeError,
  part: string,
): void {
  assertThrows(() => checkTransform({ shape: [4, 3, 2], matrix: IDENTITY, ...change }), type, part);
}

Deno.test("checkTransform() takes what can be carried out", () => {
  const shape = [1, 1, 1] as const;
  for (
    const transform of [
      { shape, matrix: IDENTITY },
      { shape, matrix: IDENTITY.map(() => 0) },
      { shape, matrix: IDENTITY.with(3, -1e30) },
      { shape, matrix: IDENTITY, noise: { sigma: 0, key } },
      { shape, matrix: IDENTITY, window: { low: -200, high: -199.5 } },
    ]
  ) assertEquals(checkTransform(transform), undefined);
});

Deno.test("checkTransform() refuses a matrix of another length, by its length", () => {
  refuses({ matrix: IDENTITY.slice(1) }, TypeError, "has 11 numbers, not 12");
  refuses({ matrix: [...IDENTITY, 0] }, TypeError, "has 13 numbers, not 12");
  refuses({ matrix: [] }, TypeError, "has 0 numbers, not 12");
});

Deno.test("checkTransform() refuses an entry that is not finite, also only in f32", () => {
  for (const bad of [NaN, Infinity, -Infinity, 1e39]) {
    refuses({ matrix: IDENTITY.with(11, bad) }, RangeError, `the matrix holds ${bad}`);
  }
});

Deno.test("checkTransform() refuses a shape that is not whole and positive", () => {
  for (const bad of [0, -1, 1.5, NaN, Infinity]) {
    refuses({ shape: [4, bad, 2] }, RangeError, `to 4 x ${bad} x 2 voxels`);
  }
});

Deno.test("checkTransform() refuses a negative or infinite sigma", () => {
  for (const sigma of [-1, NaN, Infinity, 1e39]) {
    refuses({ noise: { sigma, key } }, RangeError, `noise of ${sigma} HU`);
  }
});

Deno.test("checkTransform() refuses an empty window and one that f32 cannot hold", () => {
  for (const [low, high] of [[1, 1], [400, -200], [NaN, 1], [0, NaN]] as const) {
    refuses({ window: { low, high } }, RangeError, `from ${low} to ${high} HU: the upper limit`);
  }
  for (const [low, high] of [[0, Infinity], [-1e39, 0], [0, 1e-39]] as const) {
    refuses({ window: { low, high } }, RangeError, `from ${low} to ${high} HU: limits and width`);
  }
});
