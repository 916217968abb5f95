/** What a test run amounts to. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
  /** Each skip, its test and its reason. */
  readonly skips: readonly string[];
}

// deno-lint-ignore no-control-regex -- colours are control characters
const COLOURS = /\x1b\[[0-9;]*m/g;

/**
 * Reads what `deno test` printed.
 *
 * @param output Its standard output, colours allowed.
 * @param ok Whether it exited with 0.
 * @returns The counts of its last line. Something failed if it exited otherwise, whatever that line says.
 */
export function tally(output: string, ok: boolean): Tally {
  const lines = output.replace(COLOURS, "").split(/\r?\n/);
  const summary = lines.findLast((line) => /^(ok|FAILED) \| \d+ passed/.test(line)) ?? "";
  const count = (word: string) => Number(new RegExp(`(\\d+) ${word}`).exec(summary)?.[1] ?? 0);
  const skips = lines.flatMap((line) => /^skip: (.+)$/.exec(line)?.[1] ?? []);
  const failed = count("failed");
  return {
    passed: count("passed"),
    failed: ok ? failed : Math.max(1, failed),
    ignored: count("ignored"),
    skips,
  };
}
