import type { Gpu, GpuArray } from "../../src/gpu/mod.ts";
import {
  elementCount,
  GpuTensor,
  initialParameters,
  initialStatistics,
  type LossSpec,
  presetConfig,
  type TensorShape,
  type UNetConfig,
} from "../../src/nn/mod.ts";
import { RandomStream } from "../../src/random/mod.ts";
import type { TrainingStepOptions } from "../../src/train/mod.ts";

/** `unet-small` without its coarsest level, for three classes. */
export const CONFIG: UNetConfig = {
  ...presetConfig("unet-small", { classes: 3 }),
  channels: [4, 8],
};

/** Soft IOU. */
export const IOU: LossSpec = { name: "iou", background: true };

/** A fresh training with Adam. */
export function fresh(
  options: Partial<TrainingStepOptions> = {},
  config: UNetConfig = CONFIG,
): TrainingStepOptions {
  const state = new Map([...initialParameters(config, 3), ...initialStatistics(config)]);
  return { config, state, loss: IOU, optimizer: { name: "adam" }, ...options };
}

/** Images and labels on the GPU. */
export interface Batch extends Disposable {
  readonly images: GpuTensor;
  readonly labels: GpuArray;
}

/** A batch as numbers. */
export interface HostBatch {
  readonly shape: TensorShape;
  readonly images: Float32Array<ArrayBuffer>;
  /** One byte a voxel, each image padded to whole words. */
  readonly labels: Uint8Array<ArrayBuffer>;
}

/**
 * Noise around slabs of labels that it tells apart, with some voxels that do not count.
 *
 * @param shape Axes of the images.
 * @param classes How many labels.
 * @param seed Which batch.
 * @returns The batch.
 */
export function hostBatch(shape: TensorShape, classes: number, seed: number): HostBatch {
  const random = new RandomStream({ seed, stream: 5 });
  const [batch, nz, ny, nx, channels] = shape;
  const voxels = nz * ny * nx;
  const padded = 4 * Math.ceil(voxels / 4);
  const images = new Float32Array(elementCount(shape));
  const labels = new Uint8Array(batch * padded);
  for (let b = 0; b < batch; b++) {
    const first = random.integer(classes);
    for (let v = 0; v < voxels; v++) {
      const label = (first + Math.floor(v / (nx * ny) * classes / nz)) % classes;
      labels[b * padded + v] = random.integer(20) === 0 ? 255 : label;
      for (let c = 0; c < channels; c++) {
        images[(b * voxels + v) * channels + c] = label / classes + random.normal(0, 0.2);
      }
    }
  }
  return { shape, images, labels };
}

/** The same on the GPU. */
export function upload(gpu: Gpu, { shape, images, labels }: HostBatch): Batch {
  const tensor = new GpuTensor(gpu.upload(images, "images"), shape);
  const bytes = gpu.upload(labels, "labels");
  return {
    images: tensor,
    labels: bytes,
    [Symbol.dispose]() {
      tensor[Symbol.dispose]();
      bytes[Symbol.dispose]();
    },
  };
}

/** A batch of random images and labels on the GPU. */
export function randomBatch(
  gpu: Gpu,
  shape: TensorShape,
  { seed = 1, classes = 3 }: { readonly seed?: number; readonly classes?: number } = {},
): Batch {
  return upload(gpu, hostBatch(shape, classes, seed));
}
