import { type Vec3, voxelCount } from "../src/volume/mod.ts";
import { checkVoxels } from "./_check.ts";

/** How voxels touch: through faces (6), edges too (18) or corners too (26). */
export type Touch = 6 | 18 | 26;

type U32 = Uint32Array<ArrayBuffer>;

/** A mask, and what counts as one region of it. */
export interface RegionsOf {
  /** One byte a voxel, x fastest; every value but 0 is inside. */
  readonly data: Uint8Array;
  /** Voxels along x, y, z. */
  readonly dims: Vec3;
  readonly connectivity: Touch;
  /** Each slice across this axis on its own. */
  readonly slices?: 1 | 2;
}

/**
 * The largest regions by flood fill; of equal ones that whose first voxel comes first.
 *
 * @param options Mask, what touches, how many.
 * @returns 0 or 1 per voxel, x fastest.
 */
export function keepLargestReference(
  options: RegionsOf & { readonly count: number },
): Uint8Array<ArrayBuffer> {
  return voxelsOf(bySize(floods(options, 1)).slice(0, options.count), options.dims);
}

/**
 * All regions by flood fill, the largest first, those of equal size by their first voxel.
 *
 * @param options Mask and what touches.
 * @returns Per voxel the region's number from 1, 0 outside; the regions' sizes; their first and last voxels along x, y, z, six numbers each.
 */
export function componentsReference(
  options: RegionsOf,
): [labels: U32, sizes: U32, boxes: U32] {
  const [nx, ny] = options.dims;
  const regions = bySize(floods(options, 1));
  const labels = new Uint32Array(voxelCount(options.dims));
  const boxes = regions.flatMap((region, k) => {
    const first = [Infinity, Infinity, Infinity];
    const last = [0, 0, 0];
    for (const voxel of region) {
      labels[voxel] = k + 1;
      [voxel % nx, Math.floor(voxel / nx) % ny, Math.floor(voxel / (nx * ny))].forEach(
        (at, axis) => {
          first[axis] = Math.min(first[axis]!, at);
          last[axis] = Math.max(last[axis]!, at);
        },
      );
    }
    return [...first, ...last];
  });
  return [labels, Uint32Array.from(regions, ({ length }) => length), Uint32Array.from(boxes)];
}

/**
 * The regions of at least so many voxels, by flood fill.
 *
 * @param options Mask, what touches, how many.
 * @returns 0 or 1 per voxel, x fastest.
 */
export function largeRegionsReference(
  options: RegionsOf & { readonly least: number },
): Uint8Array<ArrayBuffer> {
  const large = floods(options, 1).filter((region) => region.length >= options.least);
  return voxelsOf(large, options.dims);
}

/**
 * The mask and its holes, by flood fill of the background: regions of it that do not reach the faces, or in slices the edges.
 *
 * @param options Mask and how its background touches.
 * @returns 0 or 1 per voxel, x fastest.
 */
export function fillHolesReference(options: RegionsOf): Uint8Array<ArrayBuffer> {
  const open = floods(options, 0).filter((region) => reachesBorder(region, options));
  return voxelsOf(open, options.dims).map((voxel) => 1 - voxel);
}

/**
 * The regions that do not reach the faces, or in slices the edges, by flood fill.
 *
 * @param options Mask and what touches.
 * @returns 0 or 1 per voxel, x fastest.
 */
export function clearBorderReference(options: RegionsOf): Uint8Array<ArrayBuffer> {
  const inner = floods(options, 1).filter((region) => !reachesBorder(region, options));
  return voxelsOf(inner, options.dims);
}

/**
 * The regions that hold a voxel of the marker, by flood fill.
 *
 * @param options Mask, what touches, and the marker, of the same dims.
 * @returns 0 or 1 per voxel, x fastest.
 */
export function reconstructReference(
  options: RegionsOf & { readonly marker: Uint8Array },
): Uint8Array<ArrayBuffer> {
  const { marker, dims } = options;
  checkVoxels("reconstruct a marker", marker, dims);
  return voxelsOf(
    floods(options, 1).filter((region) => region.some((voxel) => marker[voxel] !== 0)),
    dims,
  );
}

/** The regions of voxels inside (1) or outside (0), each by its voxels in the order in which the flood reaches them. */
function floods(
  { data, dims, connectivity, slices }: RegionsOf,
  value: 0 | 1,
): Int32Array[] {
  checkVoxels("find regions", data, dims);
  const [nx, ny, nz] = dims;
  const most = { 6: 1, 18: 2, 26: 3 }[connectivity];
  const steps: Vec3[] = [];
  for (let dz = -1; dz <= 1; dz++) {
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const moved = Math.abs(dx) + Math.abs(dy) + Math.abs(dz);
        const inSlice = slices === undefined || [dx, dy, dz][slices] === 0;
        if (moved > 0 && moved <= most && inSlice) steps.push([dx, dy, dz]);
      }
    }
  }
  const left = data.map((voxel) => Number(Number(voxel !== 0) === value));
  const queue = new Int32Array(voxelCount(dims));
  const regions: Int32Array[] = [];
  for (let first = 0; first < left.length; first++) {
    if (left[first] === 0) continue;
    let end = 0;
    queue[end++] = first;
    left[first] = 0;
    for (let at = 0; at < end; at++) {
      const voxel = queue[at]!;
      const x = voxel % nx;
      const y = Math.floor(voxel / nx) % ny;
      const z = Math.floor(voxel / (nx * ny));
      for (const [dx, dy, dz] of steps) {
        const [u, v, w] = [x + dx, y + dy, z + dz];
        if (u < 0 || v < 0 || w < 0 || u >= nx || v >= ny || w >= nz) continue;
        const next = u + nx * (v + ny * w);
        if (left[next] === 0) continue;
        left[next] = 0;
        queue[end++] = next;
      }
    }
    regions.push(queue.slice(0, end));
  }
  return regions;
}

function bySize(regions: Int32Array[]): Int32Array[] {
  return regions.sort((a, b) => b.length - a.length || a[0]! - b[0]!);
}

function reachesBorder(
  region: Int32Array,
  { dims: [nx, ny, nz], slices }: RegionsOf,
): boolean {
  return region.some((voxel) => {
    const x = voxel % nx;
    const y = Math.floor(voxel / nx) % ny;
    const z = Math.floor(voxel / (nx * ny));
    return x === 0 || x === nx - 1 || slices !== 1 && (y === 0 || y === ny - 1) ||
      slices !== 2 && (z === 0 || z === nz - 1);
  });
}

function voxelsOf(regions: readonly Int32Array[], dims: Vec3): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(voxelCount(dims));
  for (const region of regions) for (const voxel of region) data[voxel] = 1;
  return data;
}
