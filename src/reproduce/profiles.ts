import type { AugmentRanges } from "../augment/mod.ts";
import type { UNetBody } from "../nn/mod.ts";
import { UNET_PRESETS } from "../nn/mod.ts";
import type { FieldOfView, OptimizerSpec } from "../train/mod.ts";
import { presets } from "../augment/mod.ts";
import type { Vec3 } from "../volume/mod.ts";

/** Phantoms made where no data folder is given: patients of the three cohorts, of which none is in two, see `cohort`. */
export interface PhantomCohort {
  readonly train: number;
  readonly validation: number;
  /** Never seen before the end; at most 21, numbered as CT-ORG's. */
  readonly test: number;
  /** Voxels along x, y, z and mm between them, of every patient; absent for 3 mm and each one's own field of view. */
  readonly grid?: { readonly dims: Vec3; readonly spacing: Vec3 };
}

/** How every arm of a profile is trained; what an arm changes is its loss, its augmentation and its labels. */
export interface TrainingSettings {
  readonly network: UNetBody;
  /** mm between voxels of the network's grid. */
  readonly spacing: number;
  /** Voxels of a sample along x, y, z. */
  readonly crop: Vec3;
  /** Where a sample is cut: the middle, where the crop holds a whole case, or around a labelled voxel. */
  readonly cropMode: "none" | "nonzero";
  readonly batch: number;
  readonly steps: number;
  readonly optimizer: OptimizerSpec;
  readonly schedule: "cosine" | "paper";
  /** The first learning rate of a cosine; the paper's schedule has its own. */
  readonly rate: number;
  /** Share of the steps that arms of overlap losses begin with under balanced cross-entropy; 0 for none. */
  readonly warmStart: number;
  /** Of the arms that augment; its shifts are in voxels of 3 mm. */
  readonly augmentation: AugmentRanges;
  /** Of the arms that augment; absent for whole cases alone. */
  readonly fieldOfView?: FieldOfView;
  /** HU that become 0 and 1. */
  readonly window: { readonly low: number; readonly high: number };
  /** Steps between two validations. */
  readonly validateEvery: number;
  /** Steps between two checkpoints. */
  readonly checkpointEvery: number;
}

/** How much a run does. */
export interface Profile {
  readonly phantoms: PhantomCohort;
  readonly training: TrainingSettings;
  /** Names of the arms, see `parseArmName`. */
  readonly arms: readonly string[];
  /** How often each arm is trained, by seeds that follow the run's. */
  readonly seeds: number;
  /** What is timed of each kernel: a small case, or the first that is worth a comparison. */
  readonly bench: "brief" | "quick";
  /** Whether its networks are trained for long enough to be judged; else they show that every part works. */
  readonly judged: boolean;
  /** Whether the report lets cases be looked through, for 2.3 MB of script and up to 9 MB of voxels. */
  readonly viewer: boolean;
}

/** The 2 x 2 of claim 6. */
const TWO_BY_TWO = [
  "iou+aug",
  "iou",
  "balanced-cross-entropy+aug",
  "balanced-cross-entropy",
] as const;

/** The paper's window ([C]). */
const WINDOW = { low: -200, high: 400 } as const;

