import { createVolume, type Grid, readNifti, sameGrid, type Volume } from "../volume/mod.ts";
import { CT_ORG_VALUES } from "./_numbered.ts";
import type { LabelFile } from "./dataset.ts";

/** mm between voxels: the paper's grid. */
export const PAPER_SPACING = 3;

/**
 * Reads labels of any stored type: CT-ORG has them as float32.
 *
 * @param path A NIfTI file.
 * @param options The signal.
 * @returns One byte a voxel.
 * @throws {RangeError} If a label is not an integer from 0 to 255.
 */
export async function readLabels(
  path: string,
  options: { readonly signal?: AbortSignal },
): Promise<Volume<Uint8Array<ArrayBuffer>>> {
  const { data, ...rest } = await readNifti(path, options);
  const labels = new Uint8Array(data.length);
  for (let i = 0; i < labels.length; i++) {
    labels[i] = data[i]!;
    if (labels[i] === data[i]) continue;
    throw new RangeError(
      `Cannot use labels "${path}": voxel ${i} has the value ${
        data[i]
      }; labels are integers from 0 to 255`,
    );
  }
  return createVolume(labels, rest);
}

/**
 * A file that holds CT-ORG's values.
 *
 * @param path Its path.
 * @returns What {@linkcode readLabelFiles} reads.
 */
export function ctOrgLabels(path: string): readonly LabelFile[] {
  return [{ path, values: CT_ORG_VALUES }];
}

/**
 * Reads a case's labels and merges them to CT-ORG's values, see {@linkcode LabelledCase}.
 *
 * @param files At least one.
 * @param ct Where its voxels lie, and its path for messages.
 * @param options The signal.
 * @returns CT-ORG's values, and 255 for voxels to ignore, on the CT's very grid.
 * @throws {TypeError} If a file's voxels lie elsewhere.
 * @throws {RangeError} If a file holds a value that its data set does not have.
 */
export async function readLabelFiles(
  files: readonly LabelFile[],
  ct: { readonly grid: Grid; readonly path: string },
  options: { readonly signal?: AbortSignal },
): Promise<Volume<Uint8Array<ArrayBuffer>>> {
  let merged: Uint8Array<ArrayBuffer> | undefined;
  for (const { path, values } of files) {
    const file = await readLabels(path, options);
    if (!sameGrid(ct.grid, file)) {
      throw new TypeError(
        `Cannot use labels "${path}": their grid (${describe(file)}) is not that of "${ct.path}" (${
          describe(ct.grid)
        })`,
      );
    }
    if (values) translate(file.data, values, path);
    if (merged === undefined) {
      merged = file.data;
      continue;
    }
    for (let i = 0; i < merged.length; i++) if (merged[i] === 0) merged[i] = file.data[i]!;
  }
  if (!merged) throw new RangeError(`Cannot read labels of "${ct.path}": it has no files of them`);
  // On the CT's grid exactly, whatever rounding the labels' own header has.
  return createVolume(merged, ct.grid);
}

/** Puts CT-ORG's values in place of a data set's own. */
function translate(data: Uint8Array, values: ReadonlyMap<number, number>, path: string): void {
  const table = Int16Array.from({ length: 256 }, (_, value) => values.get(value) ?? -1);
  for (let i = 0; i < data.length; i++) {
    const label = table[data[i]!]!;
    if (label < 0) {
      throw new RangeError(
        `Cannot use labels "${path}": voxel ${i} has the value ${data[i]}; expected are ${
          [...values.keys()].join(", ")
        }`,
      );
    }
    data[i] = label;
  }
}

function describe({ dims, spacing, affine }: Grid): string {
  const origin = [affine[3]!, affine[7]!, affine[11]!];
  const round = (values: readonly number[]) => values.map((value) => Number(value.toFixed(3)));
  return `${dims.join(" x ")} voxels of ${round(spacing).join(" x ")} mm from ${
    round(origin).join(", ")
  }`;
}
