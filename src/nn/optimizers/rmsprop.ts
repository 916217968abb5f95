import { defineKernel, type Gpu, type GpuArray } from "../../gpu/mod.ts";
import { checkNotNegative, checkShare, update } from "./_update.ts";
import { rmspropWgsl } from "./update.wgsl.ts";

/** What {@linkcode rmsprop} takes: arrays of one length, any. */
export interface RmspropOptions {
  /** Changed in place. */
  readonly weights: GpuArray;
  /** Of the loss by the weights. */
  readonly gradient: GpuArray;
  /** Mean of squared gradients, changed in place; what it holds before the first step (TensorFlow 1: ones, Keras: zeros) is the caller's choice. */
  readonly square: GpuArray;
  /** The last step and how much of it goes on, changed in place and zeros before the first; absent without momentum. */
  readonly momentum?: { readonly step: GpuArray; readonly share: number } | undefined;
  /** Learning rate. */
  readonly rate: number;
  /** Share of the old mean. Default 0.9. */
  readonly decay?: number | undefined;
  /** Added inside of the root. Default 1e-10. */
  readonly epsilon?: number | undefined;
  /** L2 regularization: the gradient gets `l2` times the weight. Default 0. */
  readonly l2?: number | undefined;
}

const plain = (width: 1 | 4) =>
  defineKernel({
    label: "nn/rmsprop",
    code: rmspropWgsl(width, false),
    bindings: { p: "uniform", gradient: "read", weights: "write", square: "write" },
  });
const moving = (width: 1 | 4) =>
  defineKernel({
    label: "nn/rmsprop",
    code: rmspropWgsl(width, true),
    bindings: {
      p: "uniform",
      gradient: "read",
      weights: "write",
      square: "write",
      step: "write",
    },
  });
const plainKernels = { 1: plain(1), 4: plain(4) };
const movingKernels = { 1: moving(1), 4: moving(4) };

/**
 * Records a step of RMSProp in TensorFlow's form, not centred, in place (`tf.compat.v1.train.RMSPropOptimizer`, kernel `ApplyRMSProp`):
 * g += l2 w; v = decay v + (1 - decay) g^2; s = momentum s + rate g / sqrt(v + epsilon); w -= s. PyTorch's has epsilon outside of
 * the root, and the rate outside of the momentum.
 *
 * @param gpu Where the arrays are.
 * @param options The arrays and the step.
 * @throws {TypeError} If lengths differ.
 * @throws {RangeError} If a number is out of range.
 */
export function rmsprop(
  gpu: Gpu,
  { weights, gradient, square, momentum, rate, decay = 0.9, epsilon = 1e-10, l2 = 0 }:
    RmspropOptions,
): void {
  const action = "step by RMSProp";
  const { share = 0, step } = momentum ?? {};
  checkShare(action, "the momentum", share);
  checkShare(action, "the decay", decay);
  checkNotNegative(action, { rate, epsilon, l2 });
  update(
    gpu,
    step ? movingKernels : plainKernels,
    { gradient, weights, square, ...step && { step } },
    [rate, 1 - decay, share, epsilon, l2],
  );
}
