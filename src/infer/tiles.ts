import type { Vec3 } from "../volume/mod.ts";

/** How much a voxel of a tile counts where tiles overlap: all alike, or less toward the tile's faces. */
export type Weighting = "constant" | "gaussian";

/** Standard deviation of Gaussian weights, in lengths of the tile: nnU-Net's (Isensee et al., 2021). */
const SIGMA = 1 / 8;

/** Where tiles begin along one axis. */
export interface AxisTiles {
  /** Voxels of a tile. */
  readonly size: number;
  /** First voxels, increasing; the last tile may reach beyond the volume. */
  readonly starts: readonly number[];
}

/**
 * Covers an axis with tiles. They begin at multiples of `multiple`, so that every tile's coarser grids are those of the whole volume, and
 * the last ends at the first multiple from the volume's end on.
 *
 * @param n Voxels of the volume.
 * @param wanted Voxels of a tile, a multiple of `multiple`; a shorter volume gets a shorter tile.
 * @param overlap Share of a tile that the next one has in common with it, at least, from 0 to below 1.
 * @param multiple What tile sizes are multiples of.
 * @returns Size and places.
 * @throws {RangeError} If a number is out of range.
 */
export function axisTiles(
  n: number,
  wanted: number,
  overlap: number,
  multiple: number,
): AxisTiles {
  if (!(overlap >= 0 && overlap < 1)) {
    throw new RangeError(`Cannot place tiles: overlap must be from 0 to below 1, found ${overlap}`);
  }
  if (!(Number.isInteger(wanted / multiple) && wanted > 0)) {
    throw new RangeError(
      `Cannot place tiles of ${wanted} voxels: the network needs multiples of ${multiple}`,
    );
  }
  const padded = Math.ceil(n / multiple) * multiple;
  const size = Math.min(wanted, padded);
  const step = Math.max(1, Math.floor(size * (1 - overlap) / multiple)) * multiple;
  const last = padded - size;
  const starts = Array.from({ length: Math.ceil(last / step) }, (_, i) => i * step);
  return { size, starts: [...starts, last] };
}

/**
 * The smallest tile that covers an axis in as few tiles as the wanted one does: less is computed twice.
 *
 * @param n Voxels of the volume.
 * @param wanted Voxels of a tile, a multiple of `multiple`.
 * @param overlap As {@linkcode axisTiles} takes it.
 * @param multiple What tile sizes are multiples of.
 * @returns Voxels, a multiple of `multiple`, at most `wanted`.
 */
export function evenTile(n: number, wanted: number, overlap: number, multiple: number): number {
  const count = (size: number) => axisTiles(n, size, overlap, multiple).starts.length;
  const least = count(wanted);
  // Fewer voxels than an even share cannot do.
  let size = Math.ceil(n / least / multiple) * multiple;
  while (size < wanted && count(size) > least) size += multiple;
  return Math.min(size, wanted);
}

/**
 * Weights of a tile's voxels along one axis.
 *
 * @param n Voxels.
 * @param weighting `"constant"` gives 1; `"gaussian"` exp(-d^2 / 2 s^2) at distance d from the middle, s an eighth of the tile.
 * @returns One number a voxel.
 */
export function tileWeights(n: number, weighting: Weighting): Float32Array<ArrayBuffer> {
  if (weighting === "constant") return new Float32Array(n).fill(1);
  return Float32Array.from({ length: n }, (_, i) => {
    const d = (i - (n - 1) / 2) / (SIGMA * n);
    return Math.exp(-d * d / 2);
  });
}

/**
 * The tile to use: the wanted one, its longest axis halved until the sums over the volume's cross-section and the network's largest
 * activation fit one binding each.
 *
 * @param wanted Voxels along x, y, z.
 * @param dims Voxels of the volume.
 * @param limits `multiple` of the network; 32-bit words a binding holds; words a voxel of the sums and of a tile's largest activation takes.
 * @returns Voxels along x, y, z, multiples of `multiple`.
 * @throws {RangeError} If even the smallest tile is too large.
 */
export function fittingTile(
  wanted: Vec3,
  dims: Vec3,
  { multiple, most, classes, channels }: {
    readonly multiple: number;
    readonly most: number;
    readonly classes: number;
    readonly channels: number;
  },
): Vec3 {
  const up = (n: number) => Math.ceil(n / multiple) * multiple;
  const tile = wanted.map((n, axis) => Math.min(up(n), up(dims[axis]!))) as [
    number,
    number,
    number,
  ];
  for (;;) {
    const sums = dims[0] * dims[1] * Math.min(tile[2], dims[2]) * classes;
    const activation = tile[0] * tile[1] * tile[2] * channels;
    if (sums <= most && activation <= most) return tile;
    // Only thinner tiles make the sums smaller.
    const axis = sums > most ? 2 : tile.indexOf(Math.max(...tile));
    if (tile[axis]! <= multiple) {
      throw new RangeError(
        `Cannot segment ${dims.join(" x ")} voxels: ${classes} classes of a cross-section of ${
          dims[0]
        } x ${dims[1]} do not fit one binding of the adapter`,
      );
    }
    tile[axis] = up(tile[axis]! / 2);
  }
}
