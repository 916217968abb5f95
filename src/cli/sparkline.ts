const BLOCKS = "▁▂▃▄▅▆▇█";

/**
 * A curve in one line of text: each character the mean of an equal part of the values, its height between the lowest and the highest part.
 *
 * @param values At least one.
 * @param width Characters at most.
 * @returns The line.
 */
export function sparkline(values: readonly number[], width: number): string {
  const parts = Math.min(width, values.length);
  const means = Array.from({ length: parts }, (_, part) => {
    const own = values.slice(
      Math.floor(part * values.length / parts),
      Math.floor((part + 1) * values.length / parts),
    );
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  });
  const low = Math.min(...means);
  const span = Math.max(...means) - low;
  const height = (mean: number) =>
    span > 0 ? Math.min(BLOCKS.length - 1, Math.floor((mean - low) / span * BLOCKS.length)) : 0;
  return means.map((mean) => BLOCKS[height(mean)]!).join("");
}
