import { presets } from "../augment/mod.ts";
import { type Profile, PROFILES } from "../reproduce/mod.ts";

/** Of the gate's phantoms, weights and samples: no other run's, so that nothing is tuned on the cases of a report. */
export const GATE_SEED = 97;

/**
 * What a gate runs: eight test cases, the least by which five organs can show a drop (see `comparePaired`: two-sided, p is at least
 * 2^-7, and Holm's correction multiplies it by five), and one small network for as long as it takes to find the large organs. It is
 * written out, so that a profile can be tuned without a new baseline.
 */
export const GATE: Profile = {
  ...PROFILES.smoke,
  phantoms: { train: 4, validation: 1, test: 8, grid: { dims: [45, 37, 43], spacing: [9, 9, 9] } },
  training: {
    network: {
      channels: [4, 8, 16],
      convolutions: 1,
      norm: "instance",
      slope: 0,
      pool: 2,
      up: "transposed-2",
      split: false,
    },
    spacing: 9,
    crop: [48, 40, 48],
    cropMode: "none",
    batch: 1,
    steps: 150,
    optimizer: { name: "adam" },
    schedule: "cosine",
    rate: 1e-2,
    warmStart: 0.25,
    augmentation: presets.live,
    window: { low: -200, high: 400 },
    validateEvery: 150,
    checkpointEvery: 150,
  },
  arms: ["ce-iou+aug"],
  seeds: 1,
};
