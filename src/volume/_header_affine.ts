import { determinant } from "./_affine.ts";
import { type Affine, createGrid, type Grid, type Vec3 } from "./grid.ts";
import { NiftiError } from "./nifti_error.ts";
import type { NiftiHeader } from "./nifti_header.ts";

/** `sqrt(b^2 + c^2 + d^2)` of a unit quaternion may pass 1 by this much through rounding. */
const QUATERNION_SLACK = 1e-3;

/**
 * The grid that a header describes: by `srow` if `sform_code` is above 0, else by the quaternion if
 * `qform_code` is, else by `pixdim` alone (nifti1.h, methods 3, 2 and 1).
 *
 * @param header The header.
 * @param dims Voxels along x, y, z.
 * @returns The grid, in mm.
 * @throws {NiftiError} With the field at fault and no prefix: the caller names the file.
 */
export function headerGrid(header: NiftiHeader, dims: Vec3): Grid {
  const used = Math.min(3, header.dim[0]!);
  for (let axis = 1; axis <= used; axis++) finite(header.pixdim[axis]!, "pixdim", axis);
  if (header.qformCode > 0) {
    header.quatern.forEach((value, i) => finite(value, `quatern_${"bcd"[i]}`));
    header.qoffset.forEach((value, i) => finite(value, `qoffset_${"xyz"[i]}`));
    finite(header.pixdim[0]!, "pixdim", 0);
  }
  if (header.sformCode > 0) {
    header.srow.forEach((value, i) => finite(value, `srow_${"xyz"[Math.floor(i / 4)]}`, i % 4));
  }

  const scale = unitScale(header.xyztUnits);
  const field = header.sformCode > 0 ? "srow" : header.qformCode > 0 ? "quatern" : "pixdim";
  const affine = field === "srow" ? header.srow : qformAffine(header, used, field === "quatern");
  try {
    return createGrid({ dims, affine: affine.map((value) => value * scale) });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const reason = error.message.replace("Cannot make a grid: ", "");
    throw new NiftiError(`${field} is not usable: ${reason}`, { field, cause: error });
  }
}

/**
 * Quaternion (b, c, d) and qfac of an affine whose axes are at right angles; undefined if they are
 * not, because a quaternion cannot say so. The largest of the four components is found first, for
 * accuracy (as nifti_mat44_to_quatern does).
 */
export function quaternionOf(
  affine: Affine,
  spacing: Vec3,
): { readonly quatern: Vec3; readonly qfac: 1 | -1 } | undefined {
  const axes = affine.map((value, i) => i % 4 === 3 ? 0 : value / spacing[i % 4]!);
  const dot = (p: number, q: number) =>
    axes[p]! * axes[q]! + axes[4 + p]! * axes[4 + q]! + axes[8 + p]! * axes[8 + q]!;
  if (Math.max(Math.abs(dot(0, 1)), Math.abs(dot(0, 2)), Math.abs(dot(1, 2))) > 1e-5) {
    return undefined;
  }
  const qfac = determinant(axes) < 0 ? -1 : 1;
  const [r11, r12, r13, r21, r22, r23, r31, r32, r33] = [0, 4, 8].flatMap((r) => [
    axes[r]!,
    axes[r + 1]!,
    axes[r + 2]! * qfac,
  ]) as [number, number, number, number, number, number, number, number, number];
  const squares = [
    1 + r11 + r22 + r33,
    1 + r11 - r22 - r33,
    1 - r11 + r22 - r33,
    1 - r11 - r22 + r33,
  ];
  const largest = squares.indexOf(Math.max(...squares));
  const s = 2 * Math.sqrt(squares[largest]!);
  const [a, b, c, d] = [
    [s / 4, (r32 - r23) / s, (r13 - r31) / s, (r21 - r12) / s],
    [(r32 - r23) / s, s / 4, (r12 + r21) / s, (r13 + r31) / s],
    [(r13 - r31) / s, (r12 + r21) / s, s / 4, (r23 + r32) / s],
    [(r21 - r12) / s, (r13 + r31) / s, (r23 + r32) / s, s / 4],
  ][largest] as [number, number, number, number];
  // The header has no room for a: it is taken as positive.
  const sign = a < 0 ? -1 : 1;
  return { quatern: [sign * b, sign * c, sign * d], qfac };
}

function qformAffine(header: NiftiHeader, used: number, rotated: boolean): Affine {
  const spacing = [1, 2, 3].map((axis) => {
    const value = header.pixdim[axis]!;
    // A flat image need not say how thick it is.
    if (axis > used && !(value > 0 && Number.isFinite(value))) return 1;
    if (value > 0) return value;
    throw new NiftiError(`pixdim[${axis}], a spacing, must be positive, found ${value}`, {
      field: "pixdim",
      value,
    });
  }) as [number, number, number];
  const [sx, sy, sz] = spacing;
  if (!rotated) return [sx, 0, 0, 0, 0, sy, 0, 0, 0, 0, sz, 0];

  let [b, c, d] = header.quatern;
  const length = Math.hypot(b, c, d);
  if (length > 1 + QUATERNION_SLACK) {
    throw new NiftiError(
      `quatern_b, _c, _d must have a length of at most 1, found ${length}`,
      { field: "quatern", value: length },
    );
  }
  if (length > 1) [b, c, d] = [b / length, c / length, d / length];
  const a = Math.sqrt(Math.max(0, 1 - b * b - c * c - d * d));
  const qz = header.pixdim[0]! < 0 ? -sz : sz;
  const [ox, oy, oz] = header.qoffset;
  return [
    (a * a + b * b - c * c - d * d) * sx,
    2 * (b * c - a * d) * sy,
    2 * (b * d + a * c) * qz,
    ox,
    2 * (b * c + a * d) * sx,
    (a * a + c * c - b * b - d * d) * sy,
    2 * (c * d - a * b) * qz,
    oy,
    2 * (b * d - a * c) * sx,
    2 * (c * d + a * b) * sy,
    (a * a + d * d - b * b - c * c) * qz,
    oz,
  ];
}

/** Millimetres per spatial unit; unknown units are taken as mm, as every reader does. */
function unitScale(xyztUnits: number): number {
  const unit = xyztUnits & 7;
  return unit === 1 ? 1000 : unit === 3 ? 0.001 : 1;
}

function finite(value: number, field: string, index?: number): void {
  if (Number.isFinite(value)) return;
  const name = index === undefined ? field : `${field}[${index}]`;
  throw new NiftiError(`${name} must be finite, found ${value}`, { field, value });
}
