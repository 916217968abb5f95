/**
 * p-values adjusted for how many there are (Holm 1979): where those below alpha are called, the chance of any wrong call is at most
 * alpha, however the tests hang together.
 *
 * @param ps p-values.
 * @returns Adjusted ones in the same order, each at least its own and at most 1.
 * @throws {RangeError} If one is not from 0 to 1.
 *
 * @example
 * ```ts
 * holm([0.01, 0.04, 0.03]); // [0.03, 0.06, 0.06]
 * ```
 */
export function holm(ps: readonly number[]): number[] {
  const wrong = ps.find((p) => !(p >= 0 && p <= 1));
  if (wrong !== undefined) {
    throw new RangeError(`Cannot adjust p-values: each must be from 0 to 1, found ${wrong}`);
  }
  const adjusted = new Array<number>(ps.length);
  let most = 0;
  [...ps.keys()].sort((i, j) => ps[i]! - ps[j]!).forEach((i, rank) => {
    most = Math.max(most, Math.min(1, (ps.length - rank) * ps[i]!));
    adjusted[i] = most;
  });
  return adjusted;
}
