import { assertEquals } from "@std/assert";
import { splitTransposed } from "../../../src/nn/export/filters.ts";

Deno.test("splitTransposed() gives each remainder its taps, output channel fastest", () => {
  // Tap k at (z, y, x) has the weights k (first output channel) and 100 + k (second).
  const weights = Float32Array.from({ length: 54 }, (_, i) => i % 2 * 100 + Math.floor(i / 2));
  const filters = splitTransposed(weights, { size: 3, inputChannels: 1, channels: 2 });
  assertEquals(filters.map(({ size }) => size.join("")), [
    ...["111", "112", "121", "122"],
    ...["211", "212", "221", "222"],
  ]);
  // Tap 13 is the middle, 12 and 14 lie beside it along x, 4 and 22 along z.
  assertEquals(filters[0]!.weights, Float32Array.of(13, 113));
  assertEquals(filters[1]!.weights, Float32Array.of(14, 114, 12, 112));
  assertEquals(filters[4]!.weights, Float32Array.of(22, 122, 4, 104));
});

Deno.test("splitTransposed() gives each remainder one tap of a filter of size 2", () => {
  const weights = Float32Array.from({ length: 8 }, (_, i) => i);
  const filters = splitTransposed(weights, { size: 2, inputChannels: 1, channels: 1 });
  assertEquals(filters.map(({ weights }) => [...weights]), [[0], [1], [2], [3], [4], [5], [6], [
    7,
  ]]);
});
