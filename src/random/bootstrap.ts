/** One less than a round number, so that the 2.5 % and 97.5 % points fall on whole ranks: 250 and 9750. */
const RESAMPLES = 9_999;

/**
 * The 95 % percentile interval of a bootstrap (Efron 1979).
 *
 * @param draw Gives the figure of one resample; called 9,999 times.
 * @returns The 2.5 % and 97.5 % points.
 *
 * @example The mean of five numbers.
 * ```ts
 * const random = new RandomStream({ seed: 1, stream: 0 });
 * const values = [3, 1, 4, 1, 5];
 * const resampled = () => values.reduce((sum) => sum + values[random.integer(5)]!, 0) / 5;
 * const [low, high] = bootstrapInterval(resampled);
 * ```
 */
export function bootstrapInterval(draw: () => number): [low: number, high: number] {
  const values = new Float64Array(RESAMPLES);
  for (let i = 0; i < RESAMPLES; i++) values[i] = draw();
  values.sort();
  return [values[249]!, values[9749]!];
}
