/**
 * Augmentation on the GPU: affine warp, noise and window in one pass, labels by nearest neighbour.
 *
 * @module
 */
export { augment, type Augmented, type AugmentOptions, type Filter } from "./augment.ts";
export * from "./transform.ts";
export { warpImage, warpLabels, type WarpSource } from "./warp.ts";
