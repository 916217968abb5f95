import { dirname, join } from "@std/path";
import {
  ctOrgLabels,
  findCases,
  type LabelledCase,
  LAST_TEST_CASE,
  PAPER_SPACING,
  phantom,
  readLabelFiles,
  whyNoTruth,
} from "../data/mod.ts";
import { readNifti, resample, type Vec3, writeNifti } from "../volume/mod.ts";
import type { Stage } from "./_stage.ts";

/** A case in the run: its number and the files it comes from. */
export interface CaseFiles {
  readonly number: number;
  readonly volume: string;
  readonly labels: string;
}

/** Where a phantom's files go. */
export function phantomFiles(folder: string, number: number): CaseFiles {
  return {
    number,
    volume: join(folder, "data", `volume-${number}.nii.gz`),
    labels: join(folder, "data", `labels-${number}.nii.gz`),
  };
}

/** Makes a phantom and writes it in CT-ORG's layout. */
export function phantomStage(
  files: CaseFiles,
  options: { readonly seed: number; readonly dims: Vec3; readonly spacing: Vec3 },
  signal: AbortSignal | undefined,
): Stage {
  return {
    name: `data/${files.number}`,
    code: [
      "src/data",
      "src/random",
      "src/volume",
      "src/labels/organs.ts",
      "src/reproduce/_cases.ts",
    ],
    options,
    inputs: {},
    outputs: { volume: files.volume, labels: files.labels },
    async run() {
      const { ct, labels } = phantom({ ...options, index: files.number });
      await Deno.mkdir(dirname(files.volume), { recursive: true });
      await writeNifti(files.volume, ct, { ...signal && { signal } });
      await writeNifti(files.labels, labels, { ...signal && { signal } });
    },
  };
}

/** A case as it comes, with one file of labels or several. */
export type SourceCase = Pick<LabelledCase, "number" | "volume" | "labels">;

/** A case that this project wrote, as one that comes. */
export function sourceCase({ number, volume, labels }: CaseFiles): SourceCase {
  return { number, volume, labels: ctOrgLabels(labels) };
}

/**
 * The cases of a data folder whose lungs and bone may be scored, and the numbers of those that may not, see {@linkcode whyNoTruth}.
 *
 * @throws {Error} If none may.
 */
export async function scorableCases(
  folder: string,
): Promise<{ cases: SourceCase[]; left: number[]; ctOrg: boolean }> {
  const { cases: all, layout, described } = await findCases(folder);
  const why = ({ origins }: LabelledCase) =>
    whyNoTruth(origins, "lungs") ?? whyNoTruth(origins, "bone");
  const cases = all.filter((one) => why(one) === undefined);
  if (cases.length === 0) {
    throw new Error(
      `Cannot use data folder "${folder}": lungs and bone of no case may be scored; of case ${
        all[0]!.name
      }: ${why(all[0]!)}`,
    );
  }
  const left = all.filter((one) => why(one) !== undefined).map(({ number }) => number);
  // The whole of CT-ORG's test set, as far as names tell; phantoms and data sets written here say what they are.
  const ctOrg = layout === "CT-ORG" && !described && cases.length === LAST_TEST_CASE + 1;
  return { cases, left, ctOrg };
}

/** Where a case's files on the run's grid go. */
export function gridFiles(folder: string, number: number): CaseFiles {
  return {
    number,
    volume: join(folder, "grid", `volume-${number}.nii.gz`),
    labels: join(folder, "grid", `labels-${number}.nii.gz`),
  };
}

/** Resamples a case to 3 mm: the image with the paper's smoothing, labels by nearest neighbour. */
export function resampleStage(
  from: SourceCase,
  to: CaseFiles,
  signal: AbortSignal | undefined,
): Stage {
  const labels = from.labels.map(({ path }, i) => [i === 0 ? "labels" : `labels ${i}`, path]);
  return {
    name: `grid/${from.number}`,
    code: ["src/volume", "src/data/labels_file.ts", "src/reproduce/_cases.ts"],
    options: {
      spacing: PAPER_SPACING,
      values: from.labels.map(({ values }) => [...values ?? []]),
    },
    inputs: { volume: from.volume, ...Object.fromEntries(labels) },
    outputs: { volume: to.volume, labels: to.labels },
    async run() {
      const options = { ...signal && { signal } };
      const ct = await readNifti(from.volume, options);
      const labels = await readLabelFiles(from.labels, { grid: ct, path: from.volume }, options);
      await Deno.mkdir(dirname(to.volume), { recursive: true });
      const image = resample(ct, { spacing: PAPER_SPACING, interpolation: "linear", ...options });
      await writeNifti(to.volume, image, options);
      const truth = resample(labels, {
        spacing: PAPER_SPACING,
        interpolation: "nearest",
        ...options,
      });
      await writeNifti(to.labels, truth, options);
    },
  };
}
