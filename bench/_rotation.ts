import { dtypeOf } from "./_raw.ts";

/** More than the last level of cache of most processors holds, so that a copy has left it before its turn comes again. */
const CACHE_BYTES = 64 << 20;
const FEWEST = 2;
const MOST = 4;
/** What the copies of an input may take in all. */
const MEMORY_BYTES = 1 << 30;

/**
 * Copies of a case's input to be handed out in turn, so that no sample finds its input in a cache because the sample before it left it
 * there: as many as together exceed the cache, from 2 to 4, and no more than 1 GiB in all, where one may have to do. A small input stays
 * in the cache whatever one does; it does so for every implementation alike.
 *
 * @param input A case's input; becomes the first of the copies.
 * @returns The copies, each with arrays in memory of its own.
 */
export function inputCopies(input: object): object[] {
  const bytes = Math.max(1, arrayBytes(input));
  const wanted = Math.min(MOST, Math.max(FEWEST, Math.floor(CACHE_BYTES / bytes) + 1));
  const count = Math.max(1, Math.min(wanted, Math.floor(MEMORY_BYTES / bytes)));
  return [input, ...Array.from({ length: count - 1 }, () => structuredClone(input))];
}

function arrayBytes(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  if (dtypeOf(value)) return (value as ArrayBufferView).byteLength;
  return Object.values(value).reduce((sum: number, item) => sum + arrayBytes(item), 0);
}
