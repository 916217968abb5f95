import type { Profile } from "../../src/reproduce/mod.ts";
import type { LossStudy } from "../../src/study/mod.ts";

/** A part of the trunk with lung and spine, and networks that learn nothing, so that a run takes seconds. */
export const TINY: Profile = {
  phantoms: {
    ...{ train: 2, validation: 1, test: 2 },
    grid: { dims: [40, 46, 30], spacing: [6, 6, 6] },
  },
  training: {
    network: {
      channels: [4, 4],
      convolutions: 1,
      norm: "instance",
      slope: 0,
      pool: 2,
      up: "transposed-2",
      split: false,
    },
    spacing: 12,
    crop: [20, 24, 16],
    cropMode: "none",
    batch: 1,
    steps: 4,
    optimizer: { name: "adam" },
    schedule: "cosine",
    rate: 1e-2,
    warmStart: 0.5,
    augmentation: {
      rotation: [10, 10, 10],
      translation: [1, 1, 1],
      noise: 5,
      window: { low: -200, high: 400, jitter: 10 },
    },
    window: { low: -200, high: 400 },
    validateEvery: 4,
    checkpointEvery: 2,
  },
  arms: ["iou+aug", "iou", "balanced-cross-entropy+aug", "balanced-cross-entropy"],
  seeds: 1,
  bench: "brief",
  judged: true,
  viewer: true,
};

/** A stand-in for the study of the losses, which takes seconds. */
export function emptyStudy({ seed = 1 }: { readonly seed?: number } = {}): LossStudy {
  return {
    seed,
    rows: [],
    members: [],
    surfaces: { voxels: 0, shares: [], predictions: [], losses: [] },
    plots: [],
  };
}
