import { assertEquals } from "@std/assert";
import { type BlockLayer, foldBatchNorm } from "../../../src/nn/mod.ts";

const convolution = { size: [1, 1, 1], inputChannels: 2, channels: 2 } as const;
const norm = { gamma: "gamma", beta: "beta", kind: "batch", slope: 0, channels: 2 } as const;
const running = { mean: "mean", variance: "variance" };
const BLOCK: BlockLayer = {
  convolutions: [{ ...convolution, weights: "first" }, { ...convolution, weights: "last" }],
  norm: { ...norm, running },
};

// With the epsilon of 1e-5 the variances are 4 and 1/16: scales 6 / 2 and 1 / (1 / 4).
const NUMBERS = new Map([
  ["first", Float32Array.of(7, 7, 7, 7)],
  ["last", Float32Array.of(1, 10, 2, 20)],
  ["gamma", Float32Array.of(6, 1)],
  ["beta", Float32Array.of(0.5, -1)],
  ["mean", Float32Array.of(2, -3)],
  ["variance", Float32Array.of(4 - 1e-5, 1 / 16 - 1e-5)],
]);

Deno.test("foldBatchNorm() scales the last convolution's weights by output channel and moves its bias", () => {
  const { weights, bias } = foldBatchNorm(NUMBERS, BLOCK)!;
  assertEquals(weights.map(Math.round), Float32Array.of(3, 40, 6, 80));
  assertEquals(bias.map((value) => Math.round(1e4 * value) / 1e4), Float32Array.of(-5.5, 11));
});

Deno.test("foldBatchNorm() leaves normalisation by instance alone", () => {
  assertEquals(
    foldBatchNorm(NUMBERS, { ...BLOCK, norm: { ...norm, kind: "instance" } }),
    undefined,
  );
});
