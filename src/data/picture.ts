import { resample, type Vec3, type Volume } from "../volume/mod.ts";

/** mm between a picture's voxels, at least: enough to see what is where. */
const SPACING = 4;

/** A case to look at, no finer than 4 mm, on one grid. */
export interface LabelPicture {
  /** HU. */
  readonly ct: Volume;
  /** CT-ORG's values. */
  readonly labels: Volume<Uint8Array<ArrayBuffer>>;
}

/**
 * Reduces a case to what a page of many shows of it.
 *
 * @param ct HU.
 * @param labels CT-ORG's values on the same grid.
 * @returns Both by the nearest voxels.
 */
export function takePicture(ct: Volume, labels: Volume<Uint8Array<ArrayBuffer>>): LabelPicture {
  const spacing = ct.spacing.map((mm) => Math.max(mm, SPACING)) as unknown as Vec3;
  const options = { spacing, interpolation: "nearest" } as const;
  return { ct: resample(ct, options), labels: resample(labels, options) };
}
