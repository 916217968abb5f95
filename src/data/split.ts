import { RandomStream } from "../random/mod.ts";
import { LAST_TEST_CASE } from "./provenance.ts";

/** Cases by what they are for. */
export interface Split<C> {
  readonly train: readonly C[];
  readonly validation: readonly C[];
  readonly test: readonly C[];
}

/** Options of {@linkcode splitCases} and {@linkcode foldCases}. */
export interface SplitOptions {
  readonly seed: number;
  /** Whether cases 0 to 20 are the test set, as in CT-ORG; otherwise a fifth is drawn. */
  readonly officialTest: boolean;
}

/** What a split needs to know of a case: its number, which no other case has. */
interface Numbered {
  readonly number: number;
}

/** The first stream of the seed that nothing else uses; each case draws from one of its own. */
const SPLIT_STREAM = 2 ** 43;
/** A draw of its own for the test, so that who is in it tells nothing of who validates. */
const TEST_STREAM = 2 ** 44;
/** Numbers below this have streams of their own. */
const MOST_NUMBERS = 2 ** 43;

/**
 * Splits cases as the paper does: of those that are not for testing a tenth, at least one, is for validation. Test cases are numbers 0 to 20,
 * or a drawn fifth, at least one, of three cases and more where the data set has no test cases of its own. Where no other cases would be
 * left, all are for training or validation. What a case is for depends on its number and the others' numbers, never on their order.
 *
 * @param cases The cases; their numbers differ.
 * @param options Seed, and which cases are for testing.
 * @returns The cases in the order of their numbers; a single one is for training.
 * @throws {RangeError} If two cases have one number.
 */
export function splitCases<C extends Numbered>(
  cases: readonly C[],
  options: SplitOptions,
): Split<C> {
  const { usable, test } = setTestAside(cases, options);
  const count = usable.length < 2 ? 0 : Math.max(1, Math.round(usable.length / 10));
  const chosen = new Set(shuffled(usable, options.seed, SPLIT_STREAM).slice(0, count));
  return {
    train: usable.filter((one) => !chosen.has(one)),
    validation: usable.filter((one) => chosen.has(one)),
    test,
  };
}

/**
 * Splits cases `k` times for cross-validation: each case that is not for testing is for validation in one fold, and trained on in the
 * others. The folds' sizes differ by one at the most.
 *
 * @param cases The cases; their numbers differ.
 * @param options Seed, which cases are for testing, and the number of folds.
 * @returns One split a fold, all with the same test cases.
 * @throws {RangeError} If `k` is not an integer from 2 to the number of cases that are not for testing, or two cases have one number.
 */
export function foldCases<C extends Numbered>(
  cases: readonly C[],
  options: SplitOptions & { readonly k: number },
): Split<C>[] {
  const { k, seed } = options;
  const { usable, test } = setTestAside(cases, options);
  if (!(Number.isInteger(k) && k >= 2 && k <= usable.length)) {
    throw new RangeError(
      `Cannot make folds: their number must be an integer from 2 to ${usable.length}, the cases that are not for testing, found ${k}`,
    );
  }
  const order = shuffled(usable, seed, SPLIT_STREAM);
  const foldOf = new Map(order.map((one, i) => [one, i % k]));
  return Array.from({ length: k }, (_, fold) => ({
    train: usable.filter((one) => foldOf.get(one) !== fold),
    validation: usable.filter((one) => foldOf.get(one) === fold),
    test,
  }));
}

function setTestAside<C extends Numbered>(
  cases: readonly C[],
  { seed, officialTest }: SplitOptions,
): { usable: C[]; test: C[] } {
  const sorted = cases.toSorted((a, b) => a.number - b.number);
  const twice = sorted.find(({ number }, i) => number === sorted[i + 1]?.number);
  if (twice) throw new RangeError(`Cannot split cases: two have the number ${twice.number}`);
  const drawn = sorted.length < 3 ? 0 : Math.max(1, Math.round(sorted.length / 5));
  const test = officialTest
    ? sorted.filter(({ number }) => number <= LAST_TEST_CASE)
    : shuffled(sorted, seed, TEST_STREAM).slice(0, drawn);
  if (test.length === sorted.length) return { usable: sorted, test: [] };
  const aside = new Set(test);
  return {
    usable: sorted.filter((one) => !aside.has(one)),
    test: sorted.filter((one) => aside.has(one)),
  };
}

/** Cases in a random order: each draws its own lot, so that a further case changes no other's. */
function shuffled<C extends Numbered>(cases: readonly C[], seed: number, stream: number): C[] {
  const lot = ({ number }: C) =>
    new RandomStream({ seed, stream: stream + number % MOST_NUMBERS }).uint32();
  return cases
    .map((one) => ({ one, lot: lot(one) }))
    .sort((a, b) => a.lot - b.lot || a.one.number - b.one.number)
    .map(({ one }) => one);
}
