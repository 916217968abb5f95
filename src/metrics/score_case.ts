import { type OrganName, ORGANS } from "../labels/mod.ts";
import type { Volume } from "../volume/mod.ts";
import { type LabelCensus, labelCensus } from "./_box.ts";
import { robustHausdorff, surfaceDice } from "./surface_dice.ts";
import { checkSameDims, distancesWithin } from "./surface_distances.ts";

/** The organs that are scored where none are named: all of CT-ORG's but the brain, which nine of its 140 cases hold. */
export const SCORED_ORGANS: readonly OrganName[] = [
  "liver",
  "bladder",
  "lungs",
  "kidneys",
  "bone",
];

/** The true label of voxels that nobody knows: they count for no organ, whatever was predicted. */
const IGNORED = 255;

/**
 * Whether an organ can be scored in a case: `scored` if truth and prediction hold it, `missed` if the truth alone does, `invented` if
 * the prediction alone does, `absent` if neither does.
 */
export type ScoreState = "scored" | "missed" | "invented" | "absent";

/**
 * One organ of one case. The rule for organs that are not there:
 *
 * | state      | Dice, IOU, NSD | HD95          | volume error  |
 * |------------|----------------|---------------|---------------|
 * | `scored`   | measured       | measured      | measured      |
 * | `missed`   | 0              | not defined   | minus the organ |
 * | `invented` | 0              | not defined   | what was invented |
 * | `absent`   | not counted    | not counted   | not counted   |
 *
 * What is not defined or not counted is left out of the object; a mean of HD95 is therefore of the scored cases, and the missed and
 * invented ones must be told beside it.
 */
export interface OrganScore {
  readonly organ: OrganName;
  readonly state: ScoreState;
  readonly truthVoxels: number;
  readonly predictedVoxels: number;
  /** 2 |A and B| / (|A| + |B|). */
  readonly dice?: number;
  /** |A and B| / |A or B|. */
  readonly iou?: number;
  /** Predicted minus true volume, ml. */
  readonly volumeErrorMl?: number;
  /** Normalised surface Dice at the tolerance; see {@linkcode surfaceDice}. */
  readonly nsd?: number;
  /** Robust Hausdorff distance, 95 %, mm; see {@linkcode robustHausdorff}. */
  readonly hd95Mm?: number;
}

/** Options of {@linkcode scoreCase}. */
export interface ScoreCaseOptions {
  /** Which; by default {@linkcode SCORED_ORGANS}. */
  readonly organs?: readonly OrganName[];
  /** Tolerance of NSD, mm; by default one voxel: the largest of the truth's three spacings. */
  readonly toleranceMm?: number;
}

/**
 * Scores a case organ by organ. The volumes are taken voxel for voxel: that their grids are one is the caller's to see to. Voxels whose
 * true label is 255 are ignored: they belong to no organ in either volume.
 *
 * @param prediction Labels by CT-ORG's values.
 * @param truth Labels on the same grid; its spacing counts.
 * @param options Organs and tolerance.
 * @returns One row an organ, in the order of `organs`.
 * @throws {TypeError} If the volumes differ in dims.
 * @throws {RangeError} If the tolerance is not a number from 0 up.
 *
 * @example
 * ```ts
 * const [liver] = scoreCase(prediction, truth, { organs: ["liver"] });
 * if (liver.state === "scored") console.log(liver.dice, liver.hd95Mm);
 * ```
 */
export function scoreCase(
  prediction: Volume<Uint8Array>,
  truth: Volume<Uint8Array>,
  options: ScoreCaseOptions = {},
): OrganScore[] {
  checkSameDims(prediction, truth);
  const { organs = SCORED_ORGANS, toleranceMm = Math.max(...truth.spacing) } = options;
  const known = withoutIgnored(prediction, truth);
  const census = labelCensus(known.data, truth.data, truth.dims);
  return organs.map((organ) => scoreOrgan(known, truth, organ, census, toleranceMm));
}

function withoutIgnored(
  prediction: Volume<Uint8Array>,
  truth: Volume<Uint8Array>,
): Volume<Uint8Array> {
  if (!truth.data.includes(IGNORED)) return prediction;
  const data = prediction.data.map((label, i) => truth.data[i] === IGNORED ? IGNORED : label);
  return { ...prediction, data };
}

function scoreOrgan(
  prediction: Volume<Uint8Array>,
  truth: Volume<Uint8Array>,
  organ: OrganName,
  census: LabelCensus,
  toleranceMm: number,
): OrganScore {
  const value = ORGANS[organ];
  const predictedVoxels = census.a[value]!;
  const truthVoxels = census.b[value]!;
  const state = stateOf(predictedVoxels, truthVoxels);
  const row = { organ, state, truthVoxels, predictedVoxels };
  if (state === "absent") return row;
  const total = predictedVoxels + truthVoxels;
  const both = census.both[value]!;
  const [sx, sy, sz] = truth.spacing;
  const measured = {
    ...row,
    dice: 2 * both / total,
    iou: both / (total - both),
    volumeErrorMl: (predictedVoxels - truthVoxels) * sx * sy * sz / 1000,
  };
  if (state !== "scored") return { ...measured, nsd: 0 };
  const surfaces = distancesWithin(prediction, truth, value, census.box(value));
  return {
    ...measured,
    nsd: surfaceDice(surfaces, toleranceMm)!,
    hd95Mm: robustHausdorff(surfaces, 95)!,
  };
}

function stateOf(predicted: number, truth: number): ScoreState {
  if (predicted > 0) return truth > 0 ? "scored" : "invented";
  return truth > 0 ? "missed" : "absent";
}
