import { createHash } from "node:crypto";
import { type AugmentRanges, type PresetName, presets } from "../augment/mod.ts";
import {
  checkGpuLoss,
  type LossSpec,
  parseLoss,
  requiredMultiple,
  type UNetConfig,
} from "../nn/mod.ts";
import type { Vec3 } from "../volume/mod.ts";
import { checkSchedule, type Schedule } from "./schedule.ts";
import type { OptimizerSpec } from "./optimizer.ts";

/** All that a training's weights depend on, but for its data: plain JSON. Two runs with the same config and data are the same. */
export interface TrainConfig {
  /** The network. */
  readonly network: UNetConfig;
  /** What is made small. */
  readonly loss: LossSpec;
  /**
   * Another loss for the first steps. Organs of few voxels are found late under overlap losses, whose gradient on a class that is nowhere
   * predicted is next to nothing; a loss over voxels finds them first. Absent for none: the loss alone, as in the paper.
   */
  readonly warmStart?: { readonly loss: LossSpec; readonly steps: number };
  /** How. */
  readonly optimizer: OptimizerSpec;
  /** L2 regularisation of weights. */
  readonly l2: number;
  /** The learning rate. */
  readonly schedule: Schedule;
  /** Where crops are cut and how they are changed; its window is the model's. */
  readonly augmentation: AugmentRanges & {
    readonly window: NonNullable<AugmentRanges["window"]>;
  };
  /** Voxels of a sample along x, y, z; at most, where its place is the middle: then no more than its case fills. */
  readonly crop: Vec3;
  /**
   * Shows a part of some cases along z alone, as CTs of other fields of view do. Only where the place of samples is the middle. Absent for
   * none.
   */
  readonly fieldOfView?: FieldOfView;
  /** Samples of a step. */
  readonly batch: number;
  /** Of initial weights, order of cases, augmentation and noise. */
  readonly seed: number;
  /** Decay of the moving average of the parameters; absent for none. */
  readonly averageDecay?: number;
}

/** How often, and how little, a sample shows of its case along z. */
export interface FieldOfView {
  /** Share of the samples that show a part alone. */
  readonly share: number;
  /** Voxels along z that are shown at least; up to all, every number is equally likely. */
  readonly least: number;
}

/** The ending of an arm's name that stands for augmentation. */
const AUGMENTED = "+aug";

/** One way to train, by its name. */
export interface Arm {
  readonly loss: LossSpec;
  readonly augmentation: boolean;
}

/**
 * Reads an arm's name: a loss, and `+aug` if samples are augmented.
 *
 * @param name E.g. `iou+aug`, `balanced-cross-entropy`.
 * @returns Loss and augmentation.
 * @throws {SyntaxError} If there is no such loss; the message names those there are.
 * @throws {RangeError} If a number of the loss is out of range.
 */
export function parseArm(name: string): Arm {
  const augmentation = name.endsWith(AUGMENTED);
  return {
    loss: parseLoss(augmentation ? name.slice(0, -AUGMENTED.length) : name),
    augmentation,
  };
}

/**
 * The augmentation of an arm: one of the author's settings, or the crop and the window alone.
 *
 * @param arm The arm.
 * @param preset Which setting, where the arm has augmentation.
 * @returns What `sampleTransform` draws from; crops are centred on a random voxel with a label.
 */
export function augmentationOf(
  { augmentation }: Arm,
  preset: PresetName,
): TrainConfig["augmentation"] {
  const { low, high } = presets[preset].window!;
  const crop = "nonzero" as const;
  return augmentation
    ? { ...presets[preset], window: presets[preset].window!, crop }
    : { window: { low, high }, crop };
}

/**
 * Refuses a config that cannot be trained by.
 *
 * @param config The config.
 * @throws {RangeError} If a number is out of range, or the GPU does not take the loss; the message says which.
 */
export function checkTrainConfig(config: TrainConfig): void {
  const { network, crop, batch, seed, l2, averageDecay = 0 } = config;
  checkSchedule(config.schedule);
  checkGpuLoss(config.loss);
  if (config.warmStart) {
    const { loss, steps } = config.warmStart;
    checkGpuLoss(loss);
    if (!(Number.isInteger(steps) && steps >= 1)) {
      throw new RangeError(`Cannot warm a training up for ${steps} steps: at least 1 is needed`);
    }
  }
  const { fieldOfView } = config;
  if (fieldOfView) checkFieldOfView(fieldOfView, config.augmentation.crop);
  const multiple = requiredMultiple(network);
  if (!crop.every((n) => n > 0 && Number.isInteger(n / multiple))) {
    throw new RangeError(
      `Cannot train on crops of ${
        crop.join(" x ")
      } voxels: the network needs multiples of ${multiple}`,
    );
  }
  if (!(Number.isInteger(batch) && batch >= 1)) {
    throw new RangeError(`Cannot train on batches of ${batch}: at least 1 is needed`);
  }
  if (!(Number.isSafeInteger(seed) && seed >= 0)) {
    throw new RangeError(`Cannot train with seed ${seed}: it must be from 0 to 2^53 - 1`);
  }
  if (!(l2 >= 0 && l2 < Infinity)) {
    throw new RangeError(`Cannot train with an L2 of ${l2}: it must not be negative`);
  }
  if (!(averageDecay >= 0 && averageDecay < 1)) {
    throw new RangeError(
      `Cannot average weights with a decay of ${averageDecay}: it must be from 0 to below 1`,
    );
  }
}

function checkFieldOfView({ share, least }: FieldOfView, place = "none"): void {
  if (!(share >= 0 && share <= 1 && Number.isInteger(least) && least >= 1)) {
    throw new RangeError(
      `Cannot vary the field of view: a share of ${share} must be from 0 to 1, and ${least} a whole number above 0`,
    );
  }
  if (place !== "none") {
    throw new RangeError(
      `Cannot vary the field of view of samples whose place is "${place}": it must be "none", the middle`,
    );
  }
}

/**
 * The loss of a step.
 *
 * @param config The config.
 * @param step Which step, from 0.
 * @returns The warm start's, or the config's own.
 */
export function lossAt({ loss, warmStart }: TrainConfig, step: number): LossSpec {
  return warmStart && step < warmStart.steps ? warmStart.loss : loss;
}

/**
 * Names what differs between two configs.
 *
 * @param a One.
 * @param b The other.
 * @returns The names of entries with another value, e.g. `loss`; none if they are the same.
 */
export function differences(a: TrainConfig, b: TrainConfig): string[] {
  const entries = (config: TrainConfig) => config as unknown as Record<string, unknown>;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].filter((name) => canonical(entries(a)[name]) !== canonical(entries(b)[name]));
}

/**
 * What names a config: equal configs have equal hashes, whatever the order of their entries.
 *
 * @param config The config.
 * @returns SHA-256 in hexadecimal digits.
 */
export function configHash(config: TrainConfig): string {
  return createHash("sha256").update(canonical(config)).digest("hex");
}

/** JSON with the keys of every object sorted. */
function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_, inner) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1))
        : inner,
  ) ?? "";
}
