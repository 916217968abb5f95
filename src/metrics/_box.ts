import type { Vec3 } from "../volume/mod.ts";

/** Voxels from `low` up to and including `high` along x, y, z. */
export interface Box {
  readonly low: Vec3;
  readonly high: Vec3;
}

/** Counts and boxes of the labels of two volumes on one grid. */
export interface LabelCensus {
  /** Voxels of each label in the one volume, in the other, in both. */
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly both: Float64Array;
  /** What holds the label's voxels of both volumes; only for a label that one of them has. */
  box(value: number): Box;
}

/**
 * Counts every label of two volumes in one pass.
 *
 * @param a One label volume, x fastest.
 * @param b The other, of equal length.
 * @param dims Voxels along x, y, z.
 * @returns Counts and boxes.
 */
export function labelCensus(a: Uint8Array, b: Uint8Array, dims: Vec3): LabelCensus {
  const [nx, ny, nz] = dims;
  const counts = {
    a: new Float64Array(256),
    b: new Float64Array(256),
    both: new Float64Array(256),
  };
  const low = [0, 1, 2].map(() => new Int32Array(256).fill(2 ** 31 - 1));
  const high = [0, 1, 2].map(() => new Int32Array(256).fill(-1));
  const seen = (label: number, x: number, y: number, z: number) => {
    [x, y, z].forEach((c, axis) => {
      low[axis]![label] = Math.min(low[axis]![label]!, c);
      high[axis]![label] = Math.max(high[axis]![label]!, c);
    });
  };
  for (let z = 0, i = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0, end = 0; x < nx; x = end) {
        // Labels come in runs along x: boxes need a run's ends alone.
        const first = a[i]!;
        const second = b[i]!;
        for (end = x; end < nx && a[i] === first && b[i] === second; end++) i++;
        counts.a[first]! += end - x;
        counts.b[second]! += end - x;
        if (first === second) counts.both[first]! += end - x;
        for (const label of first === second ? [first] : [first, second]) {
          seen(label, x, y, z);
          seen(label, end - 1, y, z);
        }
      }
    }
  }
  const corner = (ends: Int32Array[], value: number): Vec3 => [
    ends[0]![value]!,
    ends[1]![value]!,
    ends[2]![value]!,
  ];
  return {
    ...counts,
    box: (value) => ({ low: corner(low, value), high: corner(high, value) }),
  };
}
