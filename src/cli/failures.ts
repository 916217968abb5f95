/**
 * Makes a command fail for what is wrong with its result: the first line becomes the error, the others are printed before it.
 *
 * @param failures One line each; none if all is well.
 * @param print Writes a line to stdout.
 * @throws {Error} If there are any.
 */
export function failFor(failures: readonly string[], print: (line: string) => void): void {
  const [first, ...others] = failures;
  if (first === undefined) return;
  for (const line of others) print(line);
  throw new Error(others.length > 0 ? `${first} (and ${others.length} more, above)` : first);
}
