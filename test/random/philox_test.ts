import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { philox4x32 } from "../../src/random/mod.ts";
import { highProduct } from "../../src/random/philox.ts";
import { VECTORS } from "./_vectors.ts";

Deno.test("philox4x32() gives Random123's published words", () => {
  for (const { counter, key, words } of VECTORS) {
    assertEquals([...philox4x32(counter, key)], words);
  }
});

Deno.test("philox4x32() equals the algorithm in 64-bit integers for any counter and key", () => {
  const word = fc.oneof(
    fc.integer({ min: 0, max: 0xffffffff }),
    fc.constantFrom(0, 1, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff),
  );
  fc.assert(
    fc.property(fc.tuple(word, word, word, word), fc.tuple(word, word), (counter, key) => {
      assertEquals([...philox4x32(counter, key)], plainPhilox(counter, key));
    }),
  );
});

Deno.test("philox4x32() leaves its counter as it was", () => {
  const counter: [number, number, number, number] = [1, 2, 3, 4];
  philox4x32(counter, [5, 6]);
  assertEquals(counter, [1, 2, 3, 4]);
});

Deno.test("highProduct() equals the upper half of the 64-bit product", () => {
  const word = fc.integer({ min: 0, max: 0xffffffff });
  const expected = (a: number, b: number) => Number(BigInt(a) * BigInt(b) >> 32n);
  fc.assert(fc.property(word, word, (a, b) => highProduct(a, b) >>> 0 === expected(a, b)));
  const edges = [0, 1, 0xffff, 0x10000, 0x10001, 0x7fffffff, 0x80000000, 0xffff0000, 0xffffffff];
  for (const a of edges) {
    for (const b of edges) assertEquals(highProduct(a, b) >>> 0, expected(a, b), `${a} * ${b}`);
  }
});

/** The paper's pseudo-code as it stands, with whole products. */
function plainPhilox(counter: number[], key: number[]): number[] {
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k0, k1] = key.map(BigInt) as [bigint, bigint];
  const mask = 0xffffffffn;
  for (let round = 0; round < 10; round++) {
    const p0 = 0xd2511f53n * c0;
    const p1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & mask, (p0 >> 32n) ^ c3 ^ k1, p0 & mask];
    k0 = (k0 + 0x9e3779b9n) & mask;
    k1 = (k1 + 0xbb67ae85n) & mask;
  }
  return [c0, c1, c2, c3].map(Number);
}
