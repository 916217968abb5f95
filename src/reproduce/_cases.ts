import { dirname, join } from "@std/path";
import {
  ctOrgLabels,
  exactOrigins,
  type LabelledCase,
  PAPER_SPACING,
  phantom,
  type PhantomOptions,
  readLabelFiles,
} from "../data/mod.ts";
import type { Gpu } from "../gpu/mod.ts";
import { readNifti, reorient, resample, writeNifti } from "../volume/mod.ts";
import type { Stage } from "./_stage.ts";

/** A case in the run: its number and the files it comes from. */
export interface CaseFiles {
  readonly number: number;
  readonly volume: string;
  readonly labels: string;
}

/** The folder of phantoms below the run's. */
export const PHANTOMS = "data";

/** Where a phantom's files go. */
export function phantomFiles(folder: string, number: number): CaseFiles {
  return {
    number,
    volume: join(folder, PHANTOMS, `volume-${number}.nii.gz`),
    labels: join(folder, PHANTOMS, `labels-${number}.nii.gz`),
  };
}

/** Makes a phantom and writes it in CT-ORG's layout. */
export function phantomStage(
  gpu: Gpu,
  files: CaseFiles,
  patient: PhantomOptions,
  signal: AbortSignal | undefined,
): Stage {
  return {
    name: `data/${files.number}`,
    code: [
      "src/data",
      "src/gpu",
      "src/phantom",
      "src/random",
      "src/volume",
      "src/labels/organs.ts",
      "src/reproduce/_cases.ts",
    ],
    // Phantoms of two adapters may differ in the last HU.
    options: { ...patient, adapter: gpu.info.description },
    inputs: {},
    outputs: { volume: files.volume, labels: files.labels },
    async run() {
      const { ct, labels } = await phantom(gpu, patient);
      await Deno.mkdir(dirname(files.volume), { recursive: true });
      await writeNifti(files.volume, ct, { ...signal && { signal } });
      await writeNifti(files.labels, labels, { ...signal && { signal } });
    },
  };
}

/** A case as it comes, with one file of labels or several. */
export type SourceCase = Pick<LabelledCase, "number" | "volume" | "labels" | "origins">;

/** A phantom that this project wrote, as a case that comes. */
export function phantomCase({ number, volume, labels }: CaseFiles): SourceCase {
  return { number, volume, labels: ctOrgLabels(labels), origins: exactOrigins() };
}

/** Where a case's files on the 3 mm grid are; `set` is the folder below the run's. */
export function gridFiles(folder: string, number: number, set: string): CaseFiles {
  return {
    number,
    volume: join(folder, set, `volume-${number}.nii.gz`),
    labels: join(folder, set, `labels-${number}.nii.gz`),
  };
}

/** Turns a case to RAS and resamples it to 3 mm: the image with the paper's smoothing, labels by nearest neighbour. */
export function resampleStage(
  from: SourceCase,
  to: CaseFiles,
  signal: AbortSignal | undefined,
  set: string,
): Stage {
  const labels = from.labels.map(({ path }, i) => [i === 0 ? "labels" : `labels ${i}`, path]);
  return {
    name: `${set}/${from.number}`,
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
      const image = resample(reorient(ct, "RAS"), {
        spacing: PAPER_SPACING,
        interpolation: "linear",
        ...options,
      });
      await writeNifti(to.volume, image, options);
      const truth = resample(reorient(labels, "RAS"), {
        spacing: PAPER_SPACING,
        interpolation: "nearest",
        ...options,
      });
      await writeNifti(to.labels, truth, options);
    },
  };
}
