import { augment } from "../augment/mod.ts";
import { phantom } from "../data/mod.ts";
import type { Gpu } from "../gpu/mod.ts";
import { initialParameters, initialStatistics } from "../nn/mod.ts";
import {
  Batches,
  BatchFolder,
  type ExportedTraining,
  rateAt,
  type TrainConfig,
  type TrainingCase,
} from "../train/mod.ts";
import { CASE_DIMS, CASE_SPACING, TRAINING_CASES } from "./plan.ts";

/** Phantoms by their numbers: the first are for training. */
export async function phantomCases(
  gpu: Gpu,
  first: number,
  count: number,
): Promise<TrainingCase[]> {
  const cases: TrainingCase[] = [];
  for (let number = first; number < first + count; number++) {
    const { ct, labels } = await phantom(gpu, {
      seed: 1,
      index: number,
      dims: CASE_DIMS,
      spacing: CASE_SPACING,
    });
    cases.push({ number, volume: ct, labels });
  }
  return cases;
}

/** Options of {@linkcode writeBatches}. */
export interface WriteBatchesOptions {
  readonly training: TrainConfig;
  readonly steps: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the batches of a training as our augmentation makes them, and the state it begins with.
 *
 * @param gpu Where to augment.
 * @param folder A new folder.
 * @param options The training and its steps.
 */
export async function writeBatches(
  gpu: Gpu,
  folder: string,
  { training, steps, signal }: WriteBatchesOptions,
): Promise<void> {
  using batches = new Batches(gpu, training, await phantomCases(gpu, 0, TRAINING_CASES));
  const { network, seed } = training;
  const state = new Map([...initialParameters(network, seed), ...initialStatistics(network)]);
  const written = await begin(folder, training, state);
  for (let step = 0; step < steps; step++) {
    signal?.throwIfAborted();
    using batch = batches.make(step);
    await written.add({
      step: step + 1,
      learningRate: rateAt(training.schedule, step),
      shape: batch.images.shape,
      images: await gpu.read(batch.images.array, Float32Array),
      labels: await gpu.read(batch.labels, Uint8Array),
    });
  }
  await written.finish();
}

/** Options of {@linkcode writeCases}. */
export interface WriteCasesOptions {
  /** Network and window. */
  readonly training: TrainConfig;
  /** The folder's state. */
  readonly weights: ExportedTraining["state"];
  readonly cases: readonly TrainingCase[];
}

/**
 * Writes whole cases, one a batch, windowed as in training but not augmented.
 *
 * @param gpu Where to window them.
 * @param folder A new folder.
 * @param options Network, weights and cases.
 */
export async function writeCases(
  gpu: Gpu,
  folder: string,
  { training, weights, cases }: WriteCasesOptions,
): Promise<void> {
  const { low, high } = training.augmentation.window;
  const written = await begin(folder, training, weights);
  for (const [i, { volume, labels }] of cases.entries()) {
    const [nx, ny, nz] = volume.dims;
    const matrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
    const [image] = await augment(gpu, {
      volume,
      transforms: [{ shape: volume.dims, matrix, window: { low, high } }],
    });
    await written.add({
      step: i + 1,
      learningRate: 0,
      shape: [1, nz, ny, nx, 1],
      images: image!.image,
      labels: labels.data,
    });
  }
  await written.finish();
}

async function begin(
  folder: string,
  { network, loss, optimizer, l2 }: TrainConfig,
  state: ExportedTraining["state"],
): Promise<BatchFolder> {
  return await BatchFolder.create(folder, { config: network, loss, optimizer, l2, state });
}
