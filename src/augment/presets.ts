import type { AugmentRanges } from "./ranges.ts";

/** Names of {@linkcode presets}. */
export type PresetName = "live" | "organs2018";

/**
 * The author's settings, from his public code. The crop mode is left out: add the one wanted, as in
 * `{ ...presets.live, crop: "uniform" }`.
 *
 * Read in the author's public code, not in the papers' text: the figures of both settings. Not known: which of them made the
 * published tables. A translation and an occlusion that a setting lacks were off in it.
 */
export const presets: Readonly<Record<PresetName, AugmentRanges>> = {
  /** What the published code does. */
  live: {
    rotation: [10, 10, 10],
    reflection: [0.05, 0.05, 0.05],
    // "shear" in the code.
    scaling: [1.05, 1.05, 1.05],
    perturbation: 0.01,
    translation: [5, 5, 5],
    window: { low: -200, high: 400, jitter: 10 },
    noise: 5,
  },
  /** The code's earlier setting for organs. */
  organs2018: {
    rotation: [45, 45, 45],
    reflection: [0.1, 0.1, 0.1],
    scaling: [1.1, 1.1, 1.1],
    perturbation: 0.05,
    window: { low: -200, high: 400, jitter: 100 },
    noise: 5,
    occlusion: 0.5,
  },
};
