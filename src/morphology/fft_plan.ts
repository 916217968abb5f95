/** Primes that a length may be a product of. */
const PRIMES = [2, 3, 5, 7] as const;

/** The largest transform in an invocation's registers. */
const LARGEST_RADIX = 16;

/** The longest row that is taken apart once: workgroup memory is passed through one time. */
export const LONGEST_PAIR = LARGEST_RADIX ** 2;

/** Neighbouring rows that a workgroup shares: memory is then read in runs of 64 bytes. */
const MOST_LANES = 8;

/** Bytes of a complex f32. */
export const COMPLEX_BYTES = 8;

/** How a workgroup transforms rows of one length. */
export interface RowPlan {
  /** Elements of a row. */
  readonly length: number;
  /** Its factors, each a transform in registers; one alone for a short row. */
  readonly radices: readonly number[];
  /** Rows of a workgroup. */
  readonly lanes: number;
  /** Invocations of each row. */
  readonly threads: number;
}

/**
 * The length for rows of at least some elements: the smallest of two factors, which costs less than a slightly shorter one of three; the
 * smallest product of 2, 3, 5 and 7 beyond {@linkcode LONGEST_PAIR}.
 *
 * @param length A whole number.
 * @returns The length.
 */
export function rowLength(length: number): number {
  let n = length;
  while (n > LONGEST_PAIR && !isSmooth(n)) n++;
  return columnLength(n) ?? n;
}

/**
 * The smallest length of columns that can be convolved, which are taken apart into two factors at most.
 *
 * @param length A whole number.
 * @returns The length, at most {@linkcode LONGEST_PAIR}; undefined beyond.
 */
export function columnLength(length: number): number | undefined {
  for (let n = length; n <= LONGEST_PAIR; n++) {
    const radices = radicesOf(n);
    if (radices !== undefined && radices.length <= 2) return n;
  }
}

/**
 * Plans the transform of rows of one length.
 *
 * @param length A product of 2, 3, 5 and 7.
 * @param workgroup Elements that the adapter's workgroup memory holds of the kernel's.
 * @returns The plan; undefined where that is not a single row.
 * @throws {RangeError} If a prime factor is larger than 7.
 */
export function planRows(length: number, workgroup: number): RowPlan | undefined {
  const radices = radicesOf(length);
  if (radices === undefined) {
    throw new RangeError(`Cannot transform rows of ${length}: no product of 2, 3, 5, 7`);
  }
  const most = Math.floor(workgroup / length);
  if (most < 1) return undefined;
  const threads = Math.min(...radices.map((radix) => length / radix));
  let lanes = MOST_LANES;
  while (lanes > 1 && (lanes > most || lanes * threads > 256)) lanes /= 2;
  return { length, radices, lanes, threads: Math.min(threads, 256) };
}

/** As few factors as can be, of those the most even; undefined where a prime factor is too large. */
function radicesOf(length: number): readonly number[] | undefined {
  if (length <= LARGEST_RADIX) return isSmooth(length) ? [length] : undefined;
  let best: readonly number[] | undefined;
  for (let radix = LARGEST_RADIX; radix > 1; radix--) {
    if (length % radix !== 0 || !isSmooth(radix)) continue;
    const rest = radicesOf(length / radix);
    if (rest !== undefined && (best === undefined || rest.length + 1 < best.length)) {
      best = [radix, ...rest];
    }
  }
  return best;
}

function isSmooth(n: number): boolean {
  let rest = n;
  for (const prime of PRIMES) while (rest % prime === 0) rest /= prime;
  return rest === 1;
}
