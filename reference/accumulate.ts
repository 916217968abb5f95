import { onTfjs } from "./tfjs.ts";

/** A tile of logits and where it goes; see {@linkcode accumulateReference}. */
export interface AccumulateTile {
  /** [z, y, x, class]. */
  readonly logits: Float32Array;
  /** Voxels along x, y, z. */
  readonly tile: readonly [number, number, number];
  /** Voxel of the sums at which it begins, x, y, z. */
  readonly origin: readonly [number, number, number];
  /** Voxels of it that count, x, y, z. */
  readonly inside: readonly [number, number, number];
  /** Weights along x, y, z. */
  readonly weights: readonly [Float32Array, Float32Array, Float32Array];
}

/**
 * Sums of weighted class probabilities over overlapping tiles, in f64: the oracle of the kernel `nn/accumulate`. The softmax of a voxel's
 * logits times its weight, the product of those along x, y and z, is added to the voxel's sums; slices beyond the last go on at the first.
 *
 * @param dims Voxels of the sums along x, y, z.
 * @param classes Logits a voxel.
 * @param tiles The tiles, in any order.
 * @returns Sums [z, y, x, class].
 */
export function accumulateReference(
  dims: readonly [number, number, number],
  classes: number,
  tiles: readonly AccumulateTile[],
): Float32Array<ArrayBuffer> {
  const [nx, ny, nz] = dims;
  const sums = new Float64Array(nx * ny * nz * classes);
  for (const { logits, tile, origin, inside, weights } of tiles) {
    for (let z = 0; z < inside[2]; z++) {
      for (let y = 0; y < inside[1]; y++) {
        for (let x = 0; x < inside[0]; x++) {
          const voxel = classes * (x + tile[0] * (y + tile[1] * z));
          const powers = [...logits.subarray(voxel, voxel + classes)];
          const most = Math.max(...powers);
          const odds = powers.map((power) => Math.exp(power - most));
          const total = odds.reduce((sum, value) => sum + value, 0);
          const weight = weights[0][x]! * weights[1][y]! * weights[2][z]!;
          const slice = (origin[2] + z) % nz;
          const to = classes * (origin[0] + x + nx * (origin[1] + y + ny * slice));
          odds.forEach((value, c) => sums[to + c]! += weight * value / total);
        }
      }
    }
  }
  return Float32Array.from(sums);
}

/**
 * The same by TensorFlow.js: `softmax`, products, and `pad` to the size of the sums.
 *
 * @param dims Voxels of the sums along x, y, z.
 * @param classes Logits a voxel.
 * @param tiles The tiles, in any order; each reaches over the last slice once at most.
 * @returns Sums [z, y, x, class].
 */
export async function tfjsAccumulate(
  [nx, ny, nz]: readonly [number, number, number],
  classes: number,
  tiles: readonly AccumulateTile[],
): Promise<Float32Array> {
  return await onTfjs((tf) => {
    const parts = tiles.flatMap(({ logits, tile: [tx, ty, tz], origin, inside, weights }) => {
      const [x, y, z] = origin;
      const p = tf.softmax(tf.tensor4d(logits, [tz, ty, tx, classes]));
      const [alongX, alongY, alongZ] = weights;
      const weight = [
        tf.tensor4d(alongX, [1, 1, tx, 1]),
        tf.tensor4d(alongY, [1, ty, 1, 1]),
        tf.tensor4d(alongZ, [tz, 1, 1, 1]),
      ].reduce((product, along) => tf.mul(product, along));
      const weighted = tf.mul(p, weight);
      // The slices up to the last, and those that go on at the first.
      const first = Math.min(inside[2], nz - z);
      return [[0, first, z], [first, inside[2] - first, 0]].flatMap(([from, count, to]) => {
        if (count === 0) return [];
        const part = tf.slice(weighted, [from!, 0, 0, 0], [count!, inside[1], inside[0], classes]);
        return [tf.pad(part, [
          [to!, nz - to! - count!],
          [y, ny - y - inside[1]],
          [x, nx - x - inside[0]],
          [0, 0],
        ])];
      });
    });
    return tf.addN(parts);
  });
}
