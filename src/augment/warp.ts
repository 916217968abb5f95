import {
  type BindingKind,
  defineKernel,
  filled,
  type Gpu,
  type GpuArray,
  type GpuTexture,
  type Kernel,
  uniforms,
} from "../gpu/mod.ts";
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

/** What is left out of a kernel costs nothing: a branch on a uniform does, on adapters that run both of its sides. */
function imageKernels<const B extends Record<string, BindingKind>>(kernel: Kernel<B>) {
  const variants = [0, 1, 2, 3].map((bits) =>
    defineKernel({ ...kernel, constants: { noisy: bits & 1, windowed: bits >> 1 } })
  );
  return ({ noise, window }: Transform): Kernel<B> =>
    variants[Number((noise?.sigma ?? 0) > 0) + 2 * Number(window !== undefined)]!;
}

const exact = imageKernels({
  label: "augment/warp",
  code: philoxWgsl + exactWgsl + warpWgsl,
  bindings: { p: "uniform", warped: "write", image: "read" },
});

const fast = imageKernels({
  label: "augment/warp, fast filter",
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

/** Labels to warp. */
export interface LabelSource {
  /** One byte a voxel, x fastest. */
  readonly values: GpuArray;
  /** Voxels along x, y, z. */
  readonly dims: Vec3;
}

/** Where an image's voxels go: voxel (x, y, z) to element `start + dot(strides, [x, y, z])`. */
export interface ImageTarget {
  /** 32-bit floats. */
  readonly values: GpuArray;
  /** Element of voxel (0, 0, 0). */
  readonly start: number;
  /** Elements from a voxel to the next along x, y, z. */
  readonly strides: Vec3;
}

/** Where labels go: one after the other, x fastest, from byte `start`, a multiple of 4. */
export interface LabelTarget {
  /** One byte a voxel. */
  readonly values: GpuArray;
  /** Byte of voxel (0, 0, 0). */
  readonly start: number;
}

/**
 * Records the fused augmentation of an image.
 *
 * @param gpu Where the image is.
 * @param image The image; a texture is sampled by the hardware's filter.
 * @param transform What to do.
 * @returns 32-bit floats of `transform.shape`, x fastest.
 * @throws {RangeError} If the transform is not sound, or a texture cannot be filtered on this adapter.
 * @throws {TypeError} If the buffer holds fewer values than the dims say.
 */
export function warpImage(gpu: Gpu, image: WarpSource, transform: Transform): GpuArray {
  checkTransform(transform);
  const [nx, ny] = transform.shape;
  const values = gpu.allocate(voxelCount(transform.shape) * 4, "warped image");
  return filled(values, () => {
    warpImageInto(gpu, image, transform, { values, start: 0, strides: [1, nx, nx * ny] });
  });
}

/**
 * Records the fused augmentation of an image into a part of a given array, e.g. one channel of one sample of a padded batch.
 *
 * @param gpu Where the image is.
 * @param image The image; a texture is sampled by the hardware's filter.
 * @param transform What to do.
 * @param target Where the voxels go; nothing else of it is touched.
 * @param channel Which channel of the image this is: each has noise of its own.
 * @throws {RangeError} If the transform is not sound, the target too small, or a texture cannot be filtered on this adapter.
 * @throws {TypeError} If the buffer holds fewer values than the dims say.
 */
export function warpImageInto(
  gpu: Gpu,
  image: WarpSource,
  transform: Transform,
  target: ImageTarget,
  channel = 0,
): void {
  checkTransform(transform);
  const { shape, noise, window } = transform;
  const { start, strides } = target;
  const end = shape.reduce((sum, n, axis) => sum + (n - 1) * strides[axis]!, start);
  checkTarget(target.values, start, 4 * (end + 1));
  const voxels = voxelCount(shape);
  const key = keyWords(noise?.key ?? { seed: 0, stream: 0 });
  const p = uniforms(
    { f32: transform.matrix },
    { i32: image.dims },
    { f32: [window ? OUTSIDE_WINDOWED : OUTSIDE_HU] },
    { u32: [...shape, voxels, key.seedLow, key.seedHigh, key.streamLow, key.streamHigh] },
    { f32: window ? [window.low, 1 / (window.high - window.low)] : [0, 1] },
    { f32: [noise?.sigma ?? 0] },
    { u32: [channel, ...strides, start, ...slab(transform)] },
  );
  const groups = gpu.workgroups(Math.ceil(voxels / 4), 64);
  const { values } = image;
  if ("view" in values) {
    const linear = linearSampler(gpu);
    gpu.dispatch(fast(transform), { p, warped: target.values, image: values.view, linear }, groups);
  } else {
    checkSource("image", values.byteLength / 4, image.dims);
    gpu.dispatch(exact(transform), { p, warped: target.values, image: values }, groups);
  }
}

/**
 * Records the affine sampling of a label map.
 *
 * @param gpu Where the labels are.
 * @param labels One byte a voxel, x fastest, and their dims.
 * @param transform The map; noise and window do not touch labels.
 * @returns One byte a voxel of `transform.shape`, {@linkcode OUTSIDE_LABEL} outside.
 * @throws {RangeError} If the transform is not sound.
 * @throws {TypeError} If the buffer holds fewer labels than the dims say.
 */
export function warpLabels(gpu: Gpu, labels: LabelSource, transform: Transform): GpuArray {
  checkTransform(transform);
  const values = gpu.allocate(voxelCount(transform.shape), "warped labels");
  return filled(values, () => warpLabelsInto(gpu, labels, transform, { values, start: 0 }));
}

/**
 * Records the affine sampling of a label map into a part of a given array.
 *
 * @param gpu Where the labels are.
 * @param labels One byte a voxel, x fastest, and their dims.
 * @param transform The map.
 * @param target Where the labels go; up to three bytes after the last are overwritten.
 * @throws {RangeError} If the transform is not sound, or the target too small or not on a word.
 * @throws {TypeError} If the buffer holds fewer labels than the dims say.
 */
export function warpLabelsInto(
  gpu: Gpu,
  labels: LabelSource,
  transform: Transform,
  target: LabelTarget,
): void {
  checkTransform(transform);
  checkSource("labels", labels.values.byteLength, labels.dims);
  const voxels = voxelCount(transform.shape);
  checkTarget(target.values, target.start / 4, target.start + voxels);
  gpu.dispatch(nearest, {
    p: uniforms(
      { f32: transform.matrix },
      { i32: labels.dims },
      { u32: [OUTSIDE_LABEL, ...transform.shape, voxels, target.start / 4, ...slab(transform)] },
    ),
    warped: target.values,
    labels: labels.values,
  }, gpu.workgroups(Math.ceil(voxels / 4), 64));
}

/** First occluded slice and how many. */
function slab({ occlusion }: Transform): [number, number] {
  if (!occlusion) return [0, 0];
  return [occlusion.first, Math.max(0, occlusion.last - occlusion.first + 1)];
}

function checkTarget({ label, byteLength }: GpuArray, start: number, bytes: number): void {
  if (Number.isInteger(start) && start >= 0 && bytes <= byteLength) return;
  throw new RangeError(
    `Cannot warp into GPU array "${label}" from ${start}: it has ${byteLength} bytes, ${bytes} are needed`,
  );
}

function checkSource(what: string, values: number, dims: Vec3): void {
  if (values < voxelCount(dims)) {
    throw new TypeError(
      `Cannot warp the ${what} of ${dims.join(" x ")} voxels: there are ${values} values`,
    );
  }
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
