/** What names a sequence of random numbers; different keys give unrelated sequences. */
export interface RandomKey {
  /** The experiment's seed: an integer from 0 to 2^64 - 1; as a `number` at most 2^53 - 1. */
  readonly seed: bigint | number;
  /** Which of the seed's sequences: an integer in the same range. One per use (case, step, purpose). */
  readonly stream: bigint | number;
}

/** A key as 32-bit words. */
export interface KeyWords {
  readonly seedLow: number;
  readonly seedHigh: number;
  readonly streamLow: number;
  readonly streamHigh: number;
}

/**
 * Splits a key into the words that Philox takes, e.g. for a kernel's uniforms.
 *
 * @param key Seed and stream.
 * @returns `[seedLow, seedHigh]` is Philox's key, `[streamLow, streamHigh]` the upper half of its counter.
 * @throws {TypeError} If seed or stream is neither a bigint nor a number.
 * @throws {RangeError} If one is not an integer from 0 to 2^64 - 1, or a number too large to be exact.
 *
 * @example
 * ```ts
 * keyWords({ seed: 7n << 32n, stream: 3 }); // { seedLow: 0, seedHigh: 7, streamLow: 3, streamHigh: 0 }
 * ```
 */
export function keyWords(key: RandomKey): KeyWords {
  const [seedLow, seedHigh] = words(key.seed, "seed");
  const [streamLow, streamHigh] = words(key.stream, "stream");
  return { seedLow, seedHigh, streamLow, streamHigh };
}

function words(value: bigint | number, name: string): [low: number, high: number] {
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(
        `Cannot make random numbers: ${name} must be an integer from 0 to 2^53 - 1, or a bigint, found ${value}`,
      );
    }
    return [value >>> 0, Math.floor(value / 2 ** 32)];
  }
  if (typeof value !== "bigint") {
    throw new TypeError(
      `Cannot make random numbers: ${name} must be a bigint or a number, found ${typeof value}`,
    );
  }
  if (value < 0n || value >= 1n << 64n) {
    throw new RangeError(
      `Cannot make random numbers: ${name} must be from 0 to 2^64 - 1, found ${value}`,
    );
  }
  return [Number(value & 0xffffffffn), Number(value >> 32n)];
}
