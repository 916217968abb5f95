import { type Affine, createGrid, type Grid, type Vec3, voxelCount } from "./grid.ts";
import { emptyLike } from "./_arrays.ts";
import { createVolume, type Volume, type VoxelArray } from "./volume.ts";

/** Letters of world axis x, y, z: first the direction it grows in (RAS+), then the other. */
const LETTERS = ["RL", "AP", "SI"] as const;

/** Where each voxel axis points: a world axis, and whether along it or against it. */
type Directions = readonly [Direction, Direction, Direction];
interface Direction {
  readonly axis: number;
  readonly sign: 1 | -1;
}

const PERMUTATIONS: readonly Vec3[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/**
 * Where the voxel axes point, as three letters: `"RAS"` says that x grows to the right, y to the
 * front (anterior), z to the top of the head (superior); L, P, I are the other ways.
 *
 * An oblique axis takes the letter of the world axis it lies closest to; the three are chosen
 * together, so that no two voxel axes share one (the assignment with the largest product of cosines,
 * which is never 0).
 *
 * @param grid A grid or a volume.
 * @returns Three letters, one per voxel axis.
 */
export function orientationOf(grid: Grid): string {
  return directionsOf(grid).map(({ axis, sign }) => LETTERS[axis]![sign > 0 ? 0 : 1]).join("");
}

/**
 * Turns a volume so that its axes point where wanted, by swapping and flipping axes alone: every
 * voxel keeps its value and its place in the world, and turning back gives the same voxels again.
 *
 * @param volume The volume; it is not changed.
 * @param orientation Three letters, e.g. `"RAS"`: one of R/L, A/P and S/I each, in any order.
 * @returns A new volume with voxels of its own.
 * @throws {RangeError} If `orientation` is something else.
 *
 * @example
 * ```ts
 * const ras = reorient(ct, "RAS");
 * const back = reorient(ras, orientationOf(ct));
 * ```
 */
export function reorient<A extends VoxelArray>(volume: Volume<A>, orientation: string): Volume<A> {
  const wanted = parse(orientation);
  const found = directionsOf(volume);
  const { dims, affine, data } = volume;
  const strides = [1, dims[0], dims[0] * dims[1]] as const;

  // For each new axis: the old axis it comes from, and whether it runs against it.
  const source = wanted.map(({ axis }) => found.findIndex((old) => old.axis === axis));
  const flipped = wanted.map(({ sign }, i) => found[source[i]!]!.sign !== sign);
  const newDims = source.map((old) => dims[old]!) as unknown as Vec3;
  const steps = source.map((old, i) => flipped[i] ? -strides[old]! : strides[old]!);
  const first = source.reduce(
    (sum, old, i) => flipped[i] ? sum + (dims[old]! - 1) * strides[old]! : sum,
    0,
  );

  const result = emptyLike(data, voxelCount(newDims));
  const [nx, ny, nz] = newDims;
  const [sx, sy, sz] = steps as [number, number, number];
  let to = 0;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      let from = first + z * sz + y * sy;
      for (let x = 0; x < nx; x++) {
        result[to++] = data[from]!;
        from += sx;
      }
    }
  }
  return createVolume(
    result,
    createGrid({ dims: newDims, affine: turn(affine, dims, source, flipped) }),
  );
}

function turn(
  affine: Affine,
  dims: Vec3,
  source: readonly number[],
  flipped: readonly boolean[],
): Affine {
  return [0, 4, 8].flatMap((row) => {
    let offset = affine[row + 3]!;
    const columns = source.map((old, i) => {
      const column = affine[row + old]!;
      if (!flipped[i]) return column;
      offset += column * (dims[old]! - 1);
      // Not -column where that is -0, which a comparison would take for another affine.
      return 0 - column;
    });
    return [...columns, offset];
  });
}

function directionsOf({ affine, spacing }: Grid): Directions {
  const cosine = (world: number, voxel: number) => affine[4 * world + voxel]! / spacing[voxel]!;
  // The small factor settles ties of axes at 45 degrees. It knows neither the order nor the sign of
  // the voxel axes, so that a turned volume is still read as it was turned.
  const closeness = (world: number, voxel: number) => {
    const c = cosine(world, voxel);
    return Math.abs(c) * (1 + 1e-6 * c * cosine((world + 1) % 3, voxel));
  };
  let best = PERMUTATIONS[0]!;
  let bestScore = -1;
  for (const permutation of PERMUTATIONS) {
    const score = permutation.reduce((p, world, voxel) => p * closeness(world, voxel), 1);
    if (score > bestScore) {
      best = permutation;
      bestScore = score;
    }
  }
  return best.map((axis, voxel) => ({
    axis,
    sign: cosine(axis, voxel) < 0 ? -1 : 1,
  })) as unknown as Directions;
}

function parse(orientation: string): Directions {
  const directions = [...orientation].map((letter) => {
    const axis = LETTERS.findIndex((pair) => pair.includes(letter));
    return { axis, sign: LETTERS[axis]?.[0] === letter ? 1 : -1 };
  });
  if (directions.map(({ axis }) => axis).sort().join("") !== "012") {
    throw new RangeError(
      `Cannot reorient: the orientation must be one of R/L, A/P and S/I each, found "${orientation}"`,
    );
  }
  return directions as unknown as Directions;
}
