import type { Gpu } from "../gpu/mod.ts";
import { initialParameters, initialStatistics } from "../nn/mod.ts";
import type { Vec3 } from "../volume/mod.ts";
import { BatchFolder } from "./batch_files.ts";
import { type Batch, Batches } from "./batches.ts";
import { checkCases, dataHash, type TrainingData } from "./cases.ts";
import { findCheckpoint, type FoundCheckpoint, newestStep } from "./checkpoint.ts";
import { checkTrainConfig, type TrainConfig } from "./config.ts";
import { checkTrainMemory, estimateMemory } from "./memory.ts";
import { Run } from "./run.ts";
import {
  checkSameConfig,
  readState,
  type RunHistory,
  type RunIdentity,
  type RunState,
  unpackState,
  type Validation,
} from "./run_state.ts";
import { rateAt } from "./schedule.ts";
import { createTrainingStep } from "./training_step.ts";

/** Options of {@linkcode train}. */
export interface TrainOptions {
  /** What the weights depend on, but for the data. */
  readonly config: TrainConfig;
  /** The cases. */
  readonly data: TrainingData;
  /** Name of each class, in order. */
  readonly labels: readonly string[];
  /** mm between the cases' voxels. */
  readonly spacing: Vec3;
  /** Steps in all, those before a stop included. */
  readonly steps: number;
  /** Absolute path of the run's folder: gets the checkpoints and `model.safetensors`. */
  readonly folder: string;
  /** Steps between two validations, one behind the last step; 0, or no validation cases, for none. */
  readonly validateEvery: number;
  /** Steps between two checkpoints, one behind the last step. */
  readonly checkpointEvery: number;
  /** Ends the training after so many validations without a better Dice; never if absent. */
  readonly patience?: number | undefined;
  /** Goes on from the folder's last checkpoint. */
  readonly resume?: boolean | undefined;
  /** Recomputes activations in the backward pass: less memory, more time. */
  readonly recompute?: boolean | undefined;
  /** A folder to write every batch to, for another program to train on. */
  readonly exportBatches?: string | undefined;
  /** Goes into the model's header. */
  readonly provenance: Readonly<Record<string, string>>;
  /** Ends the training after the step that runs, with a checkpoint. */
  readonly signal?: AbortSignal | undefined;
  /** Called when the loss of a step is known. */
  readonly onStep?: ((progress: StepProgress) => void) | undefined;
  /** Called before a validation begins. */
  readonly onValidating?: ((step: number) => void) | undefined;
  /** Called when a validation is done. */
  readonly onValidation?: ((validation: Validation) => void) | undefined;
  /** Called with a line that the person should see. */
  readonly onNote?: ((line: string) => void) | undefined;
}

/** How far a training is. */
export interface StepProgress extends Pick<RunHistory, "losses"> {
  /** Steps done. */
  readonly step: number;
  /** Steps in all. */
  readonly steps: number;
  /** Seconds that the rest will take, judged by this session; absent after its first step, which compiles. */
  readonly secondsLeft?: number;
}

/** What a training has come to. */
export interface TrainOutcome extends RunHistory {
  /** Steps done. */
  readonly step: number;
  /** Steps done before this session. */
  readonly resumedFrom: number;
  /** Why it ended. */
  readonly ended: "steps" | "patience";
  /** The validation that the model is of; absent without validation: the model is that of the last step. */
  readonly best?: Validation;
  /** The model's file. */
  readonly modelPath: string;
  /** Of this session's steps, validations included. */
  readonly seconds: number;
}

/**
 * Trains a network. All randomness is keyed by the seed and the step, so the same config, data, machine and versions give the same weights
 * bit for bit, in one go or stopped and resumed.
 *
 * @param gpu Where to train; cases stay there all the time.
 * @param options Config, data, folder.
 * @returns Losses, validations, and where the model is: the one of the best validation, else the last.
 * @throws {RangeError} If config or cases are not sound.
 * @throws {GpuMemoryError} If the training does not fit the adapter.
 * @throws {Error} If there is nothing to resume, config or data changed, the folder holds a run that is not to be resumed, or a loss or a
 * number of the state is not finite: the message names the step, and the checkpoint of the last state before it that gave a finite loss.
 */
