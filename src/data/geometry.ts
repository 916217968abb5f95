import { type Affine, type Grid, headerGrid, type NiftiHeader, type Vec3 } from "../volume/mod.ts";

/** A CT's voxels are between these many mm apart. */
const SPACINGS = { least: 0.2, most: 10 } as const;
/** Its field of view is at most so many mm long along any axis. */
const LONGEST = 2500;
/** Spacings that differ by less are one, as float32 and files' rounding go. */
const SAME = 0.01;
/** Voxels by which a header's two ways of saying where it lies may differ: quaternions are rounded. */
const HALF = 0.5;

/**
 * What makes a CT's header hard to believe. Some of CT-ORG's headers that came from LiTS are identity affines with wrong slice spacing: the
 * voxels are fine, but each length and each resampling is wrong. Nothing is mended, as the true spacing is not known.
 *
 * @param volume The CT's grid and header.
 * @returns One line each; none if nothing is odd.
 */
export function geometryNotes(
  { header, dims, affine, spacing }: Grid & { readonly header: NiftiHeader },
): string[] {
  const notes: string[] = [];
  const pixdim = header.pixdim.slice(1, 4) as unknown as Vec3;
  const differs = header.xyztUnits % 8 !== 1 && header.xyztUnits % 8 !== 3 &&
    spacing.some((mm, axis) => !(Math.abs(mm / pixdim[axis]! - 1) < SAME));
  if (isIdentity(affine)) {
    notes.push(
      "Identity affine: no scanner writes that, so that its spacing of 1 x 1 x 1 mm and its orientation are likely wrong",
    );
  }
  if (differs) {
    notes.push(
      `Spacing is ${round(spacing)} mm by the affine, ${
        round(pixdim)
      } by pixdim; the affine counts`,
    );
  }
  const apart = differs ? 0 : voxelsApart(header, { dims, affine, spacing });
  if (apart > HALF) {
    notes.push(
      `Its sform and qform lie up to ${
        Math.round(apart)
      } voxels apart: the sform counts, other programs may take the qform`,
    );
  }
  if (header.sformCode <= 0 && header.qformCode <= 0) {
    notes.push("No orientation in the header: its axes are taken to point right, front and up");
  }
  const odd = spacing.find((mm) => mm < SPACINGS.least || mm > SPACINGS.most);
  if (odd !== undefined) {
    notes.push(`Spacing of ${round(spacing)} mm is none of a CT: check its units`);
  } else if (dims.some((n, axis) => n * spacing[axis]! > LONGEST)) {
    const lengths = dims.map((n, axis) => Math.round(n * spacing[axis]!));
    notes.push(`A field of view of ${lengths.join(" x ")} mm is longer than a person`);
  }
  return notes;
}

/** How far a voxel lies from where the header's other way of saying it puts it: the most, in the smallest spacing. */
function voxelsApart(header: NiftiHeader, { dims, affine, spacing }: Grid): number {
  if (header.sformCode <= 0 || header.qformCode <= 0) return 0;
  let other: Affine;
  try {
    ({ affine: other } = headerGrid({ ...header, sformCode: 0 }, dims));
  } catch {
    // A quaternion that is none: nobody can take it.
    return 0;
  }
  const difference = affine.map((value, i) => value - other[i]!);
  let most = 0;
  for (let corner = 0; corner < 8; corner++) {
    const index = dims.map((n, axis) => corner >> axis & 1 ? n - 1 : 0) as unknown as Vec3;
    const shift = [0, 4, 8].map((row) =>
      index.reduce((sum, n, axis) => sum + difference[row + axis]! * n, difference[row + 3]!)
    );
    most = Math.max(most, Math.hypot(...shift));
  }
  return most / Math.min(...spacing);
}

/** Whether voxel indices are taken for mm as they are. */
function isIdentity(affine: Affine): boolean {
  return [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0].every((value, i) =>
    Math.abs(affine[i]! - value) < 1e-6
  );
}

function round(values: readonly number[]): string {
  return values.map((value) => Number(value.toFixed(3))).join(" x ");
}
