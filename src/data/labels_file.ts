import { createVolume, readNifti, type Volume } from "../volume/mod.ts";

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
  const labels = Uint8Array.from(data);
  const odd = labels.findIndex((label, i) => label !== data[i]);
  if (odd >= 0) {
    throw new RangeError(
      `Cannot use labels "${path}": voxel ${odd} has the value ${
        data[odd]
      }; labels are integers from 0 to 255`,
    );
  }
  return createVolume(labels, rest);
}
