import { RandomStream } from "../random/mod.ts";
import type { FieldOfView, PatientOptions } from "./phantom.ts";
import { LAST_TEST_CASE } from "./provenance.ts";

/** What a phantom may be used for. */
export type CohortSplit = "train" | "validation" | "test";

/** Options of {@linkcode cohort}. */
export interface CohortOptions {
  /** What for. */
  readonly split: CohortSplit;
  /** Which set of patients: an integer from 0 to 2^53 - 1. */
  readonly seed: number;
  /** How many: at least 1; at most 21 to test, 9979 to train and 10,000 to validate. */
  readonly count: number;
}

/** A patient of a cohort: what `phantom` takes, and how a hospital would store it. */
export interface CohortCase extends Required<PatientOptions> {
  /** Number of the case, the same as `index`: as in CT-ORG, 0 to 20 are for testing. */
  readonly number: number;
  /** Directions of a file's axes, e.g. `LPS`; `phantom` itself gives RAS. */
  readonly orientation: string;
}

/** First index of each split, and one beyond its last: no index is in two. */
const RANGES: Record<CohortSplit, readonly [first: number, end: number]> = {
  test: [0, LAST_TEST_CASE + 1],
  train: [LAST_TEST_CASE + 1, 10_000],
  validation: [10_000, 20_000],
};

/** As CT-ORG's own, most are trunks. */
const FIELDS: readonly FieldOfView[] = [
  ...Array<FieldOfView>(14).fill("trunk"),
  ...Array<FieldOfView>(3).fill("abdomen"),
  ...Array<FieldOfView>(3).fill("chest"),
];

/** Those that CT-ORG has, and the project's own. */
const ORIENTATIONS = ["RAS", "LAS", "LPS"] as const;

/**
 * The patients of a split: train, validation and test share none, whatever the counts. Recipes are chosen on validation cases; test cases are for
 * the last figure alone.
 *
 * Measured against an atlas of 30 training cases with histograms of HU (`fitAtlas`) at 9 mm, on 12 validation cases of seed 1: its mean Dice
 * is 0.55 for kidneys and 0.57 for the bladder (liver 0.82, lungs 0.90, bone 0.73).
 *
 * @param options Split, seed, count.
 * @returns Patients in order; a larger count begins with the same ones.
 * @throws {RangeError} If the count is not valid for the split.
 *
 * @example
 * ```ts
 * for (const patient of cohort({ split: "test", seed: 1, count: 20 })) {
 *   const { ct, labels } = await phantom(gpu, patient);
 * }
 * ```
 */
export function cohort({ split, seed, count }: CohortOptions): CohortCase[] {
  const [first, end] = RANGES[split];
  if (!Number.isInteger(count) || count < 1 || count > end - first) {
    throw new RangeError(
      `Cannot make ${count} ${split} phantoms: a whole number from 1 to ${end - first} is needed`,
    );
  }
  return Array.from({ length: count }, (_, i) => cohortCase(seed, first + i));
}

/**
 * One patient of a cohort.
 *
 * @param seed Which set of patients.
 * @param index Which of them, see {@linkcode splitOf}.
 * @returns The patient.
 */
export function cohortCase(seed: number, index: number): CohortCase {
  const random = new RandomStream({ seed, stream: 4 * index + 3 });
  const fieldOfView = FIELDS[random.integer(FIELDS.length)]!;
  return {
    number: index,
    seed,
    index,
    fieldOfView,
    orientation: ORIENTATIONS[random.integer(3)]!,
  };
}

/**
 * The split that a patient's index belongs to.
 *
 * @param index Of a {@linkcode CohortCase}.
 * @returns The split.
 * @throws {RangeError} If it belongs to none.
 */
export function splitOf(index: number): CohortSplit {
  for (const split of ["test", "train", "validation"] as const) {
    if (index >= RANGES[split][0] && index < RANGES[split][1]) return split;
  }
  throw new RangeError(`Cannot tell the split of phantom ${index}: there are 20000 in a cohort`);
}
