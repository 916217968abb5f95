import { defineKernel, type Gpu, type GpuArray } from "../../gpu/mod.ts";
import { checkNotNegative, checkShare, update } from "./_update.ts";
import { adamWgsl } from "./update.wgsl.ts";

/** What {@linkcode adam} takes: arrays of one length, any. */
export interface AdamOptions {
  /** Changed in place. */
  readonly weights: GpuArray;
  /** Of the loss by the weights. */
  readonly gradient: GpuArray;
  /** First moment, changed in place; zeros before the first step. */
  readonly mean: GpuArray;
  /** Second moment, changed in place; zeros before the first step. */
  readonly square: GpuArray;
  /** Which step this is, from 1. */
  readonly step: number;
  /** Learning rate. */
  readonly rate: number;
  /** Share of the old first moment. Default 0.9. */
  readonly beta1?: number | undefined;
  /** Share of the old second moment. Default 0.999. */
  readonly beta2?: number | undefined;
  /** Added to the root. Default 1e-8. */
  readonly epsilon?: number | undefined;
  /** L2 regularization: the gradient gets `l2` times the weight. Default 0. */
  readonly l2?: number | undefined;
}

const kernel = (width: 1 | 4) =>
  defineKernel({
    label: "nn/adam",
    code: adamWgsl(width),
    bindings: {
      p: "uniform",
      gradient: "read",
      weights: "write",
      mean: "write",
      square: "write",
    },
  });
const kernels = { 1: kernel(1), 4: kernel(4) };

/**
 * Records a step of Adam, in place (Kingma and Ba 2015, algorithm 1; `torch.optim.Adam`, whose `weight_decay` is `l2`):
 * g += l2 w; m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
 * w -= rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon).
 *
 * @param gpu Where the arrays are.
 * @param options The arrays and the step.
 * @throws {TypeError} If lengths differ.
 * @throws {RangeError} If the step is not a positive whole number, or a number is out of range.
 */
export function adam(
  gpu: Gpu,
  {
    weights,
    gradient,
    mean,
    square,
    step,
    rate,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    l2 = 0,
  }: AdamOptions,
): void {
  const action = "step by Adam";
  if (!Number.isSafeInteger(step) || step < 1) {
    throw new RangeError(`Cannot ${action}: steps are counted from 1, found ${step}`);
  }
  checkShare(action, "beta1", beta1);
  checkShare(action, "beta2", beta2);
  checkNotNegative(action, { rate, epsilon, l2 });
  update(gpu, kernels, { gradient, weights, mean, square }, [
    rate / (1 - beta1 ** step),
    1 - beta1,
    1 - beta2,
    1 / (1 - beta2 ** step),
    epsilon,
    l2,
  ]);
}
