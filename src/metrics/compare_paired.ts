import { RandomStream } from "../random/mod.ts";
import { meanInterval, meanOf } from "./summarise.ts";

/** How two arms differ over the cases that both have a figure for. */
export interface PairedComparison {
  /** Cases that both have a figure for. */
  readonly n: number;
  /** Mean of a - b; absent if there is no such case. */
  readonly difference?: number;
  /** Its 95 % bootstrap interval over cases; absent below two cases. */
  readonly ci95?: readonly [low: number, high: number];
  /** Two-sided, of the hypothesis that a and b could be swapped in any case; 1 without cases. */
  readonly p: number;
}

/** Up to so many cases all sign patterns are gone through, a million at most. */
const EXACT_UP_TO = 20;

/** Sign patterns drawn for more cases. */
const DRAWS = 99_999;

/** Of the seed's streams the one that signs are drawn from. */
const STREAM = 0x7369676e;

/**
 * Compares two arms case by case: mean difference, bootstrap interval, and the sign-flip permutation test of the mean difference
 * (Fisher 1935). The test assumes no distribution: it asks how often the mean difference is as far from 0 as the one found if each case's
 * sign is left to chance. It is exact up to 20 cases, with equal differences and differences of 0 as they are; beyond, 99,999 patterns are
 * drawn. With n cases p is at least 2^(1 - n): five cases cannot reach 0.05.
 *
 * @param a One figure a case, `undefined` where there is none.
 * @param b The same cases in the same order by the other arm.
 * @param options Seed of bootstrap and drawn patterns.
 * @returns The comparison.
 * @throws {TypeError} If the numbers of cases differ.
 */
export function comparePaired(
  a: readonly (number | undefined)[],
  b: readonly (number | undefined)[],
  { seed }: { readonly seed: number },
): PairedComparison {
  if (a.length !== b.length) {
    throw new TypeError(`Cannot compare case by case: there are ${a.length} and ${b.length} cases`);
  }
  const differences = a.flatMap((value, i) => {
    const other = b[i];
    return value === undefined || other === undefined ? [] : [value - other];
  });
  const n = differences.length;
  if (n === 0) return { n, p: 1 };
  return {
    n,
    difference: meanOf(differences),
    ...n > 1 && { ci95: meanInterval(differences, seed) },
    p: n <= EXACT_UP_TO ? exactP(differences) : drawnP(differences, seed),
  };
}

function exactP(differences: readonly number[]): number {
  const n = differences.length;
  const isFar = asFarAs(differences);
  // Signs turned in the order of a Gray code: one a step. The last sign stays, since turning all mirrors the sum.
  const signs = new Int8Array(n).fill(1);
  let sum = total(differences);
  let far = 0;
  const patterns = 2 ** (n - 1);
  for (let k = 1; k <= patterns; k++) {
    if (isFar(sum)) far++;
    if (k === patterns) break;
    const turned = 31 - Math.clz32(k & -k);
    signs[turned] = -signs[turned]!;
    sum += 2 * signs[turned]! * differences[turned]!;
  }
  return far / patterns;
}

function drawnP(differences: readonly number[], seed: number): number {
  const isFar = asFarAs(differences);
  const random = new RandomStream({ seed, stream: STREAM });
  let far = 0;
  for (let k = 0; k < DRAWS; k++) {
    let sum = 0;
    for (let i = 0, word = 0; i < differences.length; i++, word >>>= 1) {
      if (i % 32 === 0) word = random.uint32();
      sum += word & 1 ? differences[i]! : -differences[i]!;
    }
    if (isFar(sum)) far++;
  }
  // The pattern found is one of them: p is never 0.
  return (far + 1) / (DRAWS + 1);
}

/** Whether a sum is as far from 0 as the one found; sums equal but for rounding count. */
function asFarAs(differences: readonly number[]): (sum: number) => boolean {
  const scale = differences.reduce((sum, value) => sum + Math.abs(value), 0);
  const found = Math.abs(total(differences)) - 1e-12 * scale;
  return (sum) => Math.abs(sum) >= found;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
