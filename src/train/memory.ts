import { type Adapter, segmentationMemory } from "../infer/mod.ts";
import { checkMemory, type NetworkMemory, trainingMemory } from "../nn/mod.ts";
import { voxelCount } from "../volume/mod.ts";
import type { TrainingData } from "./cases.ts";
import type { TrainConfig } from "./config.ts";
import { optimizerOf } from "./optimizer.ts";
import { RECENT_STATES } from "./recent_states.ts";

/** GPU memory that a training is going to take, bytes. */
export interface TrainMemory {
  /** Of a step: parameters, gradients, optimizer, copies of all three but the gradients, activations. */
  readonly step: NetworkMemory;
  /** Of the cases to train on, which stay on the GPU. */
  readonly cases: number;
  /** Of the segmentation of the largest case to validate on; 0 without any. */
  readonly validation: number;
  /** The most at once: the cases, and a step or a validation beside what training keeps. */
  readonly peak: number;
}

/** Bytes of a voxel on the GPU: its HU as a float, its label. */
const VOXEL_BYTES = 5;

/**
 * What a training is going to take of GPU memory.
 *
 * @param gpu Where it would run: the tiles of a validation depend on it, and what convolutions take.
 * @param config The config.
 * @param options Cases, whether they are validated on, and whether activations are computed again in the backward pass.
 * @returns Bytes.
 */
export function estimateMemory(
  gpu: Adapter,
  config: TrainConfig,
  { data, validate, recompute }: {
    readonly data: TrainingData;
    readonly validate: boolean;
    readonly recompute: boolean;
  },
): TrainMemory {
  const { network, batch, crop, optimizer, averageDecay } = config;
  const [nx, ny, nz] = crop;
  const kept = optimizerOf(optimizer).slots.length + (averageDecay === undefined ? 0 : 1);
  const step = trainingMemory(network, [batch, nz, ny, nx, network.inputChannels], {
    recompute,
    slots: kept + RECENT_STATES * (1 + kept),
    software: gpu.info.software,
  });
  const voxels = data.train.reduce((sum, { volume }) => sum + voxelCount(volume.dims), 0);
  const cases = VOXEL_BYTES * voxels;
  const model = { config: network, crop };
  const validation = Math.max(
    0,
    ...validate
      ? data.validation.map(({ volume: { dims } }) => segmentationMemory(gpu, { dims, model }))
      : [],
  );
  return {
    step,
    cases,
    validation,
    peak: cases + Math.max(step.peak, step.parameters + validation),
  };
}

/**
 * Refuses a training that does not fit, before anything runs.
 *
 * @param gpu Where it would run.
 * @param config The config.
 * @param memory From {@linkcode estimateMemory}.
 * @throws {GpuMemoryError} If an activation is larger than one binding of the adapter, or all is more than there is; the message says what
 * would help.
 */
export async function checkTrainMemory(
  gpu: Parameters<typeof checkMemory>[2],
  { batch, crop }: TrainConfig,
  { step: { largest }, peak }: TrainMemory,
): Promise<void> {
  const images = batch === 1 ? "" : `${batch} crops of `;
  await checkMemory(
    `a training step on ${images}${crop.join(" x ")} voxels`,
    { largest, peak },
    gpu,
  );
}
