import { assertEquals } from "@std/assert";
import { foldBatchNorm, splitTransposed } from "../../../src/nn/export/filters.ts";

Deno.test("foldBatchNorm() scales the weights of each output channel and moves its bias", () => {
  // With the epsilon of 1e-5 the variances are 4 and 1/16: scales 6 / 2 and 1 / (1 / 4).
  const { weights, bias } = foldBatchNorm(Float32Array.of(1, 10, 2, 20), {
    gamma: Float32Array.of(6, 1),
    beta: Float32Array.of(0.5, -1),
    mean: Float32Array.of(2, -3),
    variance: Float32Array.of(4 - 1e-5, 1 / 16 - 1e-5),
  });
  assertEquals(weights.map(Math.round), Float32Array.of(3, 40, 6, 80));
  assertEquals(bias.map((value) => Math.round(1e4 * value) / 1e4), Float32Array.of(-5.5, 11));
});

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
