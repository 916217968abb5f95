/**
 * The CPU twin of every kernel: plain TypeScript after the definition, TensorFlow.js on its CPU backend, ITK (`@itk-wasm/downsample`) and
 * niimath (`@niivue/niimath`). Used by tests and benchmarks; nothing in `src` imports it.
 *
 * @module
 */
export { accumulateReference, type AccumulateTile, tfjsAccumulate } from "./accumulate.ts";
export {
  type Augmentation,
  type AugmentedReference,
  augmentReference,
  itkAugment,
} from "./augment.ts";
export {
  closeByDistance,
  dilateByDistance,
  distancesReference,
  erodeByDistance,
  openByDistance,
} from "./distance.ts";
export { interpolateLabelsReference } from "./interpolate_labels.ts";
export { itkWarp, itkWarpLabels } from "./itk.ts";
export {
  closeReference,
  dilateReference,
  type Element,
  erodeReference,
  type MaskOperation,
  openReference,
  type Outside,
} from "./morphology.ts";
export {
  type BallOperation,
  niimathClose,
  niimathDilate,
  niimathErode,
  niimathFillHoles,
  niimathOpen,
  niimathSphere,
} from "./niimath.ts";
export {
  convolve,
  convolvedShape,
  convolveFilterGradient,
  convolveInputGradient,
  type ReferenceConvolution,
  sumChannels,
} from "./nn_conv.ts";
export {
  argmaxReference,
  concatReference,
  maxPoolGradientReference,
  maxPoolReference,
  sliceReference,
  softmaxGradientReference,
  softmaxReference,
  upsampleGradientReference,
  upsampleReference,
} from "./nn_layers.ts";
export {
  lossReference,
  type ReferenceGradient,
  type ReferenceLoss,
  type SortlessLoss,
} from "./nn_losses.ts";
export {
  type ReferenceActivation,
  ReferenceNetwork,
  type ReferenceNetworkOptions,
} from "./nn_network.ts";
export {
  type Moments,
  momentsReference,
  type NormalizationGradients,
  type NormalizationInput,
  normalizeGradientReference,
  normalizeReference,
  runningReference,
  type Shape,
} from "./nn_normalization.ts";
export {
  adamReference,
  type OptimizerOptions,
  type OptimizerState,
  rmspropReference,
  sgdReference,
} from "./nn_optimizers.ts";
export { packReference, thresholdReference, unpackReference } from "./pack.ts";
export {
  onTfjs,
  tfjsAdd,
  tfjsChannelSums,
  type TfjsConvolution,
  tfjsConvolve,
  tfjsFilterGradient,
  tfjsInputGradient,
} from "./tfjs.ts";
export {
  tfjsArgmax,
  tfjsConcat,
  tfjsMaxPool,
  tfjsMaxPoolGradient,
  tfjsNormalize,
  tfjsNormalizeGradient,
  tfjsNormalizeWith,
  tfjsRunning,
  tfjsSlice,
  tfjsSoftmax,
  tfjsSoftmaxGradient,
  tfjsUpsample,
  tfjsUpsampleGradient,
} from "./tfjs_layers.ts";
export { tfjsLoss } from "./tfjs_losses.ts";
export { tfjsAdam, tfjsLerp, tfjsRmsprop, tfjsSgd, type TfjsStep } from "./tfjs_optimizers.ts";
export {
  type FusedWarp,
  type ImageWarp,
  type LabelWarp,
  type ValueChange,
  warpLabelsReference,
  warpReference,
} from "./warp.ts";
export {
  clearBorderReference,
  componentsReference,
  fillHolesReference,
  keepLargestReference,
  reconstructReference,
  type RegionsOf,
  type Touch,
} from "./regions.ts";
export { phantomReference, type PictureReference } from "./phantom.ts";
export { type WidestPathsOf, widestPathsReference } from "./widest_paths.ts";
export { growOrganReference, type GrowthOf } from "./grow_organ.ts";