/**
 * Training that a software adapter gets through: whole volumes on a coarse grid, as context matters more than resolution. Chosen on
 * validation phantoms alone, five of seed 1, IOU with augmentation:
 *
 * - Under the IOU loss alone the bladder was not found in 300 steps (on an earlier, simpler phantom); after a quarter of the steps by balanced
 *   cross-entropy it was.
 * - One convolution a level learns faster than two, step by step (mean Dice 0.69 and 0.58 after 150), and takes half the time.
 * - Of one image a step batch normalisation trains exactly as normalisation by instance does; with the running statistics the same weights
 *   had a Dice of 0.70 for the bladder and 0.77 for kidneys after 450 steps, with the image's own 0.80 and 0.80 (liver 0.90, lungs 0.93, bone 0.78).
 * - Statistics of an image depend on how much air is around it, so samples are no larger than their case; with whole crops, networks failed on
 *   CTs of less than the trunk. Half of the samples show a part of their case. Both make steps cheaper: 600 instead of 400 in the same
 *   time, on ten validation phantoms kidneys 0.69 instead of 0.66 and bone 0.77 instead of 0.75 (liver 0.90, bladder 0.70 and lungs 0.91 as
 *   before), on the three shortest of them kidneys 0.54 instead of 0.47 and the bladder 0.60 instead of 0.51.
 * - After 1000 steps these were 0.70 for the bladder, 0.77 for kidneys and 0.80 for bone with a warm start of 15 % (liver 0.92, lungs 0.93),
 *   and 0.68, 0.77 and 0.80 with one of 25 %.
 * - All that was on grids whose voxels lay between two of 3 mm: the image was a mean of both, the label one's. On the middles of voxels, see
 *   `networkGrid`, the bladder has 0.80, kidneys 0.78, bone 0.85.
 * - 40 phantoms to train on instead of 20: kidneys 0.83, bone 0.87, liver 0.94, bladder 0.79. Of 54: 0.82, 0.86, 0.93 and, as one bladder was
 *   invented where none is, 0.73. After 800 steps of the 40, which take 25 minutes for all arms: kidneys 0.83, bone 0.87, liver 0.93, bladder 0.79; with
 *   a warm start of 8 %: 0.81, 0.87, 0.93, 0.72.
 * - No use: a moving average of the weights; twice the rate (bladder 0.59, kidneys 0.45 after 400 steps); 64 instead of 48 channels on the
 *   coarsest level (kidneys 0.81, bone 0.85, bladder 0.69).
 */
const COARSE: TrainingSettings = {
  network: {
    channels: [8, 16, 32, 48],
    convolutions: 1,
    norm: "instance",
    slope: 0,
    pool: 2,
    up: "transposed-2",
    split: false,
  },
  spacing: 9,
  crop: [48, 40, 64],
  cropMode: "none",
  batch: 1,
  steps: 800,
  optimizer: { name: "adam" },
  schedule: "cosine",
  rate: 1e-2,
  warmStart: 0.15,
  augmentation: presets.live,
  fieldOfView: { share: 0.5, least: 8 },
  window: WINDOW,
  validateEvery: 200,
  checkpointEvery: 50,
};

/** The paper's network, crop, optimizer and stages ([C]). */
const PAPER: TrainingSettings = {
  network: UNET_PRESETS["unet"],
  spacing: 3,
  crop: [120, 120, 160],
  cropMode: "nonzero",
  batch: 3,
  steps: 40_000,
  optimizer: { name: "rmsprop" },
  schedule: "paper",
  rate: 1e-4,
  warmStart: 0,
  augmentation: presets.live,
  window: WINDOW,
  validateEvery: 2000,
  checkpointEvery: 200,
};

/**
 * The profiles by name: `smoke` shows every part at work in the least time, `quick` asks the paper's questions on phantoms, `full` adds all
 * losses, three seeds and the pure losses, `paper` has the paper's own network and grid and wants a graphics card.
 */
export const PROFILES = {
  smoke: {
    phantoms: { train: 2, validation: 1, test: 2 },
    training: {
      ...COARSE,
      network: { ...COARSE.network, channels: [4, 8, 16] },
      spacing: 12,
      crop: [36, 28, 48],
      steps: 24,
      augmentation: presets.live,
      validateEvery: 12,
    },
    arms: TWO_BY_TWO,
    seeds: 1,
    bench: "brief",
    judged: false,
    viewer: false,
  },
  quick: {
    phantoms: { train: 40, validation: 3, test: 21 },
    training: COARSE,
    arms: [...TWO_BY_TWO, "iou+aug+pure"],
    seeds: 1,
    bench: "quick",
    judged: true,
    viewer: true,
  },
  full: {
    phantoms: { train: 54, validation: 6, test: 21 },
    training: { ...COARSE, steps: 2000, validateEvery: 200 },
    arms: [
      ...["iou", "dice", "cross-entropy", "balanced-cross-entropy", "ce-iou"]
        .flatMap((loss) => [`${loss}+aug`, loss]),
      ...["iou", "dice", "ce-iou"].map((loss) => `${loss}+aug+pure`),
      "iou+aug+unsupervised",
    ],
    seeds: 3,
    bench: "quick",
    judged: true,
    viewer: true,
  },
  paper: {
    phantoms: { train: 54, validation: 6, test: 21 },
    training: PAPER,
    arms: TWO_BY_TWO,
    seeds: 1,
    bench: "quick",
    judged: true,
    viewer: true,
  },
} as const satisfies Record<string, Profile>;

/** A profile's name. */
export type ProfileName = keyof typeof PROFILES;
