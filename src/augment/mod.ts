/**
 * Augmentation on the GPU: affine warp, noise and window in one pass, labels by nearest neighbour.
 *
 * @module
 */
export { augment, type Augmented, type AugmentOptions } from "./augment.ts";
export {
  type Filter,
  type ResidentOptions,
  type ResidentVolume,
  uploadVolume,
} from "./resident.ts";
export { tensorBytes, type TensorLayout, tensorTarget } from "./tensor.ts";
export * from "./transform.ts";
export {
  type ImageTarget,
  type LabelSource,
  type LabelTarget,
  warpImage,
  warpImageInto,
  warpLabels,
  warpLabelsInto,
  type WarpSource,
} from "./warp.ts";
export * from "./presets.ts";
export type { AugmentRanges, CropMode } from "./ranges.ts";
export { type SampleShape, sampleTransform } from "./sample.ts";
