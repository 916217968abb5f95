import type { Vec3 } from "../volume/mod.ts";

/** How voxels of a 3-D grid touch: through faces (6), edges too (18), corners too (26). */
export type Connectivity = 6 | 18 | 26;

/** Maximal runs of equal voxels along x, joined into connected regions. Run order is voxel order. */
export interface ConnectedRuns {
  readonly count: number;
  /** Linear index of each run's first voxel. */
  readonly start: Int32Array;
  /** Linear index just past each run's last voxel. */
  readonly end: Int32Array;
  /** The first run of the region each run belongs to. */
  readonly root: Int32Array;
}

/** Options of {@linkcode connectRuns}. */
export interface ConnectOptions {
  readonly connectivity: Connectivity;
  /** Join within the slices across this axis only; 6 then means the 4 neighbours of the plane, 18 and 26 the 8. */
  readonly slices?: 0 | 1 | 2 | undefined;
}

/**
 * Joins the foreground (or background) of a mask into connected regions: union-find over runs along x, so that a voxel
 * costs two reads and only runs are joined. Linear in voxels, near linear in runs.
 */
export function connectRuns(
  data: Uint8Array,
  dims: Vec3,
  foreground: boolean,
  options: ConnectOptions,
): ConnectedRuns {
  const [nx, ny, nz] = dims;
  const rows = ny * nz;
  // Across x every voxel is a slice of its own: a run must not join what it passes.
  const single = options.slices === 0;
  const first = new Int32Array(rows + 1);
  let count = 0;
  for (let row = 0, i = 0; row < rows; row++) {
    first[row] = count;
    for (let x = 0, before = false; x < nx; x++, i++) {
      const on = (data[i] !== 0) === foreground;
      if (on && (single || !before)) count++;
      before = on;
    }
  }
  first[rows] = count;

  const start = new Int32Array(count);
  const end = new Int32Array(count);
  for (let row = 0, i = 0, run = -1; row < rows; row++) {
    for (let x = 0, before = false; x < nx; x++, i++) {
      const on = (data[i] !== 0) === foreground;
      if (on) {
        if (single || !before) start[++run] = i;
        end[run] = i + 1;
      }
      before = on;
    }
  }

  const root = new Int32Array(count);
  for (let run = 0; run < count; run++) root[run] = run;
  for (const { dy, dz, reach } of earlierRows(options)) {
    for (let z = Math.max(0, -dz); z < nz; z++) {
      for (let y = Math.max(0, -dy); y < Math.min(ny, ny - dy); y++) {
        const row = y + ny * z;
        const other = row + dy + ny * dz;
        joinRows(root, start, end, first, row, other, nx, reach);
      }
    }
  }
  for (let run = 0; run < count; run++) root[run] = find(root, run);
  return { count, start, end, root };
}

/** Rows that come before a row in voxel order and may touch it, with how far their runs may be apart along x. */
export function earlierRows(
  { connectivity, slices }: ConnectOptions,
): { dy: number; dz: number; reach: number }[] {
  const diagonal = connectivity !== 6;
  const inY = { dy: -1, dz: 0, reach: diagonal && slices !== 0 ? 1 : 0 };
  const inZ = { dy: 0, dz: -1, reach: diagonal && slices !== 0 ? 1 : 0 };
  if (slices === 2) return [inY];
  if (slices === 1) return [inZ];
  if (!diagonal) return [inY, inZ];
  const reach = connectivity === 26 && slices === undefined ? 1 : 0;
  return [inY, inZ, { dy: -1, dz: -1, reach }, { dy: 1, dz: -1, reach }];
}

/** Joins the touching runs of two rows, walking both from left to right. */
function joinRows(
  root: Int32Array,
  start: Int32Array,
  end: Int32Array,
  first: Int32Array,
  row: number,
  other: number,
  nx: number,
  reach: number,
): void {
  const shift = (row - other) * nx;
  const aEnd = first[row + 1]!;
  const bEnd = first[other + 1]!;
  let a = first[row]!;
  let b = first[other]!;
  while (a < aEnd && b < bEnd) {
    const from = start[b]! + shift;
    const to = end[b]! + shift;
    if (from < end[a]! + reach && start[a]! < to + reach) join(root, a, b);
    if (to < end[a]!) b++;
    else a++;
  }
}

function join(root: Int32Array, a: number, b: number): void {
  const x = find(root, a);
  const y = find(root, b);
  // The smaller index wins, so that a region's root is its first run whatever the order of joins.
  if (x < y) root[y] = x;
  else root[x] = y;
}

/** The root of a run, halving the path on the way. */
function find(root: Int32Array, run: number): number {
  let at = run;
  while (root[at] !== at) {
    root[at] = root[root[at]!]!;
    at = root[at]!;
  }
  return at;
}

/**
 * Marks the regions that reach the volume's faces, or, with `slices`, the edges of their slice.
 *
 * @returns 1 at the root of each such region.
 */
export function borderRegions(
  runs: ConnectedRuns,
  dims: Vec3,
  slices: 0 | 1 | 2 | undefined,
): Uint8Array {
  const [nx, ny, nz] = dims;
  const touches = new Uint8Array(runs.count);
  for (let run = 0; run < runs.count; run++) {
    const from = runs.start[run]!;
    const row = Math.floor(from / nx);
    const y = row % ny;
    const z = Math.floor(row / ny);
    const x0 = from - row * nx;
    const x1 = runs.end[run]! - row * nx;
    if (
      slices !== 0 && (x0 === 0 || x1 === nx) ||
      slices !== 1 && (y === 0 || y === ny - 1) ||
      slices !== 2 && (z === 0 || z === nz - 1)
    ) {
      touches[runs.root[run]!] = 1;
    }
  }
  return touches;
}

/** Refuses a mask whose length is not that of its dims, or an unknown connectivity or axis. */
export function checkMask(
  action: string,
  data: Uint8Array,
  dims: Vec3,
  options: { connectivity: number; slices?: number | undefined },
): void {
  if (!dims.every((n) => Number.isInteger(n) && n > 0)) {
    throw new RangeError(
      `Cannot ${action}: dims must be three positive integers, got ${dims.join(" x ")}`,
    );
  }
  const voxels = dims[0] * dims[1] * dims[2];
  if (data.length !== voxels) {
    throw new TypeError(
      `Cannot ${action}: dims ${
        dims.join(" x ")
      } need ${voxels} voxels, the mask holds ${data.length}`,
    );
  }
  if (![6, 18, 26].includes(options.connectivity)) {
    throw new RangeError(
      `Cannot ${action}: connectivity must be 6, 18 or 26, got ${options.connectivity}`,
    );
  }
  if (options.slices !== undefined && ![0, 1, 2].includes(options.slices)) {
    throw new RangeError(`Cannot ${action}: slices must be axis 0, 1 or 2, got ${options.slices}`);
  }
}
