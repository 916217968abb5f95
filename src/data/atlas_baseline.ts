import { ORGANS } from "../labels/mod.ts";
import type { LoadedCase } from "./load_cases.ts";

/** Width of a bin of HU, and their range. */
const BIN = 20;
const LOWEST = -1024;
const BINS = Math.ceil((3072 - LOWEST) / BIN);

/** Classes: background and the organs of CT-ORG without the brain. */
const CLASSES = ORGANS.bone + 1;

/** What {@linkcode fitAtlas} learns. */
export interface Atlas {
  /** log P(class) at each voxel, class after class. */
  readonly prior: Float32Array;
  /** log P(HU | class) of each bin, class after class. */
  readonly likelihood: Float32Array;
  /** Voxels of a case. */
  readonly voxels: number;
}

type AtlasCase = Pick<LoadedCase, "volume" | "labels">;

/**
 * What can be had without shapes: how often each organ is met at each place, and which HU it has. Nothing harder than this is a network
 * needed for, so cohorts are measured by it.
 *
 * @param cases On one grid, the same place of the body in the middle of each.
 * @returns Priors, of 3 x 3 x 3 voxels and one count for each class more, and histograms of HU in bins of 20.
 * @throws {RangeError} If there is no case, or grids differ.
 */
export function fitAtlas(cases: readonly AtlasCase[]): Atlas {
  const [first] = cases;
  if (!first) throw new RangeError("Cannot fit an atlas: there are no cases");
  const [nx, ny, nz] = first.labels.dims;
  const voxels = nx * ny * nz;
  const prior = new Float32Array(CLASSES * voxels);
  const likelihood = new Float32Array(CLASSES * BINS).fill(1);
  for (const { volume, labels } of cases) {
    if (labels.dims.join() !== first.labels.dims.join()) {
      throw new RangeError(
        `Cannot fit an atlas: cases have ${labels.dims.join(" x ")} and ${
          first.labels.dims.join(" x ")
        } voxels`,
      );
    }
    labels.data.forEach((label, i) => {
      prior[label * voxels + i]!++;
      likelihood[label * BINS + binOf(volume.data[i]!)]!++;
    });
  }
  for (let c = 0; c < CLASSES; c++) {
    const counts = prior.subarray(c * voxels, (c + 1) * voxels);
    for (const [step, n] of [[1, nx], [nx, ny], [nx * ny, nz]] as const) {
      const before = counts.slice();
      counts.forEach((_, i) => {
        const place = Math.floor(i / step) % n;
        counts[i] = before[i]! + (place > 0 ? before[i - step]! : 0) +
          (place < n - 1 ? before[i + step]! : 0);
      });
    }
    counts.forEach((count, i) => counts[i] = Math.log(count + 1));
    const bins = likelihood.subarray(c * BINS, (c + 1) * BINS);
    const all = bins.reduce((sum, count) => sum + count, 0);
    bins.forEach((count, i) => bins[i] = Math.log(count / all));
  }
  return { prior, likelihood, voxels };
}

/**
 * Labels each voxel by its place and its HU alone.
 *
 * @param atlas From {@linkcode fitAtlas}.
 * @param volume On the same grid.
 * @returns The likeliest class of each voxel.
 * @throws {RangeError} If the grid is another.
 */
export function segmentByAtlas(
  { prior, likelihood, voxels }: Atlas,
  { data }: LoadedCase["volume"],
): Uint8Array<ArrayBuffer> {
  if (data.length !== voxels) {
    throw new RangeError(`Cannot segment ${data.length} voxels by an atlas of ${voxels}`);
  }
  return Uint8Array.from(data, (hu, i) => {
    const bin = binOf(hu);
    let best = 0;
    let most = -Infinity;
    for (let c = 0; c < CLASSES; c++) {
      const value = prior[c * voxels + i]! + likelihood[c * BINS + bin]!;
      if (value > most) [most, best] = [value, c];
    }
    return best;
  });
}

function binOf(hu: number): number {
  return Math.min(BINS - 1, Math.max(0, Math.floor((hu - LOWEST) / BIN)));
}
