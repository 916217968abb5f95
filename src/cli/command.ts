import type { Progress } from "./progress.ts";

/** A flag of a command. */
export interface Flag {
  /** `boolean` flags take no value. */
  readonly type: "boolean" | "string";
  /** How help writes the value, e.g. `FILE`. */
  readonly value?: string;
  /** What it does, one sentence without a final period. */
  readonly help: string;
}

/** The flags of a command by name, without dashes. */
export type Flags = Readonly<Record<string, Flag>>;

/** What a command is given for its flags: absent strings are undefined, absent booleans false. */
export type FlagValues<F extends Flags> = {
  readonly [K in keyof F]: FlagValue<F[K]["type"]>;
};

type FlagValue<T extends Flag["type"]> = T extends "boolean" ? boolean : string | undefined;

/** What a command may use of the process. */
export interface Context {
  /** Aborts when the person presses Ctrl-C or the process is asked to end. */
  readonly signal: AbortSignal;
  /** Stages on stderr. */
  readonly progress: Progress;
  /** Writes a result and a line break to stdout. */
  print(text: string): void;
}

/** A command: what help says of it and what it runs. */
export interface Command<F extends Flags = Flags> {
  /** The task's name. */
  readonly name: string;
  /** What it does, one sentence without a final period. */
  readonly summary: string;
  /** Names of the arguments that are not flags, in order; those in brackets may be left out. */
  readonly operands: readonly string[];
  readonly flags: F;
  /** More about it, for `--help`. */
  readonly details?: string;
  /** Lines a person can copy, and what each does. */
  readonly examples: readonly { readonly line: string; readonly does: string }[];
  /**
   * Does the work.
   *
   * @param operands As many as the command names, or fewer by some of those in brackets.
   * @param flags Values by name.
   * @param context The process.
   * @returns An exit code other than 0 where the work is done but its result is bad news.
   */
  run(
    operands: readonly string[],
    flags: FlagValues<F>,
    context: Context,
  ): Promise<number | void>;
}

/**
 * Declares a command, keeping the types of its flags.
 *
 * @param command The command.
 * @returns The same object.
 */
export function defineCommand<const F extends Flags>(command: Command<F>): Command {
  return command as unknown as Command;
}
