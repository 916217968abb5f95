import { formatBytes, GpuMemoryError, memoryRoom, pooledBytes } from "../../gpu/mod.ts";
import { elementCount, type TensorShape } from "../tensor.ts";
import { InferenceOps, Ledger, TrainingOps } from "./_memory_ops.ts";
import { checkInputShape, runUNet } from "./network.ts";
import type { UNetConfig } from "./config.ts";
import { parametersOf } from "./parameters.ts";

/** GPU memory that a network takes, bytes, as the pool rounds them up. */
export interface NetworkMemory {
  /** Parameters, and in training their gradients and what else is kept for each. */
  readonly parameters: number;
  /** All that is there at once at most, parameters and images included. */
  readonly peak: number;
  /** The largest single array. */
  readonly largest: number;
}

/** What {@linkcode trainingMemory} takes. */
export interface TrainingMemoryOptions {
  /** Whether it runs on a software adapter, whose convolutions take memory of their own; not by default. */
  readonly software?: boolean | undefined;
  /** As in training: convolutions run again in the backward pass instead of keeping their outputs. */
  readonly recompute: boolean;
  /** Arrays of its size that are kept for each parameter beside itself and its gradient: 2 by Adam, one for averages, any copies. */
  readonly slots: number;
}

/**
 * The memory of a training step, found by running the network on mere shapes as the tape of src/train runs it. The sums inside of kernels,
 * which are small beside activations, are left out; those of convolutions on software adapters are not.
 *
 * @param config The network.
 * @param shape Axes of a batch.
 * @param options How it is trained.
 * @returns Bytes.
 * @throws {TypeError} If the images have not the network's channels.
 * @throws {RangeError} If an axis is not a multiple of what the network needs.
 */
export function trainingMemory(
  config: UNetConfig,
  shape: TensorShape,
  { recompute, slots, software = false }: TrainingMemoryOptions,
): NetworkMemory {
  checkInputShape(config, shape);
  const ledger = new Ledger(software);
  const ops = new TrainingOps(ledger, recompute);
  const image = ops.take(shape);
  const logits = runUNet(config, ops, image);
  ops.backward(logits);
  return summary(config, ledger, 2 + slots);
}

/**
 * The memory of an inference, found in the same way.
 *
 * @param config The network.
 * @param shape Axes of what is inferred at once.
 * @param options Whether it runs on a software adapter, as in {@linkcode TrainingMemoryOptions}.
 * @returns Bytes.
 * @throws {TypeError} If the image has not the network's channels.
 * @throws {RangeError} If an axis is not a multiple of what the network needs.
 */
export function inferenceMemory(
  config: UNetConfig,
  shape: TensorShape,
  { software = false }: Pick<TrainingMemoryOptions, "software"> = {},
): NetworkMemory {
  checkInputShape(config, shape);
  const ledger = new Ledger(software);
  const ops = new InferenceOps(ledger);
  runUNet(config, ops, [ledger.take(shape)]);
  return summary(config, ledger, 1);
}

/**
 * Refuses what would not fit, before anything runs.
 *
 * @param what What is about to run, for the message, e.g. `a step on 120 x 120 x 160 voxels`.
 * @param memory What it takes.
 * @param gpu Where it would run.
 * @throws {GpuMemoryError} If an array is larger than one binding of the adapter, or all together more than is free; the message says what
 * would help.
 */
export async function checkMemory(
  what: string,
  { peak, largest }: Pick<NetworkMemory, "peak" | "largest">,
  gpu: Parameters<typeof memoryRoom>[0],
): Promise<void> {
  if (largest > gpu.largestArray) {
    throw new GpuMemoryError(
      `Cannot run ${what}: an activation takes ${formatBytes(largest)}, the adapter offers ` +
        `${
          formatBytes(gpu.largestArray)
        } in one binding; use a smaller crop or a network of fewer channels`,
    );
  }
  const { fits, offered } = await memoryRoom(gpu, peak);
  if (fits) return;
  throw new GpuMemoryError(
    `Cannot run ${what}: it takes ${formatBytes(peak)} of GPU memory, ` +
      `${
        offered === undefined ? "more than the adapter has" : `${formatBytes(offered)} are`
      } free; ` +
      "use a smaller batch or crop, or recompute activations",
  );
}

function summary(config: UNetConfig, { peak, largest }: Ledger, copies: number): NetworkMemory {
  const parameters = copies *
    parametersOf(config).reduce((sum, { shape }) => sum + pooledBytes(4 * elementCount(shape)), 0);
  return { parameters, peak: peak + parameters, largest };
}
