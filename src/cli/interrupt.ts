import { EXIT } from "./exit_codes.ts";

/** `deno task` delivers one Ctrl-C twice, milliseconds apart; a person's second press comes later than this. */
const SAME_PRESS_MS = 1000;

/** Listens for the signals that ask a process to end. */
export interface Interrupt extends Disposable {
  /** Aborts on the first one. */
  readonly signal: AbortSignal;
}

/**
 * Turns Ctrl-C, and SIGTERM where the system has it, into an abort, so that work can clean up. A second press ends the process
 * at once.
 *
 * @returns The signal; dispose of it to get the system's own behaviour back.
 */
export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  let first: number | undefined;
  const listener = () => {
    first ??= performance.now();
    if (performance.now() - first > SAME_PRESS_MS) Deno.exit(EXIT.interrupted);
    controller.abort();
  };
  for (const name of signals) Deno.addSignalListener(name, listener);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of signals) Deno.removeSignalListener(name, listener);
    },
  };
}
