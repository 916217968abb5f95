import { defineKernel, type Gpu, type GpuArray, type GpuTexture, uniforms } from "../gpu/mod.ts";
import { keyWords, philoxWgsl } from "../random/mod.ts";
import { type Vec3, voxelCount } from "../volume/mod.ts";
import {
  checkTransform,
  OUTSIDE_HU,
  OUTSIDE_LABEL,
  OUTSIDE_WINDOWED,
  type Transform,
} from "./transform.ts";
import warpWgsl from "./warp.wgsl" with { type: "text" };
import exactWgsl from "./warp_exact.wgsl" with { type: "text" };
import fastWgsl from "./warp_fast.wgsl" with { type: "text" };
import labelsWgsl from "./warp_labels.wgsl" with { type: "text" };

const exact = defineKernel({
  label: "augment/warp",
  code: philoxWgsl + exactWgsl + warpWgsl,
  bindings: { p: "uniform", warped: "write", image: "read" },
});

const fast = defineKernel({
  label: "augment/warp-fast",
  code: philoxWgsl + fastWgsl + warpWgsl,
  bindings: { p: "uniform", warped: "write", image: "texture-3d", linear: "sampler" },
});

const nearest = defineKernel({
  label: "augment/warp-labels",
  code: labelsWgsl,
  bindings: { p: "uniform", warped: "write", labels: "read" },
});

/** An image to warp: 32-bit floats in a buffer for the exact filter, in a texture for the fast one. */
export interface WarpSource {
  /** HU, x fastest. */
  readonly values: GpuArray | GpuTexture;
  /** Voxels along x, y, z. */
  readonly dims: Vec3;
}

/**
 * Records the fused augmentation of an image.
 *
 * @param gpu Where the image is.
 * @param image The image; a texture is sampled by the hardware's filter.
 * @param transform What to do.
 * @returns 32-bit floats of `transform.shape`, x fastest.
 * @throws {RangeError} If the transform is not sound, or a texture cannot be filtered on this adapter.
 */
export function warpImage(gpu: Gpu, image: WarpSource, transform: Transform): GpuArray {
  checkTransform(transform);
  const { shape, noise, window } = transform;
  const voxels = voxelCount(shape);
  const key = keyWords(noise?.key ?? { seed: 0, stream: 0 });
  const p = uniforms(
    { f32: transform.matrix },
    { i32: image.dims },
    { f32: [window ? OUTSIDE_WINDOWED : OUTSIDE_HU] },
    { u32: [...shape, voxels, key.seedLow, key.seedHigh, key.streamLow, key.streamHigh] },
    { f32: window ? [window.low, 1 / (window.high - window.low)] : [0, 1] },
    { u32: [Number(window !== undefined)] },
    { f32: [noise?.sigma ?? 0] },
  );
  const warped = gpu.allocate(voxels * 4, "warped image");
  const groups = gpu.workgroups(Math.ceil(voxels / 4), 64);
  const { values } = image;
  if ("view" in values) {
    const linear = linearSampler(gpu);
    gpu.dispatch(fast, { p, warped, image: values.view, linear }, groups);
  } else {
    gpu.dispatch(exact, { p, warped, image: values }, groups);
  }
  return warped;
}

/**
 * Records the affine sampling of a label map.
 *
 * @param gpu Where the labels are.
 * @param labels One byte a voxel, x fastest, and their dims.
 * @param transform The map; noise and window do not touch labels.
 * @returns One byte a voxel of `transform.shape`, {@linkcode OUTSIDE_LABEL} outside.
 * @throws {RangeError} If the transform is not sound.
 */
export function warpLabels(
  gpu: Gpu,
  labels: { readonly values: GpuArray; readonly dims: Vec3 },
  transform: Transform,
): GpuArray {
  checkTransform(transform);
  const voxels = voxelCount(transform.shape);
  const warped = gpu.allocate(voxels, "warped labels");
  gpu.dispatch(nearest, {
    p: uniforms(
      { f32: transform.matrix },
      { i32: labels.dims },
      { u32: [OUTSIDE_LABEL, ...transform.shape, voxels] },
    ),
    warped,
    labels: labels.values,
  }, gpu.workgroups(Math.ceil(voxels / 4), 64));
  return warped;
}

const samplers = new WeakMap<GPUDevice, GPUSampler>();

function linearSampler({ device, info }: Gpu): GPUSampler {
  if (!device.features.has("float32-filterable")) {
    throw new RangeError(
      `Cannot use the fast filter: ${info.description} does not filter 32-bit floats; use the exact one`,
    );
  }
  const known = samplers.get(device);
  if (known) return known;
  const sampler = device.createSampler({ magFilter: "linear", minFilter: "linear" });
  samplers.set(device, sampler);
  return sampler;
}
