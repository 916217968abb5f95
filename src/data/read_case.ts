import {
  createVolume,
  readNifti,
  reorient,
  resample,
  sameGrid,
  type Volume,
} from "../volume/mod.ts";
import { PAPER_SPACING, readLabels } from "./labels_file.ts";

/** A CT and its labels as training sees them. */
export interface CaseVolumes {
  /** HU, RAS, 3 mm. */
  readonly volume: Volume;
  /** On the same grid. */
  readonly labels?: Volume<Uint8Array<ArrayBuffer>>;
}

/**
 * Reads a CT and its labels, turns them to RAS and resamples them to 3 mm, as the paper does.
 *
 * @param paths Absolute paths.
 * @param options The signal.
 * @returns Both.
 * @throws {TypeError} If the labels lie on another grid than the CT.
 * @throws {RangeError} If a label is not an integer from 0 to 255.
 */
export async function readCase(
  paths: { readonly volume: string; readonly labels: string },
  options: { readonly signal?: AbortSignal },
): Promise<Required<CaseVolumes>>;
export async function readCase(
  paths: { readonly volume: string; readonly labels?: string | undefined },
  options: { readonly signal?: AbortSignal },
): Promise<CaseVolumes>;
export async function readCase(
  paths: { readonly volume: string; readonly labels?: string | undefined },
  options: { readonly signal?: AbortSignal },
): Promise<CaseVolumes> {
  const ct = await readNifti(paths.volume, options);
  const file = paths.labels === undefined ? undefined : await readLabels(paths.labels, options);
  if (file && !sameGrid(ct, file)) {
    throw new TypeError(
      `Cannot use labels "${paths.labels}": their grid (${
        describe(file)
      }) is not that of "${paths.volume}" (${describe(ct)})`,
    );
  }
  const labels = file && createVolume(file.data, ct);
  return {
    volume: resample(reorient(ct, "RAS"), {
      spacing: PAPER_SPACING,
      interpolation: "linear",
      ...options,
    }),
    ...labels && {
      labels: resample(reorient(labels, "RAS"), {
        spacing: PAPER_SPACING,
        interpolation: "nearest",
        ...options,
      }) as Volume<Uint8Array<ArrayBuffer>>,
    },
  };
}

function describe({ dims, spacing, affine }: Volume): string {
  const origin = [affine[3]!, affine[7]!, affine[11]!];
  const round = (values: readonly number[]) => values.map((value) => Number(value.toFixed(3)));
  return `${dims.join(" x ")} voxels of ${round(spacing).join(" x ")} mm from ${
    round(origin).join(", ")
  }`;
}
