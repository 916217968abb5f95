import { PAPER_SPACING } from "../data/mod.ts";
import { SCORED_ORGANS } from "../metrics/mod.ts";
import { formatLoss, type LossSpec } from "../nn/mod.ts";
import { parseArm, scheduleOf, type TrainConfig } from "../train/mod.ts";
import type { TrainingSettings } from "./profiles.ts";

/** Names of the networks' classes in the order of CT-ORG's values, without the brain: the paper has none. */
export const CLASSES: readonly string[] = ["background", ...SCORED_ORGANS];

/** Where lungs and bone of the training cases come from: the truth, or the paper's rules. */
export type LabelSource = "true" | "unsupervised";

/** One way to train. */
export interface NamedArm {
  /** As {@linkcode parseArmName} reads it. */
  readonly name: string;
  readonly loss: LossSpec;
  readonly augmentation: boolean;
  /** True if the loss alone is used from the first step, without the profile's warm start. */
  readonly pure: boolean;
  readonly labels: LabelSource;
}

/** A network to be trained: an arm by a seed. */
export interface Trainee {
  readonly arm: NamedArm;
  readonly seed: number;
}

const PURE = "+pure";
/** Ends the name of an arm that trains on lungs and bone by the rules. */
export const UNSUPERVISED = "+unsupervised";

/**
 * Reads an arm's name: a loss, `+aug` if samples are augmented, `+pure` without warm start, `+unsupervised` for lungs and bone by the
 * paper's rules.
 *
 * @param name E.g. `iou+aug`, `dice+aug+pure`.
 * @returns The arm.
 * @throws {SyntaxError} If there is no such loss, or a suffix is unknown or in another order.
 */
export function parseArmName(name: string): NamedArm {
  let rest = name;
  const cut = (suffix: string) => {
    if (!rest.endsWith(suffix)) return false;
    rest = rest.slice(0, -suffix.length);
    return true;
  };
  const unsupervised = cut(UNSUPERVISED);
  const pure = cut(PURE);
  const { loss, augmentation } = parseArm(rest);
  return { name, loss, augmentation, pure, labels: unsupervised ? "unsupervised" : "true" };
}

/** Whether a loss is one over voxels: the warm start's own kind, which needs none. */
function overVoxels({ name }: LossSpec): boolean {
  return name === "cross-entropy" || name === "balanced-cross-entropy";
}

/**
 * Voxels of 3 mm along an axis of one of the network's. Cases to train on stay at 3 mm, and samples are taken from there to the network's
 * grid in one step with their augmentation: a second interpolation, on the coarse grid, would blur them as no case to segment is.
 *
 * @throws {RangeError} If it is not whole.
 */
export function gridFactor({ spacing }: Pick<TrainingSettings, "spacing">): number {
  const factor = spacing / PAPER_SPACING;
  if (Number.isInteger(factor) && factor > 0) return factor;
  throw new RangeError(
    `Cannot train on a grid of ${spacing} mm: it must be a multiple of ${PAPER_SPACING} mm`,
  );
}

/**
 * How an arm is trained. Arms of one seed begin with the same weights and see the same cases in the same order.
 *
 * @param trainee Arm and seed.
 * @param settings The profile's.
 * @returns The config.
 */
export function trainConfig({ arm, seed }: Trainee, settings: TrainingSettings): TrainConfig {
  const { window, cropMode, steps, rate } = settings;
  const warm = arm.pure || overVoxels(arm.loss) ? 0 : Math.round(settings.warmStart * steps);
  const ranges = arm.augmentation
    ? { ...settings.augmentation, window: { ...settings.augmentation.window, ...window } }
    : { window };
  const factor = gridFactor(settings);
  return {
    network: { inputChannels: 1, classes: CLASSES.length, ...settings.network },
    loss: arm.loss,
    ...warm > 0 && { warmStart: { loss: { name: "balanced-cross-entropy" }, steps: warm } },
    optimizer: settings.optimizer,
    l2: 1e-7,
    schedule: scheduleOf(settings.schedule, { rate, steps }),
    augmentation: {
      ...ranges,
      ...factor > 1 && { initial: [factor, 0, 0, 0, factor, 0, 0, 0, factor] },
      crop: cropMode,
    },
    crop: settings.crop,
    ...arm.augmentation && settings.fieldOfView && { fieldOfView: settings.fieldOfView },
    batch: settings.batch,
    seed,
  };
}

/**
 * What an arm does, in words.
 *
 * @param arm The arm.
 * @param settings The profile's.
 * @returns E.g. `the first 125 of 500 steps by balanced cross-entropy, then iou`.
 */
export function recipeOf(arm: NamedArm, settings: TrainingSettings): string {
  const { warmStart } = trainConfig({ arm, seed: 0 }, settings);
  const loss = formatLoss(arm.loss);
  return warmStart
    ? `the first ${warmStart.steps} of ${settings.steps} steps by balanced-cross-entropy, then ${loss}`
    : `${loss} in all ${settings.steps} steps`;
}

/** A trainee's folder and the name of its files: safe on every file system. */
export function traineeName({ arm, seed }: Trainee): string {
  return `${arm.name.replaceAll(/[^\w+.-]/g, "_")}-${seed}`;
}
