import type { Command, Flags } from "./command.ts";
import { COMMON_FLAGS } from "./flags.ts";

/**
 * Writes a command's `--help`.
 *
 * @param command The command.
 * @returns Plain text without a final line break.
 */
export function formatHelp(command: Command): string {
  const usage = ["deno task", command.name, ...command.operands, "[flags]"].join(" ");
  const parts = [`${command.summary}.`, `Usage: ${usage}`];
  if (command.details) parts.push(command.details);
  parts.push(`Flags:\n${formatFlags({ ...command.flags, ...COMMON_FLAGS })}`);
  const examples = command.examples.map(({ line, does }) => `  ${line}\n      ${does}`);
  parts.push(`Examples:\n${examples.join("\n")}`);
  return parts.join("\n\n");
}

/**
 * Writes the list of commands.
 *
 * @param commands In the order to show them.
 * @returns Plain text without a final line break.
 */
export function formatOverview(commands: readonly Pick<Command, "name" | "summary">[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    "CT organ segmentation on WebGPU: reproduces arXiv 1811.11226.",
    "Usage: deno task COMMAND [flags]",
    `Commands:\n${lines.join("\n")}`,
    "deno task COMMAND --help says more.",
  ].join("\n\n");
}

function formatFlags(flags: Flags): string {
  const heads = Object.entries(flags).map(([name, flag]) =>
    flag.type === "boolean" ? `--${name}` : `--${name} ${flag.value ?? "VALUE"}`
  );
  const width = Math.max(...heads.map((head) => head.length));
  return Object.values(flags)
    .map((flag, i) => `  ${heads[i]!.padEnd(width)}  ${flag.help}`)
    .join("\n");
}
