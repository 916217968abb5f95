import { basename, resolve } from "@std/path";
import {
  cohort,
  type CohortCase,
  type CohortSplit,
  type FieldOfView,
  findCases,
  LAST_TEST_CASE,
  type Origins,
  PHANTOM_VERSION,
  whyNoTruth,
} from "../data/mod.ts";
import type { Gpu } from "../gpu/mod.ts";
import type { ResultDataset } from "../report/mod.ts";
import { phantomCase, phantomFiles, PHANTOMS, phantomStage, type SourceCase } from "./_cases.ts";
import type { Stage } from "./_stage.ts";
import { type SplitNumbers, splitNumbers } from "./_split.ts";
import type { PhantomCohort } from "./profiles.ts";
import type { Vec3 } from "../volume/mod.ts";

const GRID = "grid";

/** Where a run's cases come from. */
export interface Source {
  /** By increasing number. */
  readonly cases: readonly SourceCase[];
  /** Which case is for what. */
  readonly split: SplitNumbers;
  readonly dataset: Pick<ResultDataset, "name" | "kind">;
  /** The folder below the run's that holds the cases at 3 mm: made by the run, or that of phantoms which are so from the first. */
  readonly gridSet: string;
  /** What makes the stages that make the cases' files, one each, where they do not exist yet. */
  readonly makers?: readonly ((gpu: Gpu) => Stage)[];
}

/** Voxels of 3 mm: what a field of view holds, filled up so that the middles of voxels of 9 mm are middles of theirs. */
const GRIDS: Record<FieldOfView, Vec3> = {
  trunk: [135, 111, 192],
  chest: [135, 111, 108],
  abdomen: [135, 111, 126],
};

/** Phantoms, numbered as their cohorts are: those for testing from 0. */
export function phantomSource(
  folder: string,
  { train, validation, test, grid }: PhantomCohort,
  seed: number,
  signal: AbortSignal | undefined,
): Source {
  const patients = (split: CohortSplit, count: number) =>
    count === 0 ? [] : cohort({ split, seed, count });
  const cohorts = {
    train: patients("train", train),
    validation: patients("validation", validation),
    test: patients("test", test),
  };
  const all = [...cohorts.test, ...cohorts.validation, ...cohorts.train];
  const numbers = (some: readonly CohortCase[]) => some.map(({ number }) => number);
  const files = all.map(({ number }) => phantomFiles(folder, number));
  return {
    cases: files.map(phantomCase),
    dataset: { name: `phantoms, version ${PHANTOM_VERSION}`, kind: "phantom" },
    split: {
      train: numbers(cohorts.train),
      validation: numbers(cohorts.validation),
      test: numbers(cohorts.test),
    },
    makers: all.map(({ index, fieldOfView }, i) => (gpu) => {
      const own = grid ?? { dims: GRIDS[fieldOfView] };
      return phantomStage(gpu, files[i]!, { seed, index, fieldOfView, ...own }, signal);
    }),
    gridSet: grid ? GRID : PHANTOMS,
  };
}

/**
 * A folder of labelled CTs.
 *
 * @throws {Error} If lungs and bone of no case may be scored, see {@linkcode whyNoTruth}.
 */
export async function folderSource(data: string, seed: number): Promise<Source> {
  const { cases, officialTest, layout, described } = await findCases(data);
  if (!cases.some(isScorable)) {
    const [first] = cases;
    throw new Error(
      `Cannot use data folder "${data}": lungs and bone of no case may be scored; of case ${
        first!.name
      }: ${whyNotScorable(first!)}`,
    );
  }
  // The whole of CT-ORG's test set, as far as names tell; phantoms and data sets written here say what they are.
  const test = cases.filter(({ number }) => number <= LAST_TEST_CASE);
  const whole = layout === "CT-ORG" && !described && test.length === LAST_TEST_CASE + 1;
  const kind = whole ? "ct-org" : "folder";
  return {
    cases,
    dataset: { name: folderName(data), kind },
    split: splitNumbers({ cases, officialTest }, seed),
    gridSet: GRID,
  };
}

/** Whether a case's lungs and bone are truth: rules can be judged by them, and arms trained on them as true labels. */
export function isScorable(one: { readonly origins: Origins }): boolean {
  return whyNotScorable(one) === undefined;
}

function whyNotScorable({ origins }: { readonly origins: Origins }): string | undefined {
  return whyNoTruth(origins, "lungs") ?? whyNoTruth(origins, "bone");
}

/** A data folder's own name, whatever path it was given by. */
export function folderName(data: string): string {
  return basename(resolve(data)) || "data";
}
