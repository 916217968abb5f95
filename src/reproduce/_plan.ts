import { PAPER_SPACING } from "../data/mod.ts";
import type { UNetConfig } from "../nn/mod.ts";
import { estimateMemory } from "../train/mod.ts";
import { voxelCount } from "../volume/mod.ts";
import { trainConfig, type Trainee } from "./_arms.ts";
import type { SplitNumbers } from "./_split.ts";
import type { Profile } from "./profiles.ts";

/** Stages of one kind, as the plan foretells them. */
export interface PlannedStages {
  /** The first part of their names. */
  readonly stage: string;
  /** What one does, in words. */
  readonly what: string;
  readonly count: number;
  /** Of one, on two cores of a software adapter. */
  readonly seconds: number;
  /** Files that one writes, bytes. */
  readonly bytes: number;
  /** GPU memory that one takes at most, bytes; absent where it is small. */
  readonly gpuBytes?: number;
}

/** What a plan is made of. */
export interface PlanFacts {
  readonly profile: Profile;
  readonly trainees: readonly Trainee[];
  readonly split: SplitNumbers;
  /** Whether phantoms are made. */
  readonly phantoms: boolean;
  /** Whether they are at 3 mm from the first. */
  readonly onGrid: boolean;
  /** Cases of another folder that a trained arm is tried on. */
  readonly transfer: number;
}

/**
 * Rates on two cores of llvmpipe, by which a plan is made and progress is weighed; a run corrects them by what it sees. Multiply-adds of a
 * training step and of an inference a second, and voxels of a 3 mm case a second for what reads, works and writes.
 */
const RATES = {
  training: 1.2e10,
  inference: 1.2e10,
  phantom: 1.2e6,
  grid: 3e6,
  labels: 2e6,
  metrics: 6e6,
  likeness: 1e7,
};
const LOSSES_SECONDS = 6;
const BENCH_SECONDS = { brief: 15, quick: 120 } as const;
/** Where the plan's memory and time are those of. */
const ADAPTER = { largestArray: Infinity, info: { software: true } } as const;
/** Voxels of a trunk at 3 mm. */
const CASE_VOXELS = 135 * 111 * 192;
/** Bytes of a voxel on the GPU: its HU as a float, its label. */
const VOXEL_BYTES = 5;
/** Share of its bytes that a compressed CT takes, and a label map. */
const PACKED = { volume: 0.8, labels: 0.02 };

/** Foretells the stages of a run. */
export function planStages(facts: PlanFacts): PlannedStages[] {
  const { profile, trainees, split, phantoms, onGrid, transfer } = facts;
  const { training, bench } = profile;
  const voxels = CASE_VOXELS;
  const test = split.test.length;
  const development = split.train.length + split.validation.length;
  const cases = test + development;
  const trained = development > 0 ? trainees : [];
  const merged = trained.some(({ arm }) => arm.labels === "unsupervised");
  const ratio = (PAPER_SPACING / training.spacing) ** 3;
  const files = voxels * (2 * PACKED.volume + PACKED.labels);
  const config = trained[0] && trainConfig(trained[0], training);
  const macs = config ? multiplyAdds(config.network, voxelCount(training.crop)) : 0;
  const tiles = Math.max(1, voxels * ratio / voxelCount(training.crop));
  const step = config &&
    estimateMemory(ADAPTER, config, {
      data: { train: [], validation: [] },
      validate: false,
      recompute: false,
    }).peak;
  const memory = step && step + VOXEL_BYTES * voxels * split.train.length;
  const segmentCase = macs * tiles / RATES.inference + 0.3;
  const metricsCase = voxels / RATES.metrics + 0.2;
  const plan: PlannedStages[] = [
    {
      ...{ stage: "data", what: "a phantom and its labels", count: phantoms ? cases : 0 },
      ...{ seconds: voxels / RATES.phantom, bytes: files },
    },
    { ...{ stage: "split", what: "which case is for what", count: 1, seconds: 0, bytes: 1000 } },
    {
      ...{ stage: "grid", what: "a case at 3 mm", count: onGrid ? 0 : cases },
      ...{ seconds: voxels / RATES.grid, bytes: files },
    },
    {
      ...{ stage: "likeness", what: "HU and noise of the phantoms", count: phantoms ? 1 : 0 },
      ...{ seconds: test * voxels / RATES.likeness, bytes: 2e4 },
    },
    {
      ...{ stage: "labels", what: "lungs and bone by the rules", count: test },
      ...{ seconds: voxels / RATES.labels, bytes: voxels * PACKED.labels },
    },
    { ...{ stage: "score", what: "their Dice", count: 1, seconds: 1, bytes: 200 * test } },
    {
      ...{ stage: "merged", what: "labels to train on, by the rules" },
      ...{ count: merged ? split.train.length : 0 },
      ...{ seconds: voxels / RATES.labels, bytes: voxels * PACKED.labels },
    },
    {
      ...{ stage: "network", what: "a case on the network's grid" },
      ...{
        count: training.spacing === PAPER_SPACING || trained.length === 0
          ? 0
          : test + split.validation.length,
      },
      ...{ seconds: voxels / RATES.grid, bytes: files * ratio * 2 },
    },
    {
      ...{ stage: "train", what: `a network in ${training.steps} steps`, count: trained.length },
      ...{ seconds: training.steps * training.batch * macs * 3 / RATES.training },
      ...{ bytes: 3e6, ...memory !== undefined && { gpuBytes: memory } },
    },
    {
      ...{ stage: "segment", what: `${test} cases by a network`, count: trained.length },
      ...{ seconds: test * segmentCase, bytes: test * voxels * PACKED.labels },
    },
    {
      ...{ stage: "metrics", what: `scores of ${test} cases`, count: trained.length },
      ...{ seconds: test * metricsCase, bytes: 2000 * test },
    },
    {
      ...{ stage: "transfer", what: "a real CT by a trained network" },
      ...{ count: trained.length > 0 ? transfer : 0 },
      ...{ seconds: segmentCase + metricsCase, bytes: files },
    },
    {
      ...{ stage: "losses", what: "the study of the losses", count: 1 },
      ...{ seconds: LOSSES_SECONDS, bytes: 4e5 },
    },
    {
      ...{ stage: "bench", what: "kernels against their references", count: 1 },
      ...{ seconds: BENCH_SECONDS[bench], bytes: 4e5 },
    },
  ];
  return plan.filter(({ count }) => count > 0);
}

/** Seconds of one stage of a kind. */
export function plannedSeconds(plan: readonly PlannedStages[], stage: string): number {
  return plan.find((one) => one.stage === stage)?.seconds ?? 0;
}

/** Seconds of all stages. */
export function totalSeconds(plan: readonly PlannedStages[]): number {
  return plan.reduce((sum, { count, seconds }) => sum + count * seconds, 0);
}

/** Multiply-adds of the 3 x 3 x 3 convolutions of a forward pass, by far the most of the work. */
export function multiplyAdds(
  { channels, convolutions, inputChannels }: UNetConfig,
  voxels: number,
): number {
  return channels.reduce((sum, own, level) => {
    const here = voxels / 8 ** level;
    const above = level === 0 ? inputChannels : channels[level - 1]!;
    const down = above * own + (convolutions - 1) * own * own;
    const below = channels[level + 1];
    const up = below === undefined
      ? 0
      : 2 * own * own + (convolutions - 1) * own * own + below * own / 8;
    return sum + 27 * here * (down + up);
  }, 0);
}
