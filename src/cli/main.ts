/**
 * The command line: finds the command, takes its flags apart, runs it, and turns what it throws into one line and an exit code.
 *
 * @module
 */
import { closestString } from "@std/text";
import config from "../../deno.json" with { type: "json" };
import type { Command } from "./command.ts";
import { describeFailure, EXIT, UsageError } from "./exit_codes.ts";
import { parseFlags } from "./flags.ts";
import { formatHelp, formatOverview } from "./help.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { openProgress } from "./progress.ts";

/** Loaded on demand, so that no command waits for another's dependencies. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  reproduce: async () => (await import("./reproduce.ts")).reproduceCommand,
  bench: async () => (await import("./bench.ts")).benchCommand,
  gate: async () => (await import("./gate.ts")).gateCommand,
  label: async () => (await import("./label.ts")).labelCommand,
  augment: async () => (await import("./augment.ts")).augmentCommand,
  export: async () => (await import("./export.ts")).exportCommand,
  train: async () => (await import("./train.ts")).trainCommand,
  segment: async () => (await import("./segment.ts")).segmentCommand,
  "check-data": async () => (await import("./check_data.ts")).checkDataCommand,
  evaluate: async () => (await import("./evaluate.ts")).evaluateCommand,
  phantom: async () => (await import("./phantom.ts")).phantomCommand,
  dataset: async () => (await import("./dataset.ts")).datasetCommand,
  doctor: async () => (await import("./doctor.ts")).doctorCommand,
  pack: async () => (await import("./pack.ts")).packCommand,
  twin: async () => (await import("./twin.ts")).twinCommand,
  losses: async () => (await import("./losses.ts")).lossesCommand,
};

async function dispatch(args: readonly string[], signal: AbortSignal): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h") {
    console.log(formatOverview(await Promise.all(Object.values(COMMANDS).map((load) => load()))));
    return name === undefined ? EXIT.usage : EXIT.done;
  }
  if (name === "--version") {
    console.log(config.version);
    return EXIT.done;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load) {
    const nearest = closestString(name, Object.keys(COMMANDS));
    throw new UsageError(
      `Cannot run "${name}": there is no such command, the nearest is "${nearest}"`,
    );
  }
  const command = await load();
  const { operands, flags } = parseFlags(rest, command);
  if (flags["help"]) {
    console.log(formatHelp(command));
    return EXIT.done;
  }
  const required = command.operands.filter((operand) => !operand.startsWith("[")).length;
  if (operands.length < required || operands.length > command.operands.length) {
    const wanted = command.operands.join(" ") || "no arguments but flags";
    const found = operands.join(" ") || "none";
    throw new UsageError(`Cannot run ${name}: it takes ${wanted}, found ${found}; see --help`);
  }
  using progress = openProgress(Deno.stderr);
  const context = { signal, progress, print: (text: string) => console.log(text) };
  return await command.run(operands, flags, context) ?? EXIT.done;
}

/**
 * Runs a command line to its end.
 *
 * @param args The command's name, then its arguments.
 * @returns The exit code.
 */
export async function main(args: readonly string[]): Promise<number> {
  using interrupt = listenForInterrupt();
  try {
    return await dispatch(args, interrupt.signal);
  } catch (error) {
    const failure = describeFailure(error, interrupt.signal.aborted);
    const prefix = args[0] && Object.hasOwn(COMMANDS, args[0]) ? `ct-organ ${args[0]}` : "ct-organ";
    console.error(`${prefix}: ${failure.message}`);
    if (args.includes("--verbose") && failure.code !== EXIT.interrupted) console.error(error);
    return failure.code;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
