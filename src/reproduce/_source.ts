import { basename, resolve } from "@std/path";
import { findCases, LAST_TEST_CASE, type Origins, whyNoTruth } from "../data/mod.ts";
import type { Gpu } from "../gpu/mod.ts";
import type { ResultDataset } from "../report/mod.ts";
import { phantomCase, phantomFiles, phantomStage, type SourceCase } from "./_cases.ts";
import type { Stage } from "./_stage.ts";
import type { PhantomCohort } from "./profiles.ts";

/** Where a run's cases come from. */
export interface Source {
  /** By increasing number. */
  readonly cases: readonly SourceCase[];
  /** Whether cases 0 to 20 are the test set. */
  readonly officialTest: boolean;
  readonly dataset: Pick<ResultDataset, "name" | "kind">;
  /** What makes the stages that make the cases' files, one each, where they do not exist yet. */
  readonly makers?: readonly ((gpu: Gpu) => Stage)[];
}

/** Phantoms, numbered as CT-ORG's cases are: those for testing from 0, the others behind 20. */
export function phantomSource(
  folder: string,
  { development, test, dims, spacing }: PhantomCohort,
  seed: number,
  signal: AbortSignal | undefined,
): Source {
  const files = [
    ...Array.from({ length: test }, (_, i) => i),
    ...Array.from({ length: development }, (_, i) => LAST_TEST_CASE + 1 + i),
  ].map((number) => phantomFiles(folder, number));
  return {
    cases: files.map(phantomCase),
    officialTest: true,
    dataset: { name: "phantoms", kind: "phantom" },
    makers: files.map((one) => (gpu) => phantomStage(gpu, one, { seed, dims, spacing }, signal)),
  };
}

/**
 * A folder of labelled CTs.
 *
 * @throws {Error} If lungs and bone of no case may be scored, see {@linkcode whyNoTruth}.
 */
export async function folderSource(data: string): Promise<Source> {
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
  return { cases, officialTest, dataset: { name: folderName(data), kind } };
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
