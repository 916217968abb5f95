export { addArrays } from "./add.ts";
export { channelSums } from "./channel_sums.ts";
export {
  conv3d,
  conv3dFilterGradient,
  conv3dInputGradient,
  type Conv3dOptions,
  type FilterGradientOptions,
  type FilterOptions,
  type InputGradientOptions,
} from "./conv3d.ts";
export {
  convTranspose3d,
  convTranspose3dFilterGradient,
  convTranspose3dInputGradient,
  type ConvTranspose3dOptions,
} from "./conv_transpose3d.ts";
export { type FilterSize, type Stride } from "./convolution.ts";
export { convolutionScratch } from "./_winograd_plan.ts";
export { argmaxChannels } from "./argmax_channels.ts";
export { concatChannels, sliceChannels } from "./channels.ts";
export type { NormalizationKind } from "./lanes.wgsl.ts";
export {
  maxPool3d,
  maxPool3dGradient,
  type MaxPoolGradientOptions,
  type MaxPoolOptions,
} from "./max_pool.ts";
export type { PoolSize } from "./max_pool.wgsl.ts";
export {
  normalize,
  type Normalized,
  type NormalizeOptions,
  normalizeWith,
  type NormalizeWithOptions,
} from "./normalize.ts";
export {
  normalizeGradient,
  type NormalizeGradientOptions,
  type NormalizeGradients,
} from "./normalize_gradient.ts";
export {
  type RunningMoments,
  type RunningStatisticsOptions,
  updateRunningStatistics,
} from "./running_statistics.ts";
export { softmax, softmaxGradient } from "./softmax.ts";
export {
  upsample3d,
  upsample3dGradient,
  type UpsampleGradientOptions,
  type UpsampleOptions,
} from "./upsample.ts";
export type { UpsampleMode } from "./upsample.wgsl.ts";
