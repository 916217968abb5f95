import { GATE_KERNELS, lastChange } from "../../bench/mod.ts";
import {
  baselinePath,
  compareGate,
  DICE_MARGIN,
  type GateCheck,
  type GateMeasure,
  MASK_SHARE,
  measureGate,
  readBaseline,
  writeBaseline,
} from "../gate/mod.ts";
import { openGpu, selectAdapter } from "../gpu/mod.ts";
import { ADAPTER_FLAG, wantedAdapter } from "./adapter_flag.ts";
import { runAgainst } from "./bench_gate.ts";
import { type Command, type Context, defineCommand } from "./command.ts";
import { RegressionError, UsageError } from "./exit_codes.ts";
import { showReproduction } from "./reproduce_progress.ts";
import { formatColumns } from "./table.ts";

/** Looks for regressions of any kind. */
export const gateCommand: Command = defineCommand({
  name: "gate",
  summary: "Compare masks, Dice and speed with a stored baseline",
  operands: [],
  flags: {
    update: { type: "boolean", help: "Write the baseline of this adapter anew, whole" },
    quick: { type: "boolean", help: "Masks and Dice only, no times" },
    against: {
      type: "string",
      value: "GIT_REF",
      help: "Time against this version (by default the commit that last changed the baseline)",
    },
    adapter: ADAPTER_FLAG,
  },
  details:
    "Hashes: masks of an integer CT must be equal bit for bit on every adapter, phantoms on the baseline's own.\n" +
    `Masks that floats decide: ${100 * MASK_SHARE} % of the voxels may differ.\n` +
    `Dice of a network trained anew, paired over 8 cases: trips if an organ's mean drops by more than ${DICE_MARGIN}\n` +
    "and Holm's p over the organs is below 0.05.\n" +
    `Times: ${GATE_KERNELS.join(", ")}, as bench --against takes them.\n` +
    "They are taken last, and only where nothing else has tripped.\n" +
    "Exit code 4 if one trips. A change that is meant goes with a new baseline in the same commit.",
  examples: [
    { line: "deno task gate", does: "Has anything become worse since the baseline?" },
    { line: "deno task gate --quick", does: "The same without times, as the tests run it" },
    { line: "deno task gate --update", does: "Take what there is now as right" },
  ],
  async run(_operands, flags, context) {
    const { print, progress } = context;
    const { update, quick, against } = flags;
    if (against !== undefined && (update || quick)) {
      throw new UsageError(
        `Cannot use --against with ${update ? "--update" : "--quick"}: that takes no times`,
      );
    }
    const adapter = wantedAdapter(flags.adapter);
    const { info: { description, vendor, software } } = await selectAdapter(adapter);
    const path = baselinePath({ description, vendor, software });
    if (update) {
      await writeBaseline(path, await measure(adapter, context));
      progress[Symbol.dispose]();
      print(path);
      return;
    }
    const before = await readBaseline(path);
    if (!before) {
      throw new Error(`Cannot gate ${description}: there is no "${path}"; --update makes it`);
    }
    const checks = compareGate(before, await measure(adapter, context));
    progress[Symbol.dispose]();
    print(`Adapter: ${description}`);
    print(formatChecks(checks));
    const tripped = checks.filter(({ verdict }) => verdict === "tripped");
    if (!quick && tripped.length === 0) {
      await time(against ?? await lastChange(path), adapter, context);
    }
    tripFor(tripped);
  },
});

async function measure(
  adapter: string | undefined,
  { signal, progress }: Context,
): Promise<GateMeasure> {
  const folder = await Deno.makeTempDir({ prefix: "ct-organ-gate-" });
  try {
    await using gpu = await openGpu({ ...adapter !== undefined && { adapter }, signal });
    return await measureGate(gpu, {
      ...{ folder, signal },
      onProgress: (step) => showReproduction(progress, step),
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Times the heavy kernels against an earlier version, in turn. */
async function time(
  ref: string,
  adapter: string | undefined,
  context: Context,
): Promise<void> {
  await runAgainst(ref, {
    ...adapter !== undefined && { adapter },
    kernels: GATE_KERNELS,
    brief: true,
    signal: context.signal,
    onProgress: ({ kernel, case: name, done, total }) =>
      context.progress.stage(`${done + 1} of ${total}: ${kernel}, ${name}`),
  }, context);
}

/**
 * Checks as a table, what tripped first.
 *
 * @param checks At least one.
 * @returns Lines.
 */
export function formatChecks(checks: readonly GateCheck[]): string {
  const order: GateCheck["verdict"][] = ["tripped", "not compared", "moved", "same"];
  const sorted = order.flatMap((wanted) => checks.filter(({ verdict }) => verdict === wanted));
  const columns = formatColumns(
    ["check", "baseline", "now", "verdict"],
    sorted.map(({ kind, name, before, now, verdict }) => [
      ...[`${kind}: ${name}`, before, now],
      verdict === "tripped" ? "TRIPPED" : verdict,
    ]),
  );
  // Text of any length stands last, to the left.
  const last = ["held to", ...sorted.map(({ why }) => why)];
  return columns.split("\n").map((line, i) => `${line}  ${last[i]}`).join("\n");
}

function tripFor(tripped: readonly GateCheck[]): void {
  const [first] = tripped;
  if (!first) return;
  const others = tripped.length > 1 ? ` and ${tripped.length - 1} more` : "";
  throw new RegressionError(
    `Cannot pass the gate: ${first.kind} "${first.name}"${others} is not the baseline's; ` +
      "if that is meant, --update takes it as right",
  );
}
