import { type Vec3, voxelCount } from "../src/volume/mod.ts";
import { cropMask, padMask } from "./morphology.ts";
import type { BallOperation } from "./niimath.ts";

/** Distances that equal the radius in exact arithmetic count as inside, as in the structuring elements. */
const SLACK = 1e-9;

/**
 * Dilation by a ball through exact squared Euclidean distances, the fast way on a CPU: a voxel is inside if the nearest inside voxel
 * is at most the radius away. Cost does not grow with the ball. Equals `dilateReference` with a ball of odd size, background outside.
 *
 * @param operation Mask and ball.
 * @returns 0 or 1 per voxel, x fastest.
 */
export function dilateByDistance(operation: BallOperation): Uint8Array<ArrayBuffer> {
  return within(operation, 1);
}

/**
 * Erosion by a ball through distances to the background, which also begins at the volume's faces.
 *
 * @param operation Mask and ball.
 * @returns 0 or 1 per voxel, x fastest.
 */
export function erodeByDistance(operation: BallOperation): Uint8Array<ArrayBuffer> {
  return widened(operation, (padded) => complement(within(padded, 0)));
}

/**
 * Closing by a ball on the mask continued by background.
 *
 * @param operation Mask and ball.
 * @returns 0 or 1 per voxel, x fastest.
 */
export function closeByDistance(operation: BallOperation): Uint8Array<ArrayBuffer> {
  return widened(operation, (padded) => {
    const dilated = within(padded, 1);
    return complement(within({ ...padded, data: dilated }, 0));
  });
}

/**
 * Opening by a ball on the mask continued by background.
 *
 * @param operation Mask and ball.
 * @returns 0 or 1 per voxel, x fastest.
 */
export function openByDistance(operation: BallOperation): Uint8Array<ArrayBuffer> {
  return widened(operation, (padded) => {
    const eroded = complement(within(padded, 0));
    return within({ ...padded, data: eroded }, 1);
  });
}

function widened(
  operation: BallOperation,
  work: (padded: BallOperation) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  const { data, dims, spacing, radius } = operation;
  const margin = spacing.map((s) => Math.ceil(radius / s) + 1) as unknown as Vec3;
  const padded = padMask(data, dims, margin, "background");
  return cropMask(work({ ...operation, ...padded }), dims, margin);
}

function complement(mask: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(mask, (value) => 1 - value);
}

/** 1 where a voxel of the given value lies within the radius: Felzenszwalb and Huttenlocher, "Distance transforms of sampled functions". */
function within(
  { data, dims, spacing, radius }: BallOperation,
  value: 0 | 1,
): Uint8Array<ArrayBuffer> {
  const [nx, ny, nz] = dims;
  const squared = new Float64Array(voxelCount(dims));
  const [sx, sy, sz] = spacing;
  for (let row = 0; row < squared.length; row += nx) {
    let last = -Infinity;
    for (let x = 0; x < nx; x++) {
      if (Number(data[row + x] !== 0) === value) last = x;
      squared[row + x] = ((x - last) * sx) ** 2;
    }
    let next = Infinity;
    for (let x = nx - 1; x >= 0; x--) {
      if (Number(data[row + x] !== 0) === value) next = x;
      squared[row + x] = Math.min(squared[row + x]!, ((next - x) * sx) ** 2);
    }
  }
  const line = new LowerEnvelope(Math.max(ny, nz));
  for (let z = 0; z < nz; z++) {
    for (let x = 0; x < nx; x++) line.transform(squared, x + nx * ny * z, nx, ny, sy);
  }
  for (let i = 0; i < nx * ny; i++) line.transform(squared, i, nx * ny, nz, sz);
  const limit = radius ** 2 * (1 + SLACK);
  const inside = new Uint8Array(squared.length);
  for (let i = 0; i < squared.length; i++) inside[i] = Number(squared[i]! <= limit);
  return inside;
}

/** min over j of f(j) + ((i - j) s)^2 for every i of a line, by the parabolas' lower envelope. */
class LowerEnvelope {
  readonly #values: Float64Array;
  readonly #vertices: Int32Array;
  readonly #starts: Float64Array;

  constructor(length: number) {
    this.#values = new Float64Array(length);
    this.#vertices = new Int32Array(length);
    this.#starts = new Float64Array(length + 1);
  }

  transform(data: Float64Array, start: number, stride: number, length: number, spacing: number) {
    const values = this.#values;
    const vertices = this.#vertices;
    const starts = this.#starts;
    const s2 = spacing ** 2;
    let last = -1;
    for (let i = 0; i < length; i++) {
      const value = data[start + i * stride]!;
      values[i] = value;
      if (value === Infinity) continue;
      let from = -Infinity;
      while (last >= 0) {
        const j = vertices[last]!;
        from = ((value - values[j]!) / s2 + i * i - j * j) / (2 * (i - j));
        if (from > starts[last]!) break;
        last--;
        from = -Infinity;
      }
      last++;
      vertices[last] = i;
      starts[last] = from;
    }
    if (last < 0) return;
    starts[last + 1] = Infinity;
    for (let i = 0, k = 0; i < length; i++) {
      while (starts[k + 1]! < i) k++;
      const j = vertices[k]!;
      data[start + i * stride] = values[j]! + (i - j) ** 2 * s2;
    }
  }
}
