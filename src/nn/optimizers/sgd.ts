import { defineKernel, type Gpu, type GpuArray } from "../../gpu/mod.ts";
import { checkNotNegative, checkShare, update } from "./_update.ts";
import { sgdWgsl } from "./update.wgsl.ts";

/** What {@linkcode sgd} takes: arrays of one length, any. */
export interface SgdOptions {
  /** Changed in place. */
  readonly weights: GpuArray;
  /** Of the loss by the weights. */
  readonly gradient: GpuArray;
  /** The velocity and how much of it goes on, changed in place and zeros before the first step; absent without momentum. */
  readonly momentum?: { readonly velocity: GpuArray; readonly share: number } | undefined;
  /** Learning rate. */
  readonly rate: number;
  /** L2 regularization: the gradient gets `l2` times the weight. Default 0. */
  readonly l2?: number | undefined;
}

const plain = (width: 1 | 4) =>
  defineKernel({
    label: "nn/sgd",
    code: sgdWgsl(width, false),
    bindings: { p: "uniform", gradient: "read", weights: "write" },
  });
const moving = (width: 1 | 4) =>
  defineKernel({
    label: "nn/sgd",
    code: sgdWgsl(width, true),
    bindings: { p: "uniform", gradient: "read", weights: "write", velocity: "write" },
  });
const plainKernels = { 1: plain(1), 4: plain(4) };
const movingKernels = { 1: moving(1), 4: moving(4) };

/**
 * Records a step of stochastic gradient descent, in place: g += l2 w; v = momentum v + g; w -= rate v. This is `torch.optim.SGD` (no
 * dampening, no Nesterov) and `tf.compat.v1.train.MomentumOptimizer`. Keras has the rate inside of the velocity, which differs once the
 * rate changes.
 *
 * @param gpu Where the arrays are.
 * @param options The arrays and the step.
 * @throws {TypeError} If lengths differ.
 * @throws {RangeError} If a number is out of range.
 */
export function sgd(gpu: Gpu, { weights, gradient, momentum, rate, l2 = 0 }: SgdOptions): void {
  const action = "step by gradient descent";
  const { share = 0, velocity } = momentum ?? {};
  checkShare(action, "the momentum", share);
  checkNotNegative(action, { rate, l2 });
  update(
    gpu,
    velocity ? movingKernels : plainKernels,
    { gradient, weights, ...velocity && { velocity } },
    [rate, share, l2],
  );
}
