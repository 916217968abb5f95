import { dirname, join } from "@std/path";
import { readLabels } from "../data/mod.ts";
import { readNifti, resample, writeNifti } from "../volume/mod.ts";
import type { CaseFiles } from "./_cases.ts";
import type { Stage } from "./_stage.ts";

/** Where a case's files on the network's grid go. */
export function networkFiles(folder: string, number: number): CaseFiles {
  return {
    number,
    volume: join(folder, "network", `volume-${number}.nii.gz`),
    labels: join(folder, "network", `labels-${number}.nii.gz`),
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
      const labels = await readLabels(from.labels, own);
      await Deno.mkdir(dirname(to.volume), { recursive: true });
      await writeNifti(to.volume, resample(ct, { spacing, interpolation: "linear", ...own }), own);
      const coarse = resample(labels, { spacing, interpolation: "nearest", ...own });
      await writeNifti(to.labels, coarse, own);
    },
  };
}
