import type { Gpu } from "../gpu/mod.ts";
import { uploadNetwork } from "../infer/mod.ts";
import { argmaxChannels, elementCount, GpuTensor, type LossSpec, parametersOf } from "../nn/mod.ts";
import {
  createTrainingStep,
  type ExportedBatch,
  type ExportedTraining,
  type OptimizerSpec,
  readBatch,
  readBatchIndex,
  readBatchState,
  readState,
} from "../train/mod.ts";

/** A training of ours on a folder of batches. */
export interface OwnRequest {
  /** The folder. */
  readonly folder: string;
  /** In place of the folder's loss. */
  readonly loss?: LossSpec;
  /** In place of the folder's optimizer. */
  readonly optimizer?: OptimizerSpec;
  /** In place of the folder's L2. */
  readonly l2?: number;
  /** The first of its batches that counts; 0 if absent. */
  readonly first?: number;
  /** How many of its batches. */
  readonly steps: number;
  readonly signal?: AbortSignal | undefined;
}

/** What came of it. */
export interface OwnTraining {
  /** Loss before each step. */
  readonly losses: readonly number[];
  /** All that the training changes, afterwards. */
  readonly state: ExportedTraining["state"];
}

/**
 * Trains on a folder of batches with this project's own step.
 *
 * @param gpu Where.
 * @param request The training.
 * @returns Losses and state.
 */
export async function trainOurs(gpu: Gpu, request: OwnRequest): Promise<OwnTraining> {
  const { folder, first = 0, steps, signal, ...given } = request;
  const index = await readBatchIndex(folder);
  const { config, loss, optimizer, l2, batches } = { ...index, ...given };
  const before = await readBatchState(folder, index);
  using training = createTrainingStep(gpu, { config, loss, optimizer, l2, state: before });
  const losses: number[] = [];
  for (const entry of batches.slice(first, first + steps)) {
    signal?.throwIfAborted();
    const batch = await readBatch(folder, entry);
    using images = uploadImages(gpu, batch);
    using labels = gpu.upload(batch.labels, "labels of a batch");
    using loss = training.run(images, labels, batch.learningRate);
    losses.push((await gpu.read(loss, Float32Array))[0]!);
  }
  return { losses, state: await readState(gpu, training.state) };
}

/**
 * Takes the gradients of one of a folder's batches: after the first step the velocity of gradient descent is the gradient itself.
 *
 * @param gpu Where.
 * @param folder The folder.
 * @param loss The loss.
 * @param batch Which of its batches.
 * @returns Gradients by parameter, without L2.
 */
export async function gradientsOurs(
  gpu: Gpu,
  folder: string,
  loss: LossSpec,
  batch: number = 0,
): Promise<Map<string, Float32Array>> {
  const optimizer = { name: "sgd", momentum: 0.9 } as const;
  const { config } = await readBatchIndex(folder);
  const { state } = await trainOurs(gpu, {
    folder,
    loss,
    optimizer,
    l2: 0,
    first: batch,
    steps: 1,
  });
  return new Map(
    parametersOf(config).map(({ name }) => [name, state.get(`sgd.velocity/${name}`)!]),
  );
}

/**
 * Segments each batch of a folder whole, by running statistics.
 *
 * @param gpu Where.
 * @param folder The folder.
 * @param weights Parameters and running statistics by name.
 * @returns One byte a voxel, by batch; the batches have one image each.
 */
export async function segmentOurs(
  gpu: Gpu,
  folder: string,
  weights: ExportedTraining["state"],
): Promise<Uint8Array[]> {
  const { config, batches } = await readBatchIndex(folder);
  using network = uploadNetwork(gpu, { config, weights });
  const found: Uint8Array[] = [];
  for (const entry of batches) {
    using image = uploadImages(gpu, await readBatch(folder, entry));
    using logits = network.run(image);
    using labels = argmaxChannels(gpu, logits);
    const length = elementCount(entry.shape.slice(0, 4));
    found.push(await gpu.read(labels, Uint8Array, { length }));
  }
  return found;
}

function uploadImages(gpu: Gpu, { images, shape }: ExportedBatch): GpuTensor {
  return new GpuTensor(gpu.upload(images, "images of a batch"), shape);
}
