const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/**
 * Philox4x32-10: four random words from a counter and a key, the twin of `philox` in philox.wgsl, equal bit for bit.
 *
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011 (the Random123 library).
 * This project lays the words out as key = (seed low, seed high) and
 * counter = (index low, index high, stream low, stream high).
 *
 * @param counter Four words; only the low 32 bits of each number count.
 * @param key Two words, likewise.
 * @returns Four words, each uniform over 0 to 2^32 - 1.
 *
 * @example
 * ```ts
 * philox4x32([0, 0, 0, 0], [0, 0]); // 6627e8d5 e169c58d bc57ac4c 9b00dbd8
 * ```
 */
export function philox4x32(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): Uint32Array<ArrayBuffer> {
  const words = Uint32Array.from(counter);
  philoxInPlace(words, key[0], key[1]);
  return words;
}

/**
 * {@linkcode philox4x32} without an allocation, for loops over millions of blocks.
 *
 * @param words The counter; overwritten by the random words.
 * @param keyLow Low word of the key.
 * @param keyHigh High word of the key.
 */
export function philoxInPlace(words: Uint32Array, keyLow: number, keyHigh: number): void {
  let c0 = words[0]! | 0;
  let c1 = words[1]! | 0;
  let c2 = words[2]! | 0;
  let c3 = words[3]! | 0;
  let k0 = keyLow | 0;
  let k1 = keyHigh | 0;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = highProduct(MULTIPLIER_0, c0);
    const high1 = highProduct(MULTIPLIER_1, c2);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

/**
 * The high 32 bits of an unsigned 32 x 32 bit product, as a signed 32-bit integer.
 *
 * @param a One factor; its low 32 bits count.
 * @param b The other, likewise.
 * @returns The bits; `>>> 0` makes them unsigned.
 */
export function highProduct(a: number, b: number): number {
  const lowA = a & 0xffff;
  const highA = a >>> 16;
  const lowB = b & 0xffff;
  const highB = b >>> 16;
  // Neither sum can pass 2^32, so its 32 bits are the whole of it.
  const middle = (Math.imul(highA, lowB) + (Math.imul(lowA, lowB) >>> 16)) | 0;
  const carry = (Math.imul(lowA, highB) + (middle & 0xffff)) | 0;
  return (Math.imul(highA, highB) + (middle >>> 16) + (carry >>> 16)) | 0;
}
