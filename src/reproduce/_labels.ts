import { dirname, join } from "@std/path";
import type { Gpu } from "../gpu/mod.ts";
import { labelOrgans, type LabelStep, ORGANS } from "../labels/mod.ts";
import { dice } from "../metrics/mod.ts";
import { createVolume, readNifti, writeNifti } from "../volume/mod.ts";
import { type LabelScore, writeTextWhole } from "../report/mod.ts";
import { readLabels } from "../data/mod.ts";
import type { CaseFiles } from "./_cases.ts";
import { toJson } from "./_files.ts";
import type { Stage } from "./_stage.ts";

/** The organs the rules label. */
export const RULED = ["lungs", "bone"] as const;

/** A case on the run's grid and the file with its unsupervised labels. */
export interface LabelledFiles {
  readonly truth: CaseFiles;
  readonly found: string;
}

/** How cases are labelled: the paper's rules are what the third claim is about. */
const RULES = { variant: "paper", border: "safe" } as const;
/** What decides labels. */
const CODE = ["src/labels", "src/morphology", "src/gpu", "src/volume", "src/reproduce/_labels.ts"];

/** Where a case's unsupervised labels go. */
export function unsupervisedFile(folder: string, number: number): string {
  return join(folder, "unsupervised", `labels-${number}.nii.gz`);
}

/** Labels a case by the paper's rules; the record keeps the time of each step. */
export function labelStage(
  gpu: Gpu,
  from: CaseFiles,
  to: string,
  signal: AbortSignal | undefined,
): Stage {
  return {
    name: `labels/${from.number}`,
    code: CODE,
    // The record keeps times, which belong to an adapter.
    options: { adapter: gpu.info.description, ...RULES },
    inputs: { volume: from.volume },
    outputs: { labels: to },
    async run() {
      const options = { ...signal && { signal } };
      const ct = await readNifti(from.volume, options);
      const steps: LabelStep[] = [];
      const labels = await labelOrgans(gpu, ct, {
        ...options,
        ...RULES,
        onStep: (step) => steps.push(step),
      });
      await Deno.mkdir(dirname(to), { recursive: true });
      await writeNifti(to, labels, options);
      return { steps };
    },
  };
}

/** Where the labels of a case that is trained on "the paper's way" go. */
export function mergedFile(folder: string, number: number): string {
  return join(folder, "merged", `labels-${number}.nii.gz`);
}

/** Labels for training as the paper has them: the given ones but for lungs and bone, which come from the rules and overwrite none of the others. */
export function mergeStage(
  gpu: Gpu,
  from: CaseFiles,
  to: string,
  signal: AbortSignal | undefined,
): Stage {
  return {
    name: `merged/${from.number}`,
    code: CODE,
    options: { adapter: gpu.info.description, ...RULES },
    inputs: { volume: from.volume, labels: from.labels },
    outputs: { labels: to },
    async run() {
      const options = { ...signal && { signal } };
      const ct = await readNifti(from.volume, options);
      const given = await readLabels(from.labels, options);
      const ruled: readonly number[] = RULED.map((organ) => ORGANS[organ]);
      const others = given.data.map((label) => ruled.includes(label) ? 0 : label);
      const labels = await labelOrgans(gpu, ct, {
        ...options,
        ...RULES,
        others: createVolume(others, ct),
      });
      await Deno.mkdir(dirname(to), { recursive: true });
      await writeNifti(to, labels, options);
    },
  };
}

/** Scores every case's unsupervised labels against its truth. */
export function scoreStage(
  cases: readonly LabelledFiles[],
  to: string,
  signal: AbortSignal | undefined,
): Stage {
  const inputs = cases.flatMap(({ truth, found }) => [
    [`truth ${truth.number}`, truth.labels],
    [`unsupervised ${truth.number}`, found],
  ]);
  return {
    name: "score",
    code: [
      "src/metrics",
      "src/labels/organs.ts",
      "src/data/labels_file.ts",
      "src/volume",
      "src/reproduce/_labels.ts",
    ],
    options: {},
    inputs: Object.fromEntries(inputs),
    outputs: { scores: to },
    async run() {
      const options = { ...signal && { signal } };
      const scores: LabelScore[] = [];
      for (const { truth, found } of cases) {
        const a = await readLabels(found, options);
        const b = await readLabels(truth.labels, options);
        for (const organ of RULED) {
          const value = dice(a.data, b.data, ORGANS[organ]);
          scores.push({
            case: truth.number,
            organ,
            variant: "paper",
            ...value !== undefined && { dice: value },
          });
        }
      }
      await writeTextWhole(to, toJson(scores));
    },
  };
}
