/**
 * Neural networks on the GPU, without any framework: tensors and the kernels of layers and losses, each with its gradients.
 *
 * @module
 */
export * from "./losses/mod.ts";
export * from "./export/mod.ts";
export * from "./model/mod.ts";
export * from "./ops/mod.ts";
export * from "./optimizers/mod.ts";
export * from "./tensor.ts";
