import { join } from "@std/path";
import config from "../../deno.json" with { type: "json" };
import { renderLossReport, writeTextWhole } from "../report/mod.ts";
import { type LossStudyResult, studyFailures, studyLosses } from "../study/mod.ts";
import { type Command, defineCommand } from "./command.ts";
import { failFor } from "./failures.ts";
import { wholeNumber } from "./flags.ts";
import { makeOutFolder } from "./out_folder.ts";
import { userPath } from "./paths.ts";
import { formatColumns } from "./table.ts";

/** Studies the losses. */
export const lossesCommand: Command = defineCommand({
  name: "losses",
  summary: "Check what is said of the IOU losses, and write a report with figures",
  operands: [],
  flags: {
    out: {
      type: "string",
      value: "DIR",
      help: "Folder for result.json and report.html (reports/losses-SEED by default)",
    },
    seed: { type: "string", value: "N", help: "Seed of the random problems (1 by default)" },
  },
  details:
    "The numbered statements on the losses are checked numerically, in f64 and without a GPU: one row each, with\n" +
    "how it was checked, cases, largest deviation. The last line is the report's path. Exit code 1 if a statement\n" +
    "does not hold.",
  examples: [
    { line: "deno task losses", does: "The study, in a few seconds" },
    { line: "deno task losses --seed 7 --out losses", does: "On other problems, in a folder here" },
  ],
  async run(_operands, flags, { progress, print }) {
    const seed = wholeNumber("seed", flags.seed) ?? 1;
    const folder = userPath(flags.out ?? `reports/losses-${seed}`);
    await makeOutFolder(folder);
    progress.stage("Check the statements");
    const study = studyLosses({ seed });
    const result: LossStudyResult = {
      schema: "ct-organ-webgpu/losses@1",
      command: `deno task losses --seed ${seed}`,
      versions: { "ct-organ-webgpu": config.version, deno: Deno.version.deno },
      study,
    };
    progress.stage("Write the report");
    const paths = [join(folder, "result.json"), join(folder, "report.html")];
    await writeTextWhole(paths[0]!, `${JSON.stringify(result, null, 2)}\n`);
    await writeTextWhole(paths[1]!, await renderLossReport(result));
    progress[Symbol.dispose]();
    const lines = formatColumns(
      ["", "", "cases", "found"],
      study.rows.map(({ id, holds, cases, found, limit }) => [
        id,
        holds ? "holds" : "FAILS",
        String(cases),
        `${limit.at === "most" ? "<=" : ">="} ${found.toExponential(1)}`,
      ]),
    ).split("\n");
    const texts = ["statement", ...study.rows.map(({ text }) => text)];
    print(lines.map((line, i) => `${line}  ${texts[i]}`).join("\n"));
    try {
      failFor(studyFailures(study), print);
    } finally {
      for (const path of paths) print(path);
    }
  },
});
