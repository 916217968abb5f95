import { parseArgs } from "@std/cli";
import { closestString } from "@std/text";
import type { Vec3 } from "../volume/mod.ts";
import type { Command, Flags, FlagValues } from "./command.ts";
import { UsageError } from "./exit_codes.ts";

/** Flags that every command has. */
export const COMMON_FLAGS = {
  help: { type: "boolean", help: "Show this help" },
  verbose: { type: "boolean", help: "Show the stack trace of an error" },
} as const satisfies Flags;

/** A command line, taken apart. */
export interface Parsed {
  /** The arguments that are not flags, as they were typed. */
  readonly operands: readonly string[];
  /** Every declared flag. */
  readonly flags: FlagValues<Flags>;
}

/**
 * Takes a command line apart, strictly: an unknown flag, one given twice, a value where none belongs or a missing one is
 * an error.
 *
 * @param args What stands after the command's name.
 * @param command Whose flags are known.
 * @returns Operands and flags; their number is not checked.
 * @throws {UsageError} With the nearest known flag where one is unknown.
 */
export function parseFlags(args: readonly string[], command: Pick<Command, "flags">): Parsed {
  const flags: Flags = { ...command.flags, ...COMMON_FLAGS };
  const names = Object.keys(flags);
  const booleans = names.filter((name) => flags[name]!.type === "boolean");
  const strings = names.filter((name) => flags[name]!.type === "string");
  const end = args.indexOf("--");
  const seen = new Set<string>();
  for (const arg of end < 0 ? args : args.slice(0, end)) {
    const [, name, value] = /^--([^=]+)(=.*)?$/s.exec(arg) ?? [];
    if (name === undefined) continue;
    if (value !== undefined && booleans.includes(name)) {
      throw new UsageError(`Cannot use "${arg}": --${name} takes no value`);
    }
    if (seen.has(name) && names.includes(name)) {
      throw new UsageError(`Cannot use "--${name}" twice: give it once`);
    }
    seen.add(name);
  }
  const parsed = parseArgs([...args], {
    boolean: booleans,
    string: [...strings, "_"],
    alias: { help: "h" },
    unknown(arg, name) {
      if (name === undefined) return;
      if (/^-[\d.]/.test(arg)) {
        throw new UsageError(
          `Cannot use "${arg}": a value that begins with a minus needs "=", as in --flag=${arg}`,
        );
      }
      const shown = arg.split("=", 1)[0]!;
      throw new UsageError(
        `Cannot use flag "${shown}": there is none of that name, the nearest is "--${
          closestString(name, names)
        }"`,
      );
    },
  });
  for (const name of strings) {
    if (parsed[name] === "") {
      throw new UsageError(
        `Cannot use "--${name}": it needs a value, e.g. --${name}=${flags[name]!.value ?? "VALUE"}`,
      );
    }
  }
  return {
    operands: parsed._.map(String),
    flags: Object.fromEntries(
      names.map((name) => [
        name,
        flags[name]!.type === "boolean" ? parsed[name] === true : parsed[name],
      ]),
    ) as FlagValues<Flags>,
  };
}

/**
 * Reads a flag's value as a whole number.
 *
 * @param name The flag, for the message.
 * @param value As typed, or undefined where the flag is absent.
 * @returns The number, or undefined where the flag is absent.
 * @throws {UsageError} If it is not a whole number from 0 to 2^53 - 1.
 */
export function wholeNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(Number(value))) {
    throw new UsageError(
      `Cannot use "--${name} ${value}": it is not a whole number from 0 to 2^53 - 1`,
    );
  }
  return Number(value);
}

/**
 * Reads a flag's value as a whole number of at least 1.
 *
 * @param name The flag, for the message.
 * @param value As typed, or undefined where the flag is absent.
 * @returns The number, or undefined where the flag is absent.
 * @throws {UsageError} If it is not a whole number from 1 to 2^53 - 1.
 */
export function positiveNumber(name: string, value: string | undefined): number | undefined {
  const number = wholeNumber(name, value);
  if (number === 0) throw new UsageError(`Cannot use "--${name} 0": it must be at least 1`);
  return number;
}

/**
 * Reads a flag's value as a number.
 *
 * @param name The flag, for the message.
 * @param value As typed, or undefined where the flag is absent.
 * @param fits Which numbers are good, as a test and in words.
 * @returns The number, or undefined where the flag is absent.
 * @throws {UsageError} If it is no such number.
 */
export function someNumber(
  name: string,
  value: string | undefined,
  [fits, wanted]: readonly [fits: (value: number) => boolean, wanted: string],
): number | undefined {
  if (value === undefined) return undefined;
  const number = value.trim() === "" ? NaN : Number(value);
  if (!(Number.isFinite(number) && fits(number))) {
    throw new UsageError(`Cannot use "--${name} ${value}": it must be ${wanted}`);
  }
  return number;
}

/**
 * Reads a flag's value as sizes along x, y, z.
 *
 * @param name The flag, for the message.
 * @param value As typed.
 * @returns Three whole numbers above 0.
 * @throws {UsageError} If it is something else.
 */
export function voxelSizes(name: string, value: string): Vec3 {
  const sizes = /^(\d+)x(\d+)x(\d+)$/.exec(value)?.slice(1).map(Number);
  if (!sizes || sizes.some((size) => size < 1)) {
    throw new UsageError(
      `Cannot use "--${name} ${value}": it must be three whole numbers above 0, e.g. 120x120x160`,
    );
  }
  return sizes as unknown as Vec3;
}

/**
 * Checks a value against those that are known.
 *
 * @param what What it is, for the message, e.g. `organ`.
 * @param value As typed.
 * @param known The values that can be used.
 * @returns The value.
 * @throws {UsageError} If it is not among them; the message names them.
 */
export function oneOf<T extends string>(what: string, value: string, known: readonly T[]): T {
  if ((known as readonly string[]).includes(value)) return value as T;
  throw new UsageError(`Cannot use ${what} "${value}": known are ${known.join(", ")}`);
}
