import {
  against,
  type AgainstOptions,
  type BenchOptions,
  compareWithBase,
  formatMoves,
  type GateOutcome,
  GitRefError,
  IncomparableError,
  measureBaseline,
  parseBase,
  regressionLine,
} from "../../bench/mod.ts";
import { type BenchGate, type BenchResult, writeTextWhole } from "../report/mod.ts";
import type { Context } from "./command.ts";
import { RegressionError, UsageError } from "./exit_codes.ts";
import { userPath } from "./paths.ts";

/** The flags that a gate does not go with. */
interface GateFlags {
  readonly compare: string | undefined;
  readonly against: string | undefined;
  readonly baseline: string | undefined;
  readonly format: string | undefined;
  readonly json: string | undefined;
  readonly html: string | undefined;
  readonly peers: string | undefined;
  readonly "install-peers": boolean;
}

/**
 * Refuses flags that do not go together.
 *
 * @param flags As typed.
 * @throws {UsageError} If there are such.
 */
export function checkGateFlags(flags: GateFlags): void {
  const refuse = (
    gate: "compare" | "against" | "baseline",
    others: readonly (keyof GateFlags)[],
    why: string,
  ) => {
    if (flags[gate] === undefined) return;
    const other = others.find((name) => flags[name] !== undefined);
    if (other !== undefined) throw new UsageError(`Cannot use --${gate} with --${other}: ${why}`);
  };
  refuse(
    "against",
    ["compare", "baseline", "format", "json", "html", "peers"],
    "it times two versions of the GPU side and nothing else",
  );
  refuse(
    "baseline",
    ["compare", "format", "json", "html", "peers"],
    "it times the GPU side and the CPU twin and nothing else",
  );
  const withoutPeers = [
    ...flags.peers === "none" ? ["--peers none"] : [],
    ...flags.against === undefined ? [] : ["--against"],
    ...flags.baseline === undefined ? [] : ["--baseline"],
  ];
  if (flags["install-peers"] && withoutPeers.length > 0) {
    throw new UsageError(
      `Cannot use --install-peers with ${withoutPeers[0]}: that times no peers`,
    );
  }
  refuse("compare", ["format"], "that writes JSON and nothing else; run them one after the other");
}

/**
 * Compares with another version of the project and prints what moved.
 *
 * @param ref Any name git knows a commit by.
 * @param options What to run.
 * @param context Where to print.
 * @throws {RegressionError} If a kernel has become slower.
 */
export async function runAgainst(
  ref: string,
  options: AgainstOptions,
  { progress, print }: Context,
): Promise<void> {
  try {
    const outcome = await against(ref, options);
    progress[Symbol.dispose]();
    const { adapter: { description, software }, commit } = outcome;
    print(`Adapter: ${description}, ${software ? "software" : "hardware"} adapter`);
    const short = commit.slice(0, 12);
    print(formatMoves(outcome, `This checkout against ${ref} (${short}), sampled in turn:`));
    trip(outcome, ref);
  } catch (error) {
    if (error instanceof GitRefError && error.usage) throw new UsageError(error.message);
    throw error;
  }
}

/**
 * Measures a baseline and writes it.
 *
 * @param path Where.
 * @param options What to run.
 * @param context Where to print.
 */
export async function runBaseline(
  path: string,
  options: BenchOptions,
  { progress, print }: Context,
): Promise<void> {
  const { ratios, ...baseline } = await measureBaseline(options);
  progress[Symbol.dispose]();
  await writeTextWhole(path, `${JSON.stringify({ ...baseline, ratios }, null, 2)}\n`);
  print(`${ratios.length} ratios, each of several processes`);
  print(path);
}

/** An earlier result and what it is called. */
export interface Base {
  readonly path: string;
  readonly result: BenchResult;
}

/**
 * Reads the earlier result before any work is done.
 *
 * @param flag The flag's value.
 * @returns The result.
 * @throws {UsageError} If the file holds none.
 * @throws {Error} If the file cannot be read.
 */
export async function readBase(flag: string): Promise<Base> {
  const path = userPath(flag);
  try {
    return { path: flag, result: parseBase(await Deno.readTextFile(path)) };
  } catch (error) {
    if (error instanceof IncomparableError) throw new UsageError(error.message);
    if (error instanceof Deno.errors.NotFound) {
      throw new Error(`Cannot read "${path}": there is no such file`);
    }
    throw error;
  }
}

/**
 * Runs the benchmark and compares it with an earlier one.
 *
 * @param base The earlier one.
 * @param options What to run.
 * @returns The benchmark's result, and what moved.
 * @throws {UsageError} If the two must not be compared.
 */
export async function runCompare(
  base: Base,
  options: BenchOptions,
): Promise<{ result: BenchResult; gate: GateOutcome }> {
  try {
    const { result, ...gate } = await compareWithBase(base.result, options);
    return { result, gate };
  } catch (error) {
    if (error instanceof IncomparableError) throw new UsageError(error.message);
    throw error;
  }
}

/**
 * The table of a comparison with an earlier result.
 *
 * @param gate What moved.
 * @param base The earlier result.
 * @returns Lines.
 */
export function compareTable(gate: GateOutcome, { path, result: { adapter } }: Base): string {
  return formatMoves(
    gate,
    `Ratio to typescript, ${path} (${adapter.description}) over now: above 1 the GPU has become slower`,
  );
}

/**
 * A comparison in the form of a result's `gate`.
 *
 * @param gate What moved.
 * @param base The earlier result.
 * @returns Plain data.
 */
export function gateRecord({ moves, notCompared }: GateOutcome, base: Base): BenchGate {
  return {
    base: base.path,
    base_adapter: base.result.adapter,
    moves: moves.map(({ change: { value, ci95 }, ...move }) => ({
      ...move,
      change: value,
      ci95,
    })),
    not_compared: notCompared,
  };
}

/**
 * Trips the gate if it must.
 *
 * @param gate What moved.
 * @param base What it was compared with.
 * @throws {RegressionError} If a kernel has become slower.
 */
export function trip(gate: GateOutcome, base: string): void {
  const line = regressionLine(gate, base);
  if (line !== undefined) throw new RegressionError(line);
}
