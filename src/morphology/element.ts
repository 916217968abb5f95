import type { Vec3 } from "../volume/mod.ts";

/** A binary shape that dilation and erosion move over a mask. */
export interface StructuringElement {
  /** What it is, for messages and reports. */
  readonly name: string;
  /** Voxels along x, y, z. */
  readonly dims: Vec3;
  /** The element's voxel that lies on the voxel in question; `floor(dims / 2)` for the shapes made here. */
  readonly origin: Vec3;
  /** 1 inside, 0 outside, x fastest. */
  readonly data: Uint8Array;
  /** Of a ball: mm between voxels along x, y, z, by which the method `"distance"` measures. */
  readonly spacing?: Vec3;
}

/** Options of {@linkcode ball}. */
export interface BallOptions {
  /** mm. */
  readonly diameter: number;
  /** mm between voxels along x, y, z. */
  readonly spacing: Vec3;
  /**
   * `"paper"`: `ceil(diameter / spacing)` voxels along each axis, which may be an even number, and distances from the middle of that
   * box. `"radius"`: distances from the middle of a voxel, so every size is odd. Both take distances up to half the diameter.
   */
  readonly rule?: "paper" | "radius";
}

/** Distances that equal the radius in exact arithmetic count as inside whatever their rounding. */
const SLACK = 1e-9;

/**
 * A ball given in mm; with anisotropic spacing an ellipsoid of voxels.
 *
 * @param options Diameter, spacing and rule, by default the paper's.
 * @returns The element.
 * @throws {RangeError} If a length is not a positive number, or the ball holds no voxel.
 *
 * @example The paper's 25 mm ball on its 3 mm grid has 9 voxels along each axis.
 * ```ts
 * ball({ diameter: 25, spacing: [3, 3, 3] }).dims; // [9, 9, 9]
 * ```
 */
export function ball({ diameter, spacing, rule = "paper" }: BallOptions): StructuringElement {
  checkLengths("ball", [diameter, ...spacing]);
  const radius = diameter / 2;
  const dims = spacing.map((s) =>
    rule === "paper" ? Math.ceil(diameter / s - SLACK) : 2 * Math.floor(radius / s + SLACK) + 1
  ) as unknown as Vec3;
  const inside = (x: number, y: number, z: number) =>
    [x, y, z].reduce(
      (sum, i, axis) => sum + ((i - (dims[axis]! - 1) / 2) * spacing[axis]!) ** 2,
      0,
    ) <= radius ** 2 * (1 + SLACK);
  const made = element(`ball ${diameter} mm`, dims, inside);
  if (!made.data.includes(1)) {
    throw new RangeError(
      `Cannot make a ball of ${diameter} mm: by the paper's rule no voxel of ${
        spacing.join(" x ")
      } mm ` +
        `lies in it; use the rule "radius"`,
    );
  }
  return { ...made, spacing };
}

/**
 * A box given in mm, at least one voxel along each axis, always an odd number of voxels.
 *
 * @param options Edge lengths along x, y, z and spacing, mm.
 * @returns The element.
 * @throws {RangeError} If a length is not a positive number.
 */
export function box(
  { size, spacing }: { readonly size: Vec3; readonly spacing: Vec3 },
): StructuringElement {
  checkLengths("box", [...size, ...spacing]);
  const dims = size.map((length, axis) => oddVoxels(length, spacing[axis]!)) as unknown as Vec3;
  return element(`box ${size.join(" x ")} mm`, dims, () => true);
}

/**
 * A line of voxels along an axis, of odd length: `ceil(length / spacing)`, one more if that is even, as the paper's table removal
 * takes it.
 *
 * @param options Length in mm, axis (0 = x), spacing in mm.
 * @returns The element.
 * @throws {RangeError} If a length is not a positive number.
 */
export function line(
  { length, axis, spacing }: {
    readonly length: number;
    readonly axis: 0 | 1 | 2;
    readonly spacing: Vec3;
  },
): StructuringElement {
  checkLengths("line", [length, ...spacing]);
  const dims = [0, 1, 2].map((a) => a === axis ? oddVoxels(length, spacing[axis]) : 1);
  return element(`line ${length} mm along ${"xyz"[axis]}`, dims as unknown as Vec3, () => true);
}

/**
 * The element turned through its origin.
 *
 * @param original The element.
 * @returns `{-b : b in original}`.
 */
export function reflect(original: StructuringElement): StructuringElement {
  const { dims, origin } = original;
  return {
    ...original,
    origin: origin.map((o, axis) => dims[axis]! - 1 - o) as unknown as Vec3,
    data: original.data.toReversed(),
  };
}

/**
 * How far the element's box lies from its origin along each axis, at most.
 *
 * @param element The element.
 * @returns Voxels along x, y, z.
 */
export function reach({ dims, origin }: StructuringElement): Vec3 {
  const along = (axis: 0 | 1 | 2) => Math.max(origin[axis], dims[axis] - 1 - origin[axis]);
  return [along(0), along(1), along(2)];
}

function element(
  name: string,
  dims: Vec3,
  inside: (x: number, y: number, z: number) => boolean,
): StructuringElement {
  const [nx, ny, nz] = dims;
  const data = new Uint8Array(nx * ny * nz);
  for (let z = 0, i = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, i++) data[i] = Number(inside(x, y, z));
    }
  }
  return { name, dims, origin: dims.map((n) => n >> 1) as unknown as Vec3, data };
}

function oddVoxels(length: number, spacing: number): number {
  return Math.ceil(length / spacing - SLACK) | 1;
}

function checkLengths(shape: string, lengths: readonly number[]): void {
  for (const length of lengths) {
    if (!(length > 0 && length < Infinity)) {
      throw new RangeError(`Cannot make a ${shape}: ${length} mm is not a positive length`);
    }
  }
}
