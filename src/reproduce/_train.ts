import { join } from "@std/path";
import { OUTSIDE_HU, OUTSIDE_LABEL } from "../augment/mod.ts";
import { readLabels } from "../data/mod.ts";
import { ifThere } from "../files/mod.ts";
import type { Gpu } from "../gpu/mod.ts";
import { writeTextWhole } from "../report/mod.ts";
import {
  newestStep,
  sampleSize,
  type StepProgress,
  train,
  type TrainConfig,
  type TrainingCase,
  type Validation,
} from "../train/mod.ts";
import { antialias, createVolume, readNifti, type Vec3, type Volume } from "../volume/mod.ts";
import { CLASSES, gridFactor, trainConfig, type Trainee, traineeName } from "./_arms.ts";
import type { CaseFiles } from "./_cases.ts";
import { toJson } from "./_files.ts";
import { fitted } from "./_fitted.ts";
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
  /** At 3 mm, with the trainee's labels. */
  readonly train: readonly CaseFiles[];
  /** On the network's grid. */
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
        train: await load(
          options.train,
          (ct, labels) => toTrainOn(ct, labels, { settings, config }),
          signal,
        ),
        validation: await load(options.validation, (ct, labels) => [ct, labels], signal),
      };
      const { losses, validations, best, step, seconds } = await train(gpu, {
        config,
        data,
        labels: CLASSES,
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
  const before = await ifThere(Deno.readTextFile(path));
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

type Labels = Volume<Uint8Array<ArrayBuffer>>;

async function load(
  cases: readonly CaseFiles[],
  ready: (volume: Volume, labels: Labels) => [Volume, Labels],
  signal: AbortSignal | undefined,
): Promise<TrainingCase[]> {
  const own = { ...signal && { signal } };
  const loaded: TrainingCase[] = [];
  for (const { number, volume, labels } of cases) {
    const ct = await readNifti(volume, own);
    const { data } = await readLabels(labels, own);
    // CT-ORG's brain, which the networks have no class for, is background.
    const known = data.map((label) => label < CLASSES.length ? label : 0);
    const [image, truth] = ready(ct, createVolume(known, ct));
    loaded.push({ number, volume: image, labels: truth });
  }
  return loaded;
}

/**
 * Smoothed as on its way to the network's grid, and of so many voxels that a sample of the whole case begins where that grid does, see
 * `networkGrid`.
 */
export function toTrainOn(
  volume: Volume,
  labels: Labels,
  { settings, config }: { readonly settings: TrainingSettings; readonly config: TrainConfig },
): [Volume, Labels] {
  const factor = gridFactor(settings);
  const dims = sampleSize(config, volume.dims).map((n, axis) => {
    const all = volume.dims[axis]!;
    return n < Math.round(all / factor) ? all : n * factor;
  }) as unknown as Vec3;
  const image = factor === 1 ? volume : antialias(volume, settings.spacing);
  return [fitted(image, dims, OUTSIDE_HU), fitted(labels, dims, OUTSIDE_LABEL)];
}
