import { join, resolve } from "@std/path";
import { benchFailures } from "../../bench/mod.ts";
import { formatBytes } from "../gpu/mod.ts";
import {
  parseArmName,
  type PlannedStages,
  planReproduction,
  type ProfileName,
  PROFILES,
  reproduce,
  type ReproduceOptions,
  type ReproduceOutcome,
  verifyReproduction,
} from "../reproduce/mod.ts";
import { ADAPTER_FLAG, wantedAdapter } from "./adapter_flag.ts";
import { type Command, defineCommand } from "./command.ts";
import { formatDuration } from "./duration.ts";
import { UsageError } from "./exit_codes.ts";
import { failFor } from "./failures.ts";
import { oneOf, wholeNumber } from "./flags.ts";
import { userPath } from "./paths.ts";
import type { Progress } from "./progress.ts";
import { showReproduction } from "./reproduce_progress.ts";
import { formatColumns } from "./table.ts";

const NAMES = Object.keys(PROFILES) as ProfileName[];

/** Runs the paper's pipeline. */
export const reproduceCommand: Command = defineCommand({
  name: "reproduce",
  summary: "Run the paper's pipeline and write a report",
  operands: [],
  flags: {
    profile: {
      type: "string",
      value: "NAME",
      help: `How much: ${NAMES.join(", ")} (quick by default)`,
    },
    data: {
      type: "string",
      value: "DIR",
      help:
        "Folder in a known layout: CT-ORG, LiTS, nnU-Net, TotalSegmentator (generated phantoms by default)",
    },
    out: {
      type: "string",
      value: "DIR",
      help:
        "Folder for result.json and report.html (reports/PROFILE-SEED, with --data PROFILE-NAME-SEED)",
    },
    seed: {
      type: "string",
      value: "N",
      help: "Seed of phantoms, training and intervals (1 by default)",
    },
    arms: {
      type: "string",
      value: "A,B",
      help: "Arms in the profile's place: LOSS[+aug][+pure][+unsupervised], e.g. iou+aug,dice",
    },
    transfer: {
      type: "string",
      value: "DIR",
      help: "Folder with labelled CTs that the first arm is tried on at the end",
    },
    resume: { type: "boolean", help: "Go on with the run in the folder; fail if there is none" },
    plan: { type: "boolean", help: "Print stages, sizes, memory and time, and do nothing" },
    verify: {
      type: "string",
      value: "RUN_DIR",
      help: "Run RUN_DIR's run again in RUN_DIR/verify and compare the results exactly",
    },
    adapter: ADAPTER_FLAG,
  },
  details:
    "The last line is the report's path. A run that was stopped goes on where it was, a training from its last\n" +
    "checkpoint: stages whose inputs did not change are not run again. Profiles:\n" +
    "  smoke   Every part at work in a few minutes; its networks learn next to nothing\n" +
    "  quick   Phantoms, IOU or weighted cross-entropy, with or without augmentation, one seed\n" +
    "  full    All losses, three seeds, the pure losses and the rules' labels to train on: hours\n" +
    "  paper   The paper's network at 3 mm: days, for a graphics card\n\n" +
    "An arm is a loss with its suffixes: +aug augments, +pure leaves the warm start out, +unsupervised trains on\n" +
    "lungs and bone by the rules. The benchmark times SciPy as well where a python3 here has it.\n" +
    "Exit code 1 if a kernel disagrees with a reference or cannot run, or --verify finds a difference.",
  examples: [
    { line: "deno task reproduce", does: "On phantoms with known truth" },
    { line: "deno task reproduce --profile full --plan", does: "What the long run would take" },
    {
      line: "deno task reproduce --data CT-ORG --out reports/ct-org",
      does: "On the paper's data set, as downloaded",
    },
  ],
  async run(_operands, flags, { signal, progress, print }) {
    const options = readOptions(flags);
    if (flags.plan) {
      showPlan(await planReproduction(options), print);
      return;
    }
    const watched = { ...options, ...watch(progress), signal };
    if (flags.verify !== undefined) {
      const folder = userPath(flags.verify);
      const differences = await verifyReproduction(folder, watched);
      progress[Symbol.dispose]();
      showVerification(join(folder, "result.json"), differences, print);
      return;
    }
    const outcome = await reproduce(watched);
    progress[Symbol.dispose]();
    showOutcome(outcome, print);
  },
});

