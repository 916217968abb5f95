import { readNifti, reorient, resample, type Volume } from "../volume/mod.ts";
import type { LabelFile } from "./dataset.ts";
import { PAPER_SPACING, readLabelFiles } from "./labels_file.ts";

/** A CT and its labels as training sees them. */
export interface CaseVolumes {
  /** HU, RAS, 3 mm. */
  readonly volume: Volume;
  /** On the same grid. */
  readonly labels?: Volume<Uint8Array<ArrayBuffer>>;
}

/** The files of a case. */
export interface CasePaths {
  /** The CT. */
  readonly volume: string;
  /** None for a CT alone. */
  readonly labels?: readonly LabelFile[] | undefined;
}

/**
 * Reads a CT and its labels, turns them to RAS and resamples them to 3 mm, as the paper does.
 *
 * @param paths The files.
 * @param options The signal.
 * @returns Both.
 * @throws {TypeError} If the labels lie on another grid than the CT.
 * @throws {RangeError} If a label is not an integer from 0 to 255, or none of the data set's.
 */
export async function readCase(
  paths: CasePaths & { readonly labels: readonly LabelFile[] },
  options: { readonly signal?: AbortSignal },
): Promise<Required<CaseVolumes>>;
export async function readCase(
  paths: CasePaths,
  options: { readonly signal?: AbortSignal },
): Promise<CaseVolumes>;
export async function readCase(
  paths: CasePaths,
  options: { readonly signal?: AbortSignal },
): Promise<CaseVolumes> {
  const ct = await readNifti(paths.volume, options);
  const labels = paths.labels &&
    await readLabelFiles(paths.labels, { grid: ct, path: paths.volume }, options);
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
