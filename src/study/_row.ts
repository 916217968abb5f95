import type { StudyRow } from "./schema.ts";

/** What a row says, and how it is checked. */
export interface Statement {
  readonly id: string;
  readonly text: string;
  readonly how: string;
  /** The largest deviation that counts as none. */
  readonly most?: number;
  /** For a statement that things differ: the smallest difference that counts. */
  readonly least?: number;
  readonly note?: string;
}

/**
 * Checks a statement.
 *
 * @param statement The statement, with `most` or `least`.
 * @param deviations One number a case.
 * @returns The row. It does not hold if nothing was tried, or a deviation is no number.
 */
export function checkRow(
  { most, least, ...statement }: Statement,
  deviations: Iterable<number>,
): StudyRow {
  let cases = 0;
  let found = least === undefined ? 0 : Infinity;
  for (const deviation of deviations) {
    cases++;
    found = least === undefined ? Math.max(found, deviation) : Math.min(found, deviation);
  }
  const limit = least === undefined
    ? { at: "most" as const, value: most ?? 0 }
    : { at: "least" as const, value: least };
  const good = limit.at === "most" ? found <= limit.value : found >= limit.value;
  return { ...statement, cases, found, limit, holds: good && cases > 0 };
}

/**
 * Something done a number of times.
 *
 * @param times How often.
 * @param make Makes one, or several.
 * @returns All of them.
 */
export function* repeated(
  times: number,
  make: () => number | readonly number[],
): Generator<number> {
  for (let i = 0; i < times; i++) {
    const made = make();
    if (typeof made === "number") yield made;
    else yield* made;
  }
}

/** The difference of two numbers, relative to the second where that is larger than 1. */
export function off(got: number, expected: number): number {
  return Math.abs(got - expected) / Math.max(1, Math.abs(expected));
}

/** The central difference of a function of one of several numbers. */
export function difference(
  of: (p: readonly number[]) => number,
  p: readonly number[],
  i: number,
  step = 1e-5,
): number {
  return (of(p.with(i, p[i]! + step)) - of(p.with(i, p[i]! - step))) / (2 * step);
}

/** A sum of numbers. */
export function total(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
