/**
 * Losses for segmentation: the IOU family of Rister et al. 2018 and those it is compared with, as plain functions on arrays in f64, each
 * with its gradient, and fused with softmax on the GPU.
 *
 * @module
 */
export type { ImageLabels } from "./classes.ts";
export {
  balancedWeights,
  ceIouLoss,
  crossEntropy,
  crossEntropyWeights,
  type LogProbabilities,
  type LogScored,
} from "./cross_entropy.ts";
export {
  type ImageLogits,
  type ImageProbabilities,
  lossOfLogits,
  lossOfProbabilities,
} from "./loss.ts";
export {
  checkGpuLoss,
  lossAndGradient,
  type LossOnGpu,
  type LossOptions,
} from "./loss_and_gradient.ts";
export { lovaszLoss } from "./lovasz.ts";
export * from "./overlap.ts";
export * from "./spec.ts";
