import template from "./run.sh" with { type: "text" };

/** A task as `deno.json` has it. */
export interface Task {
  readonly description: string;
  readonly command: string;
}

/**
 * Writes the script that starts the archive's tasks, each with its command and permissions from `deno.json`. They are started
 * without `deno task`, which would start the binary that runs and not what PATH names; and quietly, as Deno remarks on each
 * program that a permission names and the host lacks.
 *
 * @param tasks By name.
 * @returns A script for `sh`.
 */
export function runScript(tasks: Readonly<Record<string, Task>>): string {
  const entries = Object.entries(tasks);
  const width = Math.max(...entries.map(([name]) => name.length));
  const usage = entries.map(([name, { description }]) => `  ${name.padEnd(width)}  ${description}`);
  const cases = entries.map(([name, { command }]) => {
    const quiet = command.replace(/(?<=^| )deno run (?!--quiet )/, "deno run --quiet ");
    return `  ${name}) exec env ${quiet} "$@" ;;`;
  });
  return template
    .replace("@USAGE@", () => usage.join("\n"))
    .replace("@TASKS@", () => cases.join("\n"));
}
