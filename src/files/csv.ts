/**
 * A table as CSV (RFC 4180, but with bare line feeds): a head, then a line a row; what is not defined is empty.
 *
 * @param columns Names, in order.
 * @param rows Values by column.
 * @returns The text.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(csvTable(["case", "ml"], [{ case: "a, b", ml: 2 }, { case: "c" }]), 'case,ml\n"a, b",2\nc,\n');
 * ```
 */
export function csvTable<C extends string>(
  columns: readonly C[],
  rows: readonly Readonly<Partial<Record<C, string | number | undefined>>>[],
): string {
  const lines = rows.map((row) => columns.map((column) => field(row[column])).join(","));
  return [columns.join(","), ...lines, ""].join("\n");
}

function field(value: string | number | undefined): string {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
