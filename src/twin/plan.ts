import { presets } from "../augment/mod.ts";
import { type LossSpec, parseLoss, presetConfig } from "../nn/mod.ts";
import type { OptimizerSpec, TrainConfig } from "../train/mod.ts";
import type { Vec3 } from "../volume/mod.ts";

/** An optimizer and the learning rate that its training begins with. */
export interface PlannedOptimizer {
  readonly spec: OptimizerSpec;
  readonly rate: number;
}

/** A setting changed in PyTorch's training, to see whether the comparison of curves notices. */
export interface PlannedControl {
  /** Place among the optimizers. */
  readonly optimizer: number;
  /** In words. */
  readonly change: string;
  readonly given: { readonly optimizer?: OptimizerSpec; readonly l2?: number };
}

/** Trainings that end in segmentations. */
export interface PlannedDice {
  readonly optimizer: PlannedOptimizer;
  readonly steps: number;
  /** Voxels of a sample along x, y, z. */
  readonly crop: Vec3;
  /** Phantoms to segment. */
  readonly cases: number;
}

/** What is compared. */
export interface TwinPlan {
  /** Each with each optimizer. */
  readonly losses: readonly LossSpec[];
  readonly optimizers: readonly PlannedOptimizer[];
  /** Of each curve. */
  readonly steps: number;
  /** With the first loss. */
  readonly controls: readonly PlannedControl[];
  /** With the first loss. */
  readonly dice?: PlannedDice;
}

/** Voxels of a sample of the curves along x, y, z. */
export const CURVE_CROP: Vec3 = [16, 16, 16];
/** Phantoms to train on, and their grid: multiples of what the network halves, so that it can take them whole. */
export const TRAINING_CASES = 8;
export const CASE_DIMS: Vec3 = [48, 36, 64];
export const CASE_SPACING: Vec3 = [8.5, 8.5, 8.5];

/** Rates at which losses fall, and PyTorch's own runs stay near enough to one another to decide something. */
const OPTIMIZERS: readonly PlannedOptimizer[] = [
  { spec: { name: "adam" }, rate: 3e-4 },
  { spec: { name: "rmsprop" }, rate: 2e-3 },
  { spec: { name: "sgd", momentum: 0.9 }, rate: 1e-2 },
];

/** Every loss that can train, and every optimizer. */
export const FULL_PLAN: TwinPlan = {
  losses: [
    "iou",
    "iou-foreground",
    "iou-min-max",
    "iou-l1",
    "iou-power:2",
    "iou-mean:-1,1,2",
    "dice",
    "tversky:0.3,0.7",
    "ce-iou",
    "cross-entropy",
    "balanced-cross-entropy",
  ].map(parseLoss),
  optimizers: OPTIMIZERS,
  steps: 100,
  controls: [
    { optimizer: 0, change: "no L2", given: { l2: 0 } },
    {
      optimizer: 0,
      change: "epsilon 1e-7 for 1e-8",
      given: { optimizer: { name: "adam", epsilon: 1e-7 } },
    },
    {
      optimizer: 1,
      change: "decay 0.899 for 0.9",
      given: { optimizer: { name: "rmsprop", decay: 0.899 } },
    },
    {
      optimizer: 2,
      change: "momentum 0.899 for 0.9",
      given: { optimizer: { name: "sgd", momentum: 0.899 } },
    },
  ],
  dice: {
    optimizer: { spec: { name: "adam" }, rate: 1e-3 },
    steps: 500,
    crop: [32, 32, 32],
    cases: 4,
  },
};

/** A first look. */
export const QUICK_PLAN: TwinPlan = {
  losses: [parseLoss("iou"), parseLoss("cross-entropy")],
  optimizers: OPTIMIZERS,
  steps: 10,
  controls: [],
};

/**
 * A training of the plan.
 *
 * @param loss The loss.
 * @param optimizer Optimizer and first rate, which half a cosine leads down to 0 in twice the steps: every step has a rate of its own.
 * @param steps Steps.
 * @param crop Voxels of a sample.
 * @returns The config: `unet-small`, CT-ORG's classes, two samples a step, the published augmentation; an L2 large enough to be seen.
 */
export function trainingOf(
  loss: LossSpec,
  { spec, rate }: PlannedOptimizer,
  steps: number,
  crop: Vec3,
): TrainConfig {
  return {
    network: presetConfig("unet-small", { classes: 7 }),
    loss,
    optimizer: spec,
    l2: 1e-4,
    schedule: { kind: "cosine", rate, steps: 2 * steps },
    augmentation: { ...presets.live, window: presets.live.window!, crop: "nonzero" },
    crop,
    batch: 2,
    seed: 1,
  };
}
