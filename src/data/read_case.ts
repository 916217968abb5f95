import { readNifti, reorient, resample, type Volume } from "../volume/mod.ts";
import { bodyBox, cropVolume } from "./crop_to_body.ts";
import type { LabelFile } from "./dataset.ts";
import { geometryNotes } from "./geometry.ts";
import { PAPER_SPACING, readLabelFiles } from "./labels_file.ts";

/** A CT and its labels as training sees them. */
export interface CaseVolumes {
  /** HU, RAS, 3 mm. */
  readonly volume: Volume;
  /** On the same grid. */
  readonly labels?: Volume<Uint8Array<ArrayBuffer>>;
  /** What makes the CT's header hard to believe, one line each. */
  readonly notes: readonly string[];
}

/** The files of a case. */
export interface CasePaths {
  /** The CT. */
  readonly volume: string;
  /** None for a CT alone. */
  readonly labels?: readonly LabelFile[] | undefined;
}

/** Options of {@linkcode readCase}. */
export interface ReadCaseOptions {
  /**
   * `"body"` leaves most of the air around the patient away, see {@linkcode bodyBox}.
   *
   * @default {"none"}
   */
  readonly crop?: "none" | "body";
  /** Ends the reading early. */
  readonly signal?: AbortSignal;
}

/**
 * Reads a CT and its labels, turns them to RAS and resamples them to 3 mm, as the paper does.
 *
 * @param paths The files.
 * @param options Whether to crop, and a signal.
 * @returns Both.
 * @throws {TypeError} If the labels lie on another grid than the CT.
 * @throws {RangeError} If a label is not an integer from 0 to 255, or none of the data set's.
 */
export async function readCase(
  paths: CasePaths & { readonly labels: readonly LabelFile[] },
  options?: ReadCaseOptions,
): Promise<Required<CaseVolumes>>;
export async function readCase(paths: CasePaths, options?: ReadCaseOptions): Promise<CaseVolumes>;
export async function readCase(
  paths: CasePaths,
  { crop = "none", ...options }: ReadCaseOptions = {},
): Promise<CaseVolumes> {
  const ct = await readNifti(paths.volume, options);
  const given = paths.labels &&
    await readLabelFiles(paths.labels, { grid: ct, path: paths.volume }, options);
  const volume: Volume = resample(reorient(ct, "RAS"), {
    spacing: PAPER_SPACING,
    interpolation: "linear",
    ...options,
  });
  const labels = given && resample(reorient(given, "RAS"), {
    spacing: PAPER_SPACING,
    interpolation: "nearest",
    ...options,
  }) as Volume<Uint8Array<ArrayBuffer>>;
  const notes = geometryNotes(ct);
  if (crop === "none") return { volume, ...labels && { labels }, notes };
  const box = bodyBox(volume, labels);
  return {
    volume: cropVolume(volume, box),
    ...labels && { labels: cropVolume(labels, box) },
    notes,
  };
}
