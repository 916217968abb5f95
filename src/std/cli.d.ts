// Types of the part of @std/cli that this project uses; `deno-std` ships none. A subset of @std/cli 1: flags are declared
// as strings or booleans, nothing is guessed.

export interface ParseOptions {
  boolean?: readonly string[];
  string?: readonly string[];
  alias?: Record<string, string | readonly string[]>;
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

export function parseArgs(
  args: string[],
  options?: ParseOptions,
): { _: Array<string | number>; [flag: string]: unknown };
