/**
 * CT organ segmentation on native WebGPU: volumes, GPU augmentation, morphology, and organ labels without a trained model, after
 * Rister et al., arXiv 1811.11226.
 *
 * @example Label lungs and bone of a CT.
 * ```ts
 * import { labelOrgans, openGpu, readNifti, writeNifti } from "./mod.ts";
 *
 * await using gpu = await openGpu();
 * const ct = await readNifti("volume-0.nii.gz");
 * await writeNifti("labels-0.nii.gz", await labelOrgans(gpu, ct), { header: ct.header });
 * ```
 *
 * @module
 */
export * from "./src/augment/mod.ts";
export * from "./src/data/mod.ts";
export * from "./src/gpu/mod.ts";
export * from "./src/infer/mod.ts";
export * from "./src/labels/mod.ts";
export * from "./src/metrics/mod.ts";
export * from "./src/morphology/mod.ts";
export * from "./src/nn/mod.ts";
export * from "./src/random/mod.ts";
export * from "./src/volume/mod.ts";
