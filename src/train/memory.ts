import type { Gpu } from "../gpu/mod.ts";
import { checkMemory, type NetworkMemory, trainingMemory } from "../nn/mod.ts";
import { voxelCount } from "../volume/mod.ts";
import type { TrainingCase } from "./cases.ts";
import type { TrainConfig } from "./config.ts";
import { optimizerOf } from "./optimizer.ts";

/** GPU memory that a training is going to take, bytes. */
export interface TrainMemory {
  /** Of a step: parameters, gradients, optimizer, activations. */
  readonly step: NetworkMemory;
  /** Of the cases, which stay on the GPU. */
  readonly cases: number;
  /** All of it. */
  readonly peak: number;
}

/** Bytes of a voxel on the GPU: its HU as a float, its label. */
const VOXEL_BYTES = 5;

/**
 * What a training is going to take of GPU memory.
 *
 * @param config The config.
 * @param cases What to train on.
 * @param options Whether activations are computed again in the backward pass.
 * @returns Bytes.
 */
export function estimateMemory(
  config: TrainConfig,
  cases: readonly TrainingCase[],
  { recompute }: { readonly recompute: boolean },
): TrainMemory {
  const { network, batch, crop: [nx, ny, nz], optimizer, averageDecay } = config;
  const slots = optimizerOf(optimizer).slots.length + (averageDecay === undefined ? 0 : 1);
  const step = trainingMemory(network, [batch, nz, ny, nx, network.inputChannels], {
    recompute,
    slots,
  });
  const resident = cases.reduce((sum, { volume }) => sum + voxelCount(volume.dims), 0);
  const bytes = VOXEL_BYTES * resident;
  return { step, cases: bytes, peak: step.peak + bytes };
}

/**
 * Refuses a training that does not fit, before anything runs.
 *
 * @param gpu Where it would run.
 * @param config The config.
 * @param memory From {@linkcode estimateMemory}.
 * @throws {GpuMemoryError} If an activation is larger than one binding of the adapter; the message says what would help.
 */
export function checkTrainMemory(
  gpu: Pick<Gpu, "largestArray">,
  { batch, crop }: TrainConfig,
  { step }: TrainMemory,
): void {
  const images = batch === 1 ? "" : `${batch} crops of `;
  checkMemory(`a training step on ${images}${crop.join(" x ")} voxels`, step, { gpu });
}
