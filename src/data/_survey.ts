import { type OrganName, ORGANS } from "../labels/mod.ts";
import { type Grid, readNifti, sameGrid, type Vec3 } from "../volume/mod.ts";
import type { LabelFile } from "./dataset.ts";

/** Stands for NaN and infinity where they are counted: no HU and no label. */
export const NON_FINITE = -123_456;
/** So many odd values are named; the others are counted. */
const NAMED = 5;

/** An organ in a case's labels. */
export interface OrganSurvey {
  readonly organ: OrganName;
  readonly voxels: number;
  readonly ml: number;
  /** World mm, RAS+. */
  readonly centre: Vec3;
}

/** What a case's labels hold, whatever is wrong with them. */
export interface LabelSurvey {
  /** CT-ORG's values on the CT's grid; what cannot be used is 0. */
  readonly labels: Uint8Array<ArrayBuffer>;
  /** Why they cannot be used, one line each. */
  readonly faults: readonly string[];
  /** What is odd about them, one line each. */
  readonly warnings: readonly string[];
}

/**
 * Reads a case's labels as far as they can be read, and names all that is wrong with them.
 *
 * @param files The labels' files.
 * @param grid The CT's.
 * @param options The signal.
 * @returns Labels, faults and warnings.
 */
export async function surveyLabels(
  files: readonly LabelFile[],
  grid: Grid,
  options: { readonly signal?: AbortSignal },
): Promise<LabelSurvey> {
  const labels = new Uint8Array(grid.dims[0] * grid.dims[1] * grid.dims[2]);
  const faults: string[] = [];
  let twice = 0;
  for (const { path, values } of files) {
    let file;
    try {
      file = await readNifti(path, { ...options, nonFinite: NON_FINITE });
    } catch (error) {
      options.signal?.throwIfAborted();
      faults.push((error as Error).message);
      continue;
    }
    if (!sameGrid(grid, file)) {
      faults.push(`Labels lie on another grid than the CT: ${gridDifference(grid, file)}`);
      continue;
    }
    const odd = new Map<number, number>();
    const table = Array.from({ length: 256 }, (_, value) => values ? values.get(value) : value);
    for (let i = 0; i < labels.length; i++) {
      const value = file.data[i]!;
      // Undefined for what is no integer from 0 to 255, too.
      const label = table[value];
      if (label === undefined) odd.set(value, (odd.get(value) ?? 0) + 1);
      else if (labels[i] === 0) labels[i] = label;
      else if (label !== 0 && label !== labels[i]) twice++;
    }
    if (odd.size > 0) faults.push(`Unexpected labels: ${describeOdd(odd)}`);
  }
  const warnings = twice > 0 ? [`${twice} voxels belong to two organs; the first counts`] : [];
  return { labels, faults, warnings };
}

function describeOdd(odd: ReadonlyMap<number, number>): string {
  const named = [...odd].sort((a, b) => b[1] - a[1]).slice(0, NAMED).map(([value, count]) =>
    `${value === NON_FINITE ? "NaN or infinity" : value} (${count} voxels)`
  );
  const more = odd.size - named.length;
  return named.join(", ") + (more > 0 ? ` and ${more} other values` : "");
}

function gridDifference(ct: Grid, labels: Grid): string {
  const show = (values: readonly number[]) =>
    values.map((value) => Number(value.toFixed(3))).join(" x ");
  if (show(ct.dims) !== show(labels.dims)) {
    return `${show(labels.dims)} voxels, not ${show(ct.dims)}`;
  }
  if (show(ct.spacing) !== show(labels.spacing)) {
    return `spacing ${show(labels.spacing)} mm, not ${show(ct.spacing)}`;
  }
  const axes = ({ affine }: Grid) => affine.filter((_, i) => i % 4 !== 3);
  const origin = ({ affine }: Grid) => [affine[3]!, affine[7]!, affine[11]!];
  return show(axes(ct)) === show(axes(labels))
    ? `origin ${show(origin(labels))} mm, not ${show(origin(ct))}`
    : "its axes point elsewhere";
}

/**
 * Volume and centre of each organ.
 *
 * @param labels CT-ORG's values.
 * @param grid Where they lie.
 * @returns The organs that have voxels, in CT-ORG's order.
 */
export function surveyOrgans(labels: Uint8Array, { dims, affine }: Grid): OrganSurvey[] {
  const [nx, ny] = dims;
  const counts = new Float64Array(256);
  const sums = new Float64Array(3 * 256);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label === 0) continue;
    counts[label]!++;
    sums[3 * label]! += i % nx;
    sums[3 * label + 1]! += Math.floor(i / nx) % ny;
    sums[3 * label + 2]! += Math.floor(i / (nx * ny));
  }
  const ml = volumeOfVoxel(affine) / 1000;
  return (Object.entries(ORGANS) as [OrganName | "background", number][]).flatMap(
    ([organ, label]) => {
      const voxels = counts[label]!;
      if (organ === "background" || voxels === 0) return [];
      const index = [0, 1, 2].map((axis) => sums[3 * label + axis]! / voxels);
      const centre = [0, 4, 8].map((row) =>
        affine[row]! * index[0]! + affine[row + 1]! * index[1]! + affine[row + 2]! * index[2]! +
        affine[row + 3]!
      ) as unknown as Vec3;
      return [{ organ, voxels, ml: voxels * ml, centre }];
    },
  );
}

/** mm^3, by the determinant: axes need not be at right angles. */
function volumeOfVoxel(m: Grid["affine"]): number {
  const determinant = m[0]! * (m[5]! * m[10]! - m[6]! * m[9]!) -
    m[1]! * (m[4]! * m[10]! - m[6]! * m[8]!) + m[2]! * (m[4]! * m[9]! - m[5]! * m[8]!);
  return Math.abs(determinant);
}