export async function train(gpu: Gpu, options: TrainOptions): Promise<TrainOutcome> {
  const { config, data, steps, folder, validateEvery, checkpointEvery, signal } = options;
  const { recompute = false } = options;
  checkTrainConfig(config);
  checkCases(data, config.network.classes);
  if (options.exportBatches !== undefined && config.warmStart) {
    throw new RangeError(
      "Cannot export the batches of a training with a warm start: they hold one loss",
    );
  }
  const memory = estimateMemory(gpu, config, { data, validate: validateEvery > 0, recompute });
  await checkTrainMemory(gpu, config, memory);
  const identity = { config, dataHash: dataHash(data), adapter: gpu.info.description };
  const before = await begin(folder, identity, options);
  await Deno.mkdir(folder, { recursive: true });
  using batches = new Batches(gpu, config, data.train);
  using training = createTrainingStep(gpu, {
    config: config.network,
    state: before.state,
    loss: config.loss,
    optimizer: config.optimizer,
    l2: config.l2,
    recompute,
    step: before.step,
    ...config.averageDecay !== undefined && { averageDecay: config.averageDecay },
  });
  using run = new Run(gpu, { training, before, identity, options });
  const exported = options.exportBatches === undefined
    ? undefined
    : await BatchFolder.create(options.exportBatches, {
      config: config.network,
      loss: config.loss,
      optimizer: config.optimizer,
      l2: config.l2,
      state: await readState(gpu, training.state),
    });
  const started = performance.now();
  try {
    for (;;) {
      const step = training.step;
      const ended = step >= steps;
      if (validateEvery > 0 && step > 0 && (ended || step % validateEvery === 0)) {
        await run.validate();
      }
      const enough = ended || run.outOfPatience;
      if (step > 0 && (enough || step % checkpointEvery === 0)) await run.save();
      if (enough) break;
      signal?.throwIfAborted();
      const learningRate = rateAt(config.schedule, step);
      using batch = batches.make(step);
      await exported?.add({ step: step + 1, learningRate, ...await readBatch(gpu, batch) });
      await run.step(batch, learningRate);
    }
  } catch (error) {
    // Only between steps or tiles: what is on the GPU is the state after a whole step.
    if (signal?.aborted && error === signal.reason) {
      await run.save();
      options.onNote?.(
        training.step > 0
          ? `Stopped after step ${training.step} with a checkpoint in ${folder}; --resume goes on`
          : "Stopped before the first step: there is nothing to resume",
      );
    }
    throw error;
  } finally {
    await exported?.finish();
  }
  await run.finish();
  return {
    ...run.history,
    step: training.step,
    resumedFrom: before.step,
    ended: training.step < steps ? "patience" : "steps",
    ...run.best && { best: run.best },
    modelPath: run.modelPath,
    seconds: (performance.now() - started) / 1000,
  };
}

/**
 * Refuses a folder that a training cannot begin in, or go on from, before its cases are read.
 *
 * @param folder The run's folder.
 * @param options Whether to go on, and the config with which.
 * @returns The checkpoint to go on from; undefined to begin.
 * @throws {Error} If there is no whole checkpoint to go on from, or one of another config, or one that would be lost.
 */
export async function checkRunFolder(
  folder: string,
  { resume, config }: { readonly resume: boolean; readonly config: TrainConfig },
): Promise<FoundCheckpoint | undefined> {
  if (!resume) {
    const step = await newestStep(folder);
    if (step === undefined) return undefined;
    throw new Error(
      `Cannot begin a training in "${folder}": it holds one of ${step} steps; go on with --resume, or name another folder`,
    );
  }
  const found = await findCheckpoint(folder);
  if (!found) {
    throw new Error(
      `Cannot resume: there is no checkpoint in "${folder}"; leave --resume out to begin`,
    );
  }
  checkSameConfig(found.checkpoint, config);
  return found;
}

/** The state to begin with: new, or of the last checkpoint. */
async function begin(
  folder: string,
  identity: RunIdentity,
  { resume = false, onNote }: Pick<TrainOptions, "resume" | "onNote">,
): Promise<RunState> {
  const { config } = identity;
  const found = await checkRunFolder(folder, { resume, config });
  if (!found) {
    const { network, seed } = config;
    return {
      step: 0,
      state: new Map([...initialParameters(network, seed), ...initialStatistics(network)]),
      losses: [],
      validations: [],
    };
  }
  for (const line of found.passedOver) onNote?.(`${line}; the one before is used`);
  const { run, warning } = unpackState(found.checkpoint, identity);
  if (warning !== undefined) onNote?.(warning);
  onNote?.(`Going on after step ${run.step}`);
  return run;
}

async function readBatch(gpu: Gpu, { images, labels }: Batch) {
  return {
    shape: images.shape,
    images: await gpu.read(images.array, Float32Array),
    labels: await gpu.read(labels, Uint8Array),
  };
}
