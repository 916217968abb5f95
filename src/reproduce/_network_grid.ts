import { dirname, join } from "@std/path";
import { readLabels } from "../data/mod.ts";
import {
  antialias,
  createGrid,
  type Grid,
  readNifti,
  resampleTo,
  type Vec3,
  writeNifti,
} from "../volume/mod.ts";
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

/**
 * The network's grid of a case at 3 mm. Of an odd number of voxels to one of the network's, which begin with the first, it has the middle one:
 * between two voxels the image would be a mean of both, and the label one's.
 *
 * @param grid The case's.
 * @param spacing mm between the network's voxels.
 * @returns The network's grid: as many voxels as fill the case's, rounded, one along each axis at least.
 */
export function networkGrid({ dims, affine, spacing: own }: Grid, spacing: number): Grid {
  const factors = own.map((mm) => spacing / mm);
  const rows = [0, 4, 8].flatMap((row) => {
    const columns = factors.map((factor, axis) => affine[row + axis]! * factor);
    const first = factors.map((factor, axis) => affine[row + axis]! * (factor - 1) / 2);
    return [...columns, first.reduce((sum, mm) => sum + mm, affine[row + 3]!)];
  });
  return createGrid({
    dims: dims.map((n, axis) => Math.max(1, Math.round(n / factors[axis]!))) as unknown as Vec3,
    affine: rows,
  });
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
      const grid = networkGrid(ct, spacing);
      const image = resampleTo(antialias(ct, spacing), grid, {
        interpolation: "linear",
        outside: "edge",
      });
      await writeNifti(to.volume, image, own);
      const coarse = resampleTo(labels, grid, { interpolation: "nearest", outside: "edge" });
      await writeNifti(to.labels, coarse, own);
    },
  };
}
