import { join } from "@std/path";
import type { Gpu } from "../../src/gpu/mod.ts";
import { parseConfig } from "../../src/nn/mod.ts";
import { fillNormal } from "../../src/random/mod.ts";
import type { TrainingCase } from "../../src/train/cases.ts";
import type { TrainConfig } from "../../src/train/config.ts";
import { train, type TrainOptions } from "../../src/train/trainer.ts";
import { createVolume, type Vec3, voxelCount } from "../../src/volume/mod.ts";

export const DIMS: Vec3 = [20, 16, 18];

/** A case of two classes that a small network learns in a few steps: a bright box in noise. */
export function boxCase(number: number): TrainingCase {
  const [nx, ny] = DIMS;
  const labels = new Uint8Array(voxelCount(DIMS));
  const hu = fillNormal({ seed: 77, stream: number }, new Float32Array(labels.length));
  for (let i = 0; i < labels.length; i++) {
    const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
    const inside = x > 3 + number % 3 && x < 14 && y > 4 && y < 12 && z > 3 && z < 13;
    labels[i] = inside ? 1 : 0;
    hu[i] = 20 * hu[i]! + (inside ? 200 : 0);
  }
  const grid = { dims: DIMS, spacing: [3, 3, 3] as Vec3 };
  return { number, volume: createVolume(hu, grid), labels: createVolume(labels, grid) };
}

/** A training that takes milliseconds a step. */
export const TINY: TrainConfig = {
  network: parseConfig({
    inputChannels: 1,
    classes: 2,
    channels: [4, 4],
    convolutions: 1,
    norm: "batch",
    slope: 0,
    pool: 2,
    up: "transposed-2",
    split: false,
  }),
  loss: { name: "iou", background: true },
  optimizer: { name: "adam" },
  l2: 1e-7,
  schedule: { kind: "constant", rate: 0.01 },
  augmentation: {
    rotation: [20, 20, 20],
    reflection: [0.5, 0.5, 0.5],
    translation: [2, 2, 2],
    noise: 10,
    window: { low: -200, high: 400, jitter: 20 },
    crop: "nonzero",
  },
  crop: [16, 16, 16],
  batch: 2,
  seed: 5,
};

/** Cases to train and validate on. */
export const DATA = {
  train: [boxCase(0), boxCase(1), boxCase(2)],
  validation: [boxCase(3)],
};

/** Trains in a folder that is there while `work` runs. */
export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(join(folder, "run"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Trains as the tests do, unless they say otherwise. */
export function trainTiny(gpu: Gpu, folder: string, options: Partial<TrainOptions> = {}) {
  return train(gpu, {
    config: TINY,
    data: DATA,
    labels: ["background", "box"],
    spacing: [3, 3, 3],
    steps: 40,
    folder,
    validateEvery: 0,
    checkpointEvery: 1000,
    provenance: {},
    ...options,
  });
}
