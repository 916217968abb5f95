import { type KeyWords, keyWords, type RandomKey } from "./key.ts";
import { normalOf } from "./normal.ts";
import { highProduct, philoxInPlace } from "./philox.ts";

/**
 * A sequence of random numbers in order, for drawing parameters (angles, splits, shapes). Word i is lane i % 4 of block
 * floor(i / 4) of Philox4x32-10 under the key, so the numbers of {@linkcode normalAt} under the same key come from the same
 * words: give streams and noise fields keys of their own.
 *
 * @example
 * ```ts
 * const random = new RandomStream({ seed: 1, stream: 42 });
 * const angle = random.uniform(-10, 10); // degrees
 * const order = random.shuffle([0, 1, 2, 3]);
 * ```
 */
export class RandomStream {
  readonly #key: KeyWords;
  readonly #words: Uint32Array = new Uint32Array(4);
  #next = 0;

  /**
   * @param key Seed and stream.
   * @throws {TypeError | RangeError} If the key is not valid.
   */
  constructor(key: RandomKey) {
    this.#key = keyWords(key);
  }

  /** @returns The next word, an integer uniform over 0 to 2^32 - 1. */
  uint32(): number {
    const lane = this.#next % 4;
    if (lane === 0) {
      const block = this.#next / 4;
      this.#words[0] = block;
      this.#words[1] = Math.floor(block / 2 ** 32);
      this.#words[2] = this.#key.streamLow;
      this.#words[3] = this.#key.streamHigh;
      philoxInPlace(this.#words, this.#key.seedLow, this.#key.seedHigh);
    }
    this.#next++;
    return this.#words[lane]!;
  }

  /**
   * A number uniform over [low, high): low + (high - low) w / 2^32 for the next word w, so one of 2^32 equally spaced values.
   *
   * @param low Smallest value.
   * @param high Bound above, not reached; if it equals `low`, the result is `low`.
   * @returns The number.
   * @throws {RangeError} If `high` is below `low` or a bound or their distance is not finite.
   */
  uniform(low: number = 0, high: number = 1): number {
    if (!Number.isFinite(high - low) || high < low) {
      throw new RangeError(
        `Cannot draw a uniform number: low <= high must both be finite, found ${low} and ${high}`,
      );
    }
    const value = low + (high - low) * (this.uint32() / 2 ** 32);
    // Far from zero, where floats are coarser than the steps, the sum may round up to the bound.
    return value < high ? value : low;
  }

  /**
   * An integer uniform over 0 to `below` - 1, without bias (Lemire, "Fast random integer generation in an interval", 2019).
   *
   * @param below How many values there are: an integer from 1 to 2^32.
   * @returns The integer.
   * @throws {RangeError} If `below` is out of range.
   */
  integer(below: number): number {
    if (!Number.isInteger(below) || below < 1 || below > 2 ** 32) {
      throw new RangeError(
        `Cannot draw an integer: the number of values must be an integer from 1 to 2^32, found ${below}`,
      );
    }
    if (below === 2 ** 32) return this.uint32();
    // word * below falls into `below` bins of 2^32 each; dropping the first 2^32 % below of a bin makes all equally likely.
    const dropped = 2 ** 32 % below;
    for (;;) {
      const word = this.uint32();
      if (Math.imul(word, below) >>> 0 >= dropped) return highProduct(word, below) >>> 0;
    }
  }

  /**
   * A normal number from the next two words, by Box and Muller's cosine.
   *
   * @param mean Mean.
   * @param sd Standard deviation, not negative.
   * @returns The number.
   * @throws {RangeError} If `mean` or `sd` is not finite or `sd` is negative.
   */
  normal(mean: number = 0, sd: number = 1): number {
    if (!Number.isFinite(mean) || !Number.isFinite(sd) || sd < 0) {
      throw new RangeError(
        `Cannot draw a normal number: mean and sd must be finite, sd not negative, found ${mean} and ${sd}`,
      );
    }
    const first = this.uint32();
    return mean + sd * normalOf(first, this.uint32(), 0);
  }

  /**
   * Puts values into random order, each order equally likely (Fisher and Yates).
   *
   * @param values Reordered in place.
   * @returns `values`.
   */
  shuffle<T>(values: T[]): T[] {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [values[i], values[j]] = [values[j]!, values[i]!];
    }
    return values;
  }
}
