/**
 * Binary morphology: bit-packed masks on the GPU, structuring elements in mm, dilation, erosion, opening and closing by three
 * methods that agree bit for bit; exact distances; connected components, hole filling, border clearing and reconstruction on the GPU and on
 * the host.
 *
 * @example Close a bone mask with the paper's 25 mm ball.
 * ```ts
 * await using gpu = await openGpu();
 * using image = uploadImage(gpu, ct);
 * using bone = threshold(gpu, image, { min: 175 });
 * using closed = close(gpu, bone, ball({ diameter: 25, spacing: ct.spacing }));
 * const mask = await unpackMask(gpu, closed);
 * ```
 *
 * @module
 */
export { clearBorder, type ClearBorderOptions } from "./clear_border.ts";
export { combine, invert } from "./combine.ts";
export * from "./components.ts";
export * from "./connected_components.ts";
export { type DistanceMap, distanceTransform, NO_FEATURE, readDistances } from "./distance.ts";
export { ball, type BallOptions, box, line, reflect, type StructuringElement } from "./element.ts";
export { fastestMethod } from "./fastest_method.ts";
export { fillHoles, type FillHolesOptions } from "./fill_holes.ts";
export type { PackedMask } from "./mask.ts";
export { clearMaskBorder, fillMaskHoles, keepLargest, reconstructMask } from "./mask_regions.ts";
export { close, dilate, erode, type MorphologyOptions, open } from "./operations.ts";
export { packMask, unpackMask } from "./pack.ts";
export { reconstruct } from "./reconstruct.ts";
export type { RegionOptions } from "./region_options.ts";
export {
  type GpuImage,
  type ImageStack,
  threshold,
  type ThresholdOptions,
  uploadImage,
} from "./threshold.ts";
export { widestPaths } from "./widest_paths.ts";
