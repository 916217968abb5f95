import {
  lossReference,
  type ReferenceGradient,
  type SortlessLoss,
  tfjsLoss,
} from "../../reference/mod.ts";
import type { Gpu } from "../../src/gpu/mod.ts";
import { GpuTensor, lossAndGradient } from "../../src/nn/mod.ts";
import { F32_LOSS, lossCases, type LossInput, lossParts } from "./_losses.ts";
import type { Pair, PairName } from "./pair.ts";

const KERNELS = [
  "src/nn/losses/loss_coefficients.wgsl.ts",
  "src/nn/losses/loss_gradient.wgsl.ts",
  "src/nn/losses/loss_sums.wgsl.ts",
  "src/nn/losses/voxel.wgsl.ts",
  "src/nn/ops/column_sums.wgsl.ts",
];

async function lossOnGpu(gpu: Gpu, input: LossInput) {
  const { images, classes, dims: [nx, ny, nz], loss } = input;
  using logits = new GpuTensor(gpu.upload(input.logits), [images, nz, ny, nx, classes]);
  using labels = gpu.upload(input.labels);
  const result = lossAndGradient(gpu, { logits, labels, loss });
  using value = result.value;
  using gradient = result.gradient;
  return [
    await gpu.read(value, Float32Array),
    await gpu.read(gradient.array, Float32Array),
  ];
}

function numbersOf({ value, gradient }: ReferenceGradient): Float32Array<ArrayBuffer>[] {
  return [Float32Array.of(value), Float32Array.from(gradient)];
}

/** A pair of a loss, softmax and gradient included. */
function lossPair(name: PairName, loss: SortlessLoss, headlines = 1): Pair<LossInput> {
  return {
    name,
    kernels: KERNELS,
    cases: lossCases(loss, headlines),
    parts: lossParts,
    gpu: lossOnGpu,
    references: {
      typescript: (input) => numbersOf(lossReference(input)),
      "tfjs-cpu": async (input) => numbersOf(await tfjsLoss(input)),
    },
    acceptance: F32_LOSS,
    // Logits and labels read, the gradient written; softmax and gradient some 12 operations a voxel and class.
    work: ({ logits, labels }) => ({
      bytes: 2 * logits.byteLength + labels.byteLength,
      flops: 12 * logits.length,
    }),
  };
}

/** The losses of the network. */
export const lossPairs: readonly Pair<LossInput>[] = [
  lossPair("nn/loss-iou", { name: "iou", background: true }, 2),
  lossPair("nn/loss-iou-foreground", { name: "iou", background: false }),
  lossPair("nn/loss-iou-power", { name: "iou-power", exponent: 2, background: true }),
  lossPair("nn/loss-iou-root", { name: "iou-power", exponent: 0.5, background: true }),
  lossPair("nn/loss-iou-mean", {
    name: "iou-mean",
    exponents: [0.7, 1, 2],
    power: -1,
    background: true,
  }),
  lossPair("nn/loss-dice", { name: "dice", background: true }),
  lossPair("nn/loss-tversky", { name: "tversky", alpha: 0.3, beta: 0.7, background: true }),
  lossPair("nn/loss-cross-entropy", { name: "cross-entropy" }, 2),
  lossPair("nn/loss-balanced-cross-entropy", { name: "balanced-cross-entropy" }),
  lossPair("nn/loss-ce-iou", { name: "ce-iou", background: true }),
];
