import { join } from "@std/path";
import { OUTSIDE_HU, OUTSIDE_LABEL } from "../augment/mod.ts";
import { readLabels } from "../data/mod.ts";
import type { Gpu } from "../gpu/mod.ts";
import { CLASS_NAMES } from "../labels/mod.ts";
import { writeTextWhole } from "../report/mod.ts";
import {
  newestStep,
  type StepProgress,
  train,
  type TrainingCase,
  type Validation,
} from "../train/mod.ts";
import { createVolume, readNifti, type Vec3 } from "../volume/mod.ts";
import { trainConfig, type Trainee, traineeName } from "./_arms.ts";
import type { CaseFiles } from "./_cases.ts";
import { toJson } from "./_files.ts";
import { filledUp } from "./_filled_up.ts";
import type { Stage } from "./_stage.ts";
import type { TrainingSettings } from "./profiles.ts";

/** A trainee's files. */
export interface TraineeFiles {
  readonly model: string;
  readonly curve: string;
}

/** How a training went. */
export interface TrainCurve {
  readonly arm: string;
  readonly seed: number;
  /** Of each step. */
  readonly losses: readonly number[];
  readonly validations: readonly Validation[];
  /** Steps after which the model was taken. */
  readonly chosen: number;
}

/** What a training's record keeps: it differs from run to run. */
export interface TrainDetail {
  /** Of all sessions. */
  readonly seconds: number;
  readonly peakGpuBytes: number;
}

/** Where a trainee's files go. */
export function traineeFiles(folder: string, trainee: Trainee): TraineeFiles {
  const own = join(folder, "train", traineeName(trainee));
  return { model: join(own, "model.safetensors"), curve: join(own, "curve.json") };
}

/** What {@linkcode trainStage} takes. */
export interface TrainStageOptions {
  readonly gpu: Gpu;
  readonly folder: string;
  readonly trainee: Trainee;
  readonly settings: TrainingSettings;
  /** On the network's grid, with the trainee's labels. */
  readonly train: readonly CaseFiles[];
  /** On the network's grid, with true labels where there are any. */
  readonly validation: readonly CaseFiles[];
  readonly signal: AbortSignal | undefined;
  readonly onStep: (progress: StepProgress) => void;
}

/** Trains a network; a training that was stopped goes on from its last checkpoint. */
export function trainStage(options: TrainStageOptions): Stage {
  const { gpu, folder, trainee, settings, signal, onStep } = options;
  const { arm, seed } = trainee;
  const config = trainConfig(trainee, settings);
  const files = traineeFiles(folder, trainee);
  const { steps, spacing, validateEvery, checkpointEvery } = settings;
  const uses = [["train", options.train], ["validation", options.validation]] as const;
  return {
    name: `train/${traineeName(trainee)}`,
    code: [
      "src/train",
      "src/nn",
      "src/infer",
      "src/augment",
      "src/gpu",
      "src/random",
      "src/volume",
    ],
    options: { config, steps, spacing, validateEvery, adapter: gpu.info.description },
    inputs: Object.fromEntries(
      uses.flatMap(([use, cases]) =>
        cases.flatMap(({ number, volume, labels }) => [
          [`${use} volume ${number}`, volume],
          [`${use} labels ${number}`, labels],
        ])
      ),
    ),
    outputs: { model: files.model, curve: files.curve },
    async run(key): Promise<TrainDetail> {
      const own = join(folder, "train", traineeName(trainee));
      const resume = await readyFolder(own, key);
      const data = {
        train: await load(options.train, settings.crop, signal),
        validation: await load(options.validation, settings.crop, signal),
      };
      const { losses, validations, best, step, seconds } = await train(gpu, {
        config,
        data,
        labels: CLASS_NAMES,
        spacing: [spacing, spacing, spacing],
        steps,
        folder: own,
        validateEvery,
        checkpointEvery,
        resume,
        provenance: { arm: arm.name, adapter: gpu.info.description },
        signal,
        onStep,
      });
      const curve: TrainCurve = {
        arm: arm.name,
        seed,
        losses,
        validations,
        chosen: best?.step ?? step,
      };
      await writeTextWhole(files.curve, toJson(curve));
      return { seconds, peakGpuBytes: gpu.memory.peak };
    },
  };
}

/**
 * Readies a training's folder: what was begun with other inputs, options or code is removed.
 *
 * @returns Whether there is a checkpoint to go on from.
 */
async function readyFolder(folder: string, key: string): Promise<boolean> {
  const path = join(folder, "begun.json");
  const before = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  const begun = toJson({ key });
  if (before !== begun) {
    await Deno.remove(folder, { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
    await Deno.mkdir(folder, { recursive: true });
    await writeTextWhole(path, begun);
    return false;
  }
  return await newestStep(folder) !== undefined;
}

async function load(
  cases: readonly CaseFiles[],
  crop: Vec3,
  signal: AbortSignal | undefined,
): Promise<TrainingCase[]> {
  const own = { ...signal && { signal } };
  const loaded: TrainingCase[] = [];
  for (const { number, volume, labels } of cases) {
    const ct = await readNifti(volume, own);
    const { data } = await readLabels(labels, own);
    loaded.push({
      number,
      volume: filledUp(ct, crop, OUTSIDE_HU),
      labels: filledUp(createVolume(data, ct), crop, OUTSIDE_LABEL),
    });
  }
  return loaded;
}
