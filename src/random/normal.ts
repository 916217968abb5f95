import { keyWords, type RandomKey } from "./key.ts";
import { philoxInPlace } from "./philox.ts";

/**
 * The standard normal number `index` of a key: Gaussian noise that any voxel can compute by itself, in any order.
 *
 * Block `floor(index / 4)` of Philox4x32-10 gives four words; words (0, 1) give normals 0 and 1 of the block, words (2, 3)
 * normals 2 and 3, by Box and Muller's method: with u1 = (first word + 0.5) / 2^32 and u2 = second word / 2^32 the even
 * one is sqrt(-2 ln u1) cos(2 pi u2), the odd one has the sine. Every magnitude is below 6.77: sqrt(66 ln 2) = 6.7637. `normal_pair` in
 * philox.wgsl gives the same within 1e-5.
 *
 * @param key Seed and stream.
 * @param index Which number: an integer from 0 to 2^53 - 1.
 * @returns The number, in f64.
 * @throws {RangeError} If the index or the key is out of range.
 */
export function normalAt(key: RandomKey, index: number): number {
  return fillNormal(key, new Float64Array(1), index)[0]!;
}

/**
 * Fills an array with the standard normal numbers `start`, `start + 1`, ... of a key: {@linkcode normalAt} for a whole
 * volume, at a quarter of the cost.
 *
 * @param key Seed and stream.
 * @param values Where the numbers go; a Float32Array rounds them.
 * @param start The first number's index: an integer from 0 to 2^53 - 1.
 * @returns `values`.
 * @throws {RangeError} If an index or the key is out of range.
 *
 * @example
 * ```ts
 * const noise = fillNormal({ seed: 1, stream: 0 }, new Float32Array(160 * 160 * 130));
 * ```
 */
export function fillNormal<A extends Float32Array | Float64Array>(
  key: RandomKey,
  values: A,
  start: number = 0,
): A {
  const last = start + Math.max(values.length - 1, 0);
  if (!Number.isSafeInteger(start) || start < 0 || !Number.isSafeInteger(last)) {
    throw new RangeError(
      `Cannot make normal numbers: the first index must be an integer from 0 to 2^53 - ${
        Math.max(values.length, 1)
      }, found ${start}`,
    );
  }
  const { seedLow, seedHigh, streamLow, streamHigh } = keyWords(key);
  const words = new Uint32Array(4);
  let block = Math.floor(start / 4);
  let lane = start % 4;
  for (let i = 0; i < values.length; block++) {
    words[0] = block;
    words[1] = Math.floor(block / 2 ** 32);
    words[2] = streamLow;
    words[3] = streamHigh;
    philoxInPlace(words, seedLow, seedHigh);
    for (; lane < 4 && i < values.length; lane++, i++) {
      values[i] = normalOf(words[lane & 2]!, words[lane & 2 | 1]!, lane & 1);
    }
    lane = 0;
  }
  return values;
}

/** Box and Muller's method on two random words; `odd` picks the sine. */
export function normalOf(first: number, second: number, odd: number): number {
  const radius = Math.sqrt(-2 * Math.log((first + 0.5) / 2 ** 32));
  const angle = second * (2 * Math.PI / 2 ** 32);
  return radius * (odd ? Math.sin(angle) : Math.cos(angle));
}
