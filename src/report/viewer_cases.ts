import type { OrganName } from "../labels/mod.ts";
import { reorient, resample, type Volume } from "../volume/mod.ts";
import { deflate } from "./_deflate.ts";
import { toGray } from "./slices.ts";

/** A case to look through: CT, truth and prediction on one grid. */
export interface ViewedCase {
  /** The case's number, as in the result. */
  readonly case: number;
  /** HU. */
  readonly ct: Volume;
  /** True labels, values of `ORGANS`. */
  readonly truth: Volume<Uint8Array>;
  /** Labels found, values of `ORGANS`. */
  readonly prediction: Volume<Uint8Array>;
}

/** The best, median or worst case of an organ. */
export interface ViewedPick {
  readonly organ: OrganName;
  readonly place: "best" | "median" | "worst";
  /** The case's number. */
  readonly case: number;
  readonly dice: number;
}

/** What one trained network made of the test cases. */
export interface ViewedArm {
  readonly arm: string;
  readonly seed: number;
  /** How many cases the picks were taken from. */
  readonly of: number;
  readonly picks: readonly ViewedPick[];
  /** Each case that a pick names, once. */
  readonly cases: readonly ViewedCase[];
}

/** Cases small enough for a page. */
export interface PackedCases {
  /** As they were packed, axes to the right, the front and the head (RAS). */
  readonly cases: readonly ViewedCase[];
  /** Of each case, base64 of a zlib stream: a byte of {@linkcode toGray} a voxel, then a byte of truth + 8 x prediction a voxel. */
  readonly texts: readonly string[];
  /** By how much voxels were enlarged along each axis; 1 if not. */
  readonly factor: number;
}

/** Characters that all cases together may take in a page. */
export const CASES_BUDGET = 9e6;

/**
 * Packs cases for a page, all with voxels enlarged by one factor, the smallest found that keeps them within the budget: the CT is resampled
 * with smoothing, labels by nearest neighbour.
 *
 * @param cases The cases.
 * @param budget Characters of all texts together.
 * @returns The packed cases.
 */
export async function packCases(
  cases: readonly ViewedCase[],
  budget = CASES_BUDGET,
): Promise<PackedCases> {
  const upright = cases.map((one) => ({
    case: one.case,
    ct: reorient(one.ct, "RAS"),
    truth: reorient(one.truth, "RAS"),
    prediction: reorient(one.prediction, "RAS"),
  }));
  for (let factor = 1;;) {
    const reduced = factor === 1 ? upright : upright.map((one) => enlargeVoxels(one, factor));
    const texts = await Promise.all(reduced.map(pack));
    const size = texts.reduce((sum, { length }) => sum + length, 0);
    if (size <= budget || reduced.every(isOneVoxel)) return { cases: reduced, texts, factor };
    factor = Math.ceil(factor * Math.cbrt(size / budget) * 100) / 100;
  }
}

function isOneVoxel({ ct }: ViewedCase): boolean {
  return ct.data.length === 1;
}

function enlargeVoxels(one: ViewedCase, factor: number): ViewedCase {
  const [x, y, z] = one.ct.spacing;
  const spacing = [x * factor, y * factor, z * factor] as const;
  return {
    case: one.case,
    ct: resample(one.ct, { spacing, interpolation: "linear" }),
    truth: resample(one.truth, { spacing, interpolation: "nearest" }),
    prediction: resample(one.prediction, { spacing, interpolation: "nearest" }),
  };
}

async function pack({ ct, truth, prediction }: ViewedCase): Promise<string> {
  const count = ct.data.length;
  const bytes = new Uint8Array(2 * count);
  for (let i = 0; i < count; i++) {
    bytes[i] = toGray(ct.data[i]!);
    bytes[count + i] = truth.data[i]! | prediction.data[i]! << 3;
  }
  return (await deflate(bytes)).toBase64();
}
