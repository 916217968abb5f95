import { dirname, join } from "@std/path";
import { findCases, LAST_TEST_CASE, PAPER_SPACING, phantom, readLabels } from "../data/mod.ts";
import {
  createVolume,
  readNifti,
  resample,
  sameGrid,
  type Vec3,
  writeNifti,
} from "../volume/mod.ts";
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

/**
 * The cases of a data folder that may be scored, and the numbers of those that may not: lungs and bone of CT-ORG's other
 * cases were made by the rules that are to be judged.
 *
 * @throws {Error} If none may.
 */
export async function scorableCases(
  folder: string,
): Promise<{ cases: CaseFiles[]; left: number[] }> {
  const all = await findCases(folder);
  const cases = all.filter(({ number }) => number <= LAST_TEST_CASE);
  if (cases.length === 0) {
    throw new Error(
      `Cannot use data folder "${folder}": only cases 0 to ${LAST_TEST_CASE} may be scored (CT-ORG's rules made the ` +
        `lungs and bones of the others), found case ${all[0]!.number} and up`,
    );
  }
  const left = all.map(({ number }) => number).filter((number) => number > LAST_TEST_CASE);
  return { cases, left };
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
  from: CaseFiles,
  to: CaseFiles,
  signal: AbortSignal | undefined,
): Stage {
  return {
    name: `grid/${from.number}`,
    code: ["src/volume", "src/data/labels_file.ts", "src/reproduce/_cases.ts"],
    options: { spacing: PAPER_SPACING },
    inputs: { volume: from.volume, labels: from.labels },
    outputs: { volume: to.volume, labels: to.labels },
    async run() {
      const options = { ...signal && { signal } };
      const ct = await readNifti(from.volume, options);
      const labels = await readLabels(from.labels, options);
      if (!sameGrid(ct, labels)) {
        throw new TypeError(
          `Cannot use case ${from.number}: "${from.labels}" (${
            labels.dims.join(" x ")
          }) does not lie on the grid of ` +
            `"${from.volume}" (${ct.dims.join(" x ")})`,
        );
      }
      await Deno.mkdir(dirname(to.volume), { recursive: true });
      const image = resample(ct, { spacing: PAPER_SPACING, interpolation: "linear", ...options });
      await writeNifti(to.volume, image, options);
      // On the image's grid exactly, whatever rounding the labels' own header has.
      const truth = resample(createVolume(labels.data, ct), {
        spacing: PAPER_SPACING,
        interpolation: "nearest",
        ...options,
      });
      await writeNifti(to.labels, truth, options);
    },
  };
}
