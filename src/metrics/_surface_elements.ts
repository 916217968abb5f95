import type { Vec3 } from "../volume/mod.ts";

/** Half, quarter and so on of a cube's face; the areas of the pieces that marching cubes lays through a cube. */
type AreaVector = Vec3;

/**
 * The area in mm^2 of the surface between the eight voxels around a corner, for each of their 256 patterns.
 *
 * Bit `x + 2 y + 4 z` of a pattern is the voxel on side x, y, z of the corner. The surface is that of marching cubes (Lorensen and Cline
 * 1987) through the middles of the edges between voxels inside and outside; where that is ambiguous, the voxels in the minority (those
 * inside, if four) are cut off one from the other. A piece that is not plane, around three voxels in an L or four in a bent path, is cut
 * into the triangles of greatest area, as in the table of the package surface-distance (Nikolov et al. 2018), whose areas these are.
 *
 * @param spacing mm between voxels along x, y, z.
 * @returns 256 areas; 0 for the patterns 0 and 255.
 */
export function surfaceElementAreas(spacing: Vec3): Float64Array {
  const [sx, sy, sz] = spacing;
  const area = ([x, y, z]: AreaVector) => Math.hypot(x * sy * sz, y * sx * sz, z * sx * sy);
  return Float64Array.from({ length: 256 }, (_, pattern) => {
    const pieces = groups(minority(pattern)).flatMap(piecesAround);
    return pieces.reduce((sum, piece) => sum + area(piece), 0);
  });
}

function minority(pattern: number): number[] {
  const inside = [0, 1, 2, 3, 4, 5, 6, 7].filter((voxel) => pattern >> voxel & 1);
  return inside.length <= 4
    ? inside
    : [0, 1, 2, 3, 4, 5, 6, 7].filter((voxel) => !inside.includes(voxel));
}

/** Voxels that share faces, together. */
function groups(voxels: readonly number[]): number[][] {
  const left = new Set(voxels);
  const found: number[][] = [];
  for (const first of left) {
    left.delete(first);
    const group = [first];
    for (const voxel of group) {
      for (const neighbour of [voxel ^ 1, voxel ^ 2, voxel ^ 4]) {
        if (left.delete(neighbour)) group.push(neighbour);
      }
    }
    found.push(group);
  }
  return found;
}

/** The surface around one group of voxels: area vectors at unit spacing, but for their signs, which areas do not need. */
function piecesAround(group: readonly number[]): AreaVector[] {
  const links = (voxel: number) => [1, 2, 4].filter((side) => group.includes(voxel ^ side));
  const along = (side: number) => group.filter((voxel) => links(voxel).includes(side)).length / 2;
  const counts = [along(1), along(2), along(4)];
  const onAxes = (value: number, chosen: (axis: number) => boolean): AreaVector => {
    const on = (axis: number) => chosen(axis) ? value : 0;
    return [on(0), on(1), on(2)];
  };
  const empty = (axis: number) => counts[axis] === 0;
  const all = () => true;
  switch (group.length) {
    case 1:
      return [onAxes(1 / 8, all)];
    case 2:
      return [onAxes(1 / 2, empty)];
    case 3:
      return [onAxes(1 / 2, empty), onAxes(3 / 8, all)];
  }
  // A square has links along two axes; four other voxels have one link along each.
  if (counts.includes(0)) return [onAxes(1, empty)];
  // Around a voxel with its three neighbours: a hexagon.
  if (group.some((voxel) => links(voxel).length === 3)) return [onAxes(3 / 4, all)];
  // A path that bends into all three directions: its middle link joins the two voxels that have two links.
  const [a, b] = group.filter((voxel) => links(voxel).length === 2);
  const middle = [1, 2, 4].indexOf(a! ^ b!);
  const ends = [0, 1, 2].filter((axis) => axis !== middle);
  return [
    onAxes(1 / 2, all),
    ...ends.map((end) => onAxes(1 / 4, (axis) => axis === middle || axis === end)),
  ];
}
