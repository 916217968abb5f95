/**
 * Sets text in columns: the first to the left, the others to the right.
 *
 * @param head The columns' names.
 * @param rows One text a column.
 * @returns Lines without a final line break.
 */
export function formatColumns(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = head.map((name, i) =>
    Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0))
  );
  return [head, ...rows].map((row) =>
    row.map((text, i) => i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!)).join("  ")
  ).join("\n");
}
