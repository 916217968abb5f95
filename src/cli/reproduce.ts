import { resolve } from "@std/path";
import { type ProfileName, PROFILES, reproduce } from "../reproduce/mod.ts";
import { ADAPTER_FLAG, wantedAdapter } from "./adapter_flag.ts";
import { type Command, defineCommand } from "./command.ts";
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
      help: "Folder with volume-N.nii.gz and labels-N.nii.gz (generated phantoms by default)",
    },
    out: {
      type: "string",
      value: "DIR",
      help:
        "Folder for result.json and report.html (reports/PROFILE-SEED in the project by default)",
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
    "did not change are not run again.",
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
    const { resultPath, reportPath } = await reproduce({
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
    print(resolve(resultPath));
    print(resolve(reportPath));
  },
});