function readOptions(flags: {
  readonly profile?: string | undefined;
  readonly seed?: string | undefined;
  readonly out?: string | undefined;
  readonly data?: string | undefined;
  readonly arms?: string | undefined;
  readonly transfer?: string | undefined;
  readonly adapter?: string | undefined;
  readonly verify?: string | undefined;
  readonly resume: boolean;
}): ReproduceOptions {
  const { profile, out, data, arms, transfer, verify } = flags;
  if (verify !== undefined) {
    const given = Object.entries({ profile, out, data, arms, transfer, seed: flags.seed })
      .find(([, value]) => value !== undefined);
    if (given) {
      throw new UsageError(
        `Cannot use "--${given[0]}" with "--verify": the run in its folder says what to run`,
      );
    }
  }
  const seed = wholeNumber("seed", flags.seed);
  const adapter = wantedAdapter(flags.adapter);
  return {
    ...profile !== undefined && { profile: oneOf("profile", profile, NAMES) },
    ...seed !== undefined && { seed },
    ...out !== undefined && { out: userPath(out) },
    ...data !== undefined && { data: userPath(data) },
    ...arms !== undefined && { arms: readArms(arms) },
    ...transfer !== undefined && { transfer: userPath(transfer) },
    ...adapter !== undefined && { adapter },
    resume: flags.resume,
  };
}

function readArms(text: string): string[] {
  const names = text.split(",").filter((name) => name !== "");
  if (names.length === 0) throw new UsageError('Cannot use "--arms" without an arm, e.g. iou+aug');
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError(`Cannot train arm "${twice}" twice`);
  try {
    names.forEach(parseArmName);
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
  return names;
}

function watch(progress: Progress): Pick<ReproduceOptions, "onProgress"> {
  return { onProgress: (step) => showReproduction(progress, step) };
}

function showPlan(plan: readonly PlannedStages[], print: (line: string) => void): void {
  const rows = plan.map(({ stage, what, count, seconds, bytes, gpuBytes }) => [
    stage,
    what,
    String(count),
    formatDuration(seconds),
    formatDuration(count * seconds),
    formatBytes(count * bytes),
    gpuBytes === undefined ? "" : formatBytes(gpuBytes),
  ]);
  print(
    formatColumns(["stage", "what one is", "count", "each", "all", "files", "GPU memory"], rows),
  );
  const sum = (of: (one: PlannedStages) => number) =>
    plan.reduce((total, one) => total + one.count * of(one), 0);
  print(
    `\nIn all about ${
      formatDuration(sum(({ seconds }) => seconds))
    } on two cores of a software adapter, ` +
      `${formatBytes(sum(({ bytes }) => bytes))} of files; a graphics card is many times faster`,
  );
}

function showVerification(
  path: string,
  differences: readonly string[],
  print: (line: string) => void,
): void {
  for (const difference of differences) print(difference);
  if (differences.length > 0) {
    throw new Error(
      `Cannot verify "${path}": the run again gave ${differences.length} other ${
        differences.length === 1 ? "value" : "values"
      }`,
    );
  }
  print(`${path}: the run again gave the same, times and what they decide left out`);
}

/**
 * Prints where a run's result and report are, and fails if its benchmark did.
 *
 * @param outcome What the run left.
 * @param print Writes a line to stdout.
 * @throws {Error} If a kernel disagrees with a reference or could not run.
 */
export function showOutcome(
  { resultPath, reportPath, result }: ReproduceOutcome,
  print: (line: string) => void,
): void {
  try {
    failFor(result.bench ? benchFailures(result.bench) : [], print);
  } finally {
    print(resolve(resultPath));
    print(resolve(reportPath));
  }
}
