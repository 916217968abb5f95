import { NoAdapterError } from "../gpu/mod.ts";

/** What a command's exit code says. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  noAdapter: 3,
  regression: 4,
  interrupted: 130,
} as const;

/** A command line that makes no sense: the person can mend it without knowing the code. Exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A gate has tripped: something is worse than it was. Exit code 4. */
export class RegressionError extends Error {
  override readonly name = "RegressionError";
}

/** What the process says and how it ends after an exception. */
export interface Failure {
  /** One line, without the program's name. */
  readonly message: string;
  /** One of {@linkcode EXIT}. */
  readonly code: number;
}

/**
 * Turns whatever a command threw into one line and an exit code. The only place that knows which error ends how.
 *
 * @param error What was thrown.
 * @param interrupted Whether a signal asked the command to stop.
 * @returns The line and the code.
 */
export function describeFailure(error: unknown, interrupted: boolean): Failure {
  if (interrupted) return { message: "Interrupted", code: EXIT.interrupted };
  const text = error instanceof Error ? error.message || error.name : String(error);
  return { message: text.split("\n", 1)[0]!, code: codeOf(error) };
}

function codeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof NoAdapterError) return EXIT.noAdapter;
  if (error instanceof RegressionError) return EXIT.regression;
  return EXIT.failed;
}
