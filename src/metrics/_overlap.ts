/** Voxels of a label in one volume, in the other, and in both. */
export interface Overlap {
  readonly a: number;
  readonly b: number;
  readonly both: number;
}

/** Counts a label's voxels in two label volumes. */
export function countOverlap(
  measure: string,
  a: Uint8Array,
  b: Uint8Array,
  value: number,
): Overlap {
  if (a.length !== b.length) {
    throw new TypeError(
      `Cannot compute ${measure}: the volumes must have equally many voxels, found ${a.length} and ${b.length}`,
    );
  }
  if (!Number.isInteger(value) || value < 0 || value > 255) {
    throw new RangeError(
      `Cannot compute ${measure}: a label must be an integer from 0 to 255, found ${value}`,
    );
  }
  let inA = 0;
  let inB = 0;
  let both = 0;
  for (let i = 0; i < a.length; i++) {
    const first = a[i] === value;
    const second = b[i] === value;
    if (first) inA++;
    if (second) inB++;
    if (first && second) both++;
  }
  return { a: inA, b: inB, both };
}
