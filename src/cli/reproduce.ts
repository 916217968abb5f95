import { resolve } from "@std/path";
import { benchFailures } from "../../bench/mod.ts";
import { type ProfileName, PROFILES, reproduce, type ReproduceOutcome } from "../reproduce/mod.ts";
import { ADAPTER_FLAG, wantedAdapter } from "./adapter_flag.ts";
import { type Command, defineCommand } from "./command.ts";
import { failFor } from "./failures.ts";
import { oneOf, wholeNumber } from "./flags.ts";
import { userPath } from "./paths.ts";

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
      help: `How much: ${NAMES.join(", ")} (smoke by default)`,
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
      help: "Seed of phantoms, samples and intervals (1 by default)",
    },
    adapter: ADAPTER_FLAG,
  },
  details:
    "The last line is the report's path. A run that was stopped goes on where it was: stages whose inputs\n" +
    "did not change are not run again. The benchmark times SciPy as well where a python3 here has it.\n" +
    "Exit code 1 if a kernel disagrees with a reference or cannot run.",
  examples: [
    { line: "deno task reproduce", does: "On phantoms with known truth" },
    {
      line: "deno task reproduce --data CT-ORG --out reports/ct-org",
      does: "On the paper's data set, as downloaded",
    },
  ],
  async run(_operands, flags, { signal, progress, print }) {
    const profile = flags.profile === undefined
      ? undefined
      : oneOf("profile", flags.profile, NAMES);
    const seed = wholeNumber("seed", flags.seed);
    const adapter = wantedAdapter(flags.adapter);
    const outcome = await reproduce({
      ...(profile === undefined ? {} : { profile }),
      ...(seed === undefined ? {} : { seed }),
      ...(flags.out === undefined ? {} : { out: userPath(flags.out) }),
      ...(flags.data === undefined ? {} : { data: userPath(flags.data) }),
      ...(adapter === undefined ? {} : { adapter }),
      signal,
      onProgress: ({ message, fraction }) =>
        progress.stage(`${Math.floor(100 * fraction)} % ${message}`),
    });
    progress[Symbol.dispose]();
    showOutcome(outcome, print);
  },
});

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
