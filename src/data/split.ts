import { RandomStream } from "../random/mod.ts";

/** The last of CT-ORG's test cases, which alone were labelled by hand throughout. */
export const LAST_TEST_CASE = 20;

/** Cases by what they are for. */
export interface Split<C> {
  readonly train: readonly C[];
  readonly validation: readonly C[];
  readonly test: readonly C[];
}

/** A stream of the seed that nothing else uses. */
const SPLIT_STREAM = 2 ** 43;

/**
 * Splits cases as the paper does: numbers 0 to 20 are for testing, of the others a tenth, at least one, is for validation. Where there are
 * no others all cases are for training, and none is left for a test.
 *
 * @param cases The cases.
 * @param seed Which tenth.
 * @returns The cases in their order; a single one is for training.
 */
export function splitCases<C extends { readonly number: number }>(
  cases: readonly C[],
  seed: number,
): Split<C> {
  const others = cases.filter(({ number }) => number > LAST_TEST_CASE);
  const usable = others.length > 0 ? others : cases;
  const count = usable.length < 2 ? 0 : Math.max(1, Math.round(usable.length / 10));
  const random = new RandomStream({ seed, stream: SPLIT_STREAM });
  const chosen = new Set(random.shuffle([...usable]).slice(0, count));
  return {
    train: usable.filter((one) => !chosen.has(one)),
    validation: usable.filter((one) => chosen.has(one)),
    test: others.length > 0 ? cases.filter(({ number }) => number <= LAST_TEST_CASE) : [],
  };
}
