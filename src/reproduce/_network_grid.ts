import { dirname, join } from "@std/path";
import { readLabels } from "../data/mod.ts";
import { createVolume, readNifti, resample, writeNifti } from "../volume/mod.ts";
import type { CaseFiles } from "./_cases.ts";
import type { LabelSource } from "./_arms.ts";
import type { Stage } from "./_stage.ts";

/** Where a case's files on the network's grid go; labels of each source have a folder of their own. */
export function networkFiles(
  folder: string,
  number: number,
  labels: LabelSource = "true",
): CaseFiles {
  const kind = labels === "true" ? "network" : "network-unsupervised";
  return {
    number,
    volume: join(folder, "network", `volume-${number}.nii.gz`),
    labels: join(folder, kind, `labels-${number}.nii.gz`),
  };
}

/** Brings a case from 3 mm to the network's grid: the image with the paper's smoothing, labels by nearest neighbour. */
export function networkGridStage(
  from: CaseFiles,
  to: CaseFiles,
  spacing: number,
  signal: AbortSignal | undefined,
): Stage {
  const own = { ...signal && { signal } };
  return {
    name: `network/${from.number}`,
    code: ["src/volume", "src/data/labels_file.ts", "src/reproduce/_network_grid.ts"],
    options: { spacing },
    inputs: { volume: from.volume, labels: from.labels },
    outputs: { volume: to.volume, labels: to.labels },
    async run() {
      const ct = await readNifti(from.volume, own);
      await Deno.mkdir(dirname(to.volume), { recursive: true });
      await writeNifti(to.volume, resample(ct, { spacing, interpolation: "linear", ...own }), own);
      await resampleLabels(from.labels, to.labels, spacing, own);
    },
  };
}

/** Brings labels of another source to the network's grid. */
export function networkLabelsStage(
  number: number,
  from: string,
  to: string,
  spacing: number,
  signal: AbortSignal | undefined,
): Stage {
  return {
    name: `network-unsupervised/${number}`,
    code: ["src/volume", "src/data/labels_file.ts", "src/reproduce/_network_grid.ts"],
    options: { spacing },
    inputs: { labels: from },
    outputs: { labels: to },
    run: () => resampleLabels(from, to, spacing, { ...signal && { signal } }),
  };
}

async function resampleLabels(
  from: string,
  to: string,
  spacing: number,
  options: { readonly signal?: AbortSignal },
): Promise<void> {
  const labels = await readLabels(from, options);
  const coarse = resample(labels, { spacing, interpolation: "nearest", ...options });
  await Deno.mkdir(dirname(to), { recursive: true });
  await writeNifti(to, createVolume(coarse.data, coarse), options);
}
