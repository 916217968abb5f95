import type { Gpu, GpuArray } from "../gpu/mod.ts";
import type { NamedTensor } from "../nn/mod.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { configHash, differences, type TrainConfig } from "./config.ts";

/** Dice of one validation. */
export interface Validation {
  /** Steps done. */
  readonly step: number;
  /** Mean over organs of {@linkcode Validation.organs}; absent if no case has any. */
  readonly dice?: number;
  /** Mean over the validation cases by label name; organs that no case has are absent. */
  readonly organs: Readonly<Record<string, number>>;
}

/** What a run has come to, beside the numbers that training changes. */
export interface RunHistory {
  /** Loss of each step. */
  readonly losses: readonly number[];
  /** In order. */
  readonly validations: readonly Validation[];
}

/** A run as a checkpoint keeps it. */
export interface RunState extends RunHistory {
  /** Steps done. */
  readonly step: number;
  /** All that training changes, by name. */
  readonly state: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
}

/** What a checkpoint must have been made with to be gone on from. */
export interface RunIdentity {
  readonly config: TrainConfig;
  /** Of the cases. */
  readonly dataHash: string;
  /** What computes. */
  readonly adapter: string;
}

const FORMAT = "ct-organ-webgpu/checkpoint@1";
const STATE = "state/";
const LOSSES = "losses";

/** A run as tensors and texts. */
export function packState(run: RunState, { config, dataHash, adapter }: RunIdentity): Checkpoint {
  const flat = (data: Float32Array<ArrayBuffer>): NamedTensor => ({ shape: [data.length], data });
  const tensors = new Map([...run.state].map(([name, data]) => [STATE + name, flat(data)]));
  tensors.set(LOSSES, flat(Float32Array.from(run.losses)));
  return {
    tensors,
    metadata: {
      format: FORMAT,
      step: `${run.step}`,
      // Every random number is a function of these two and the step.
      seed: `${config.seed}`,
      config: JSON.stringify(config),
      config_hash: configHash(config),
      data_hash: dataHash,
      adapter,
      validations: JSON.stringify(run.validations),
    },
  };
}

/**
 * Refuses a checkpoint of another config.
 *
 * @param checkpoint The checkpoint.
 * @param config What goes on.
 * @throws {Error} If it is no checkpoint of a training, or its config differs; the message says what.
 */
export function checkSameConfig({ metadata }: Checkpoint, config: TrainConfig): void {
  if (metadata["format"] !== FORMAT) {
    throw new Error(`Cannot resume: the checkpoint is not of format ${FORMAT}`);
  }
  if (metadata["config_hash"] !== configHash(config)) {
    const changed = differences(JSON.parse(metadata["config"]!), config);
    throw new Error(
      `Cannot resume: the config is not that of the checkpoint (${
        changed.join(", ")
      } changed); give the same options, or another folder`,
    );
  }
}

/**
 * A run from a checkpoint.
 *
 * @param checkpoint The checkpoint.
 * @param identity What goes on.
 * @returns The run, and a line for what may keep it from going on bit for bit.
 * @throws {Error} If config or data differ; the message says what.
 */
export function unpackState(
  checkpoint: Checkpoint,
  { config, dataHash, adapter }: RunIdentity,
): { run: RunState; warning?: string } {
  checkSameConfig(checkpoint, config);
  const { tensors, metadata } = checkpoint;
  if (metadata["data_hash"] !== dataHash) {
    throw new Error(
      "Cannot resume: the cases are not those of the checkpoint; give the same data, or another folder",
    );
  }
  const state = new Map(
    [...tensors].filter(([name]) => name.startsWith(STATE))
      .map(([name, { data }]) => [name.slice(STATE.length), data]),
  );
  const run = {
    step: Number(metadata["step"]),
    state,
    losses: [...tensors.get(LOSSES)!.data],
    validations: JSON.parse(metadata["validations"]!),
  };
  const before = metadata["adapter"];
  return before === adapter ? { run } : {
    run,
    warning:
      `The checkpoint was made on ${before}: on ${adapter} the weights will differ in the last digits`,
  };
}

/**
 * Reads arrays from the GPU, all at once: no kernel runs between two of them.
 *
 * @param gpu Where they are.
 * @param state The arrays by name, of 32-bit floats.
 * @returns Their elements by name.
 */
export async function readState(
  gpu: Gpu,
  state: ReadonlyMap<string, GpuArray>,
): Promise<Map<string, Float32Array<ArrayBuffer>>> {
  const staged = [...state].map(([name, array]) => [name, gpu.stage(array, Float32Array)] as const);
  const read = new Map<string, Float32Array<ArrayBuffer>>();
  for (const [name, values] of staged) {
    await values.ready();
    read.set(name, await values.take());
  }
  return read;
}
