/** A flag's value; false and undefined leave the flag out. */
export type FlagValue = string | number | boolean | undefined;

/**
 * The command that a result names: what to type to run it again.
 *
 * @param task The task's name.
 * @param flags Its flags in order.
 * @param operands Its arguments that are no flags.
 * @returns One line; a value that a shell would take apart stands in quotes.
 */
export function commandLine(
  task: string,
  flags: Readonly<Record<string, FlagValue>>,
  operands: readonly string[] = [],
): string {
  const words = Object.entries(flags).flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    return value === true ? [`--${name}`] : [`--${name}`, quote(String(value))];
  });
  return ["deno task", task, ...operands.map(quote), ...words].join(" ");
}

function quote(word: string): string {
  if (/^[\w./:,+-]+$/.test(word)) return word;
  return /["$`\\!]/.test(word) ? `'${word.replaceAll("'", `'\\''`)}'` : `"${word}"`;
}
