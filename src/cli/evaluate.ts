import { commandLine } from "../../bench/mod.ts";
import config from "../../deno.json" with { type: "json" };
import { evaluateFolders, type EvaluateResult, formatCsv } from "../evaluate/mod.ts";
import { ORGANS } from "../labels/mod.ts";
import { SCORED_ORGANS, type Summary } from "../metrics/mod.ts";
import { renderEvaluateReport, writeTextWhole } from "../report/mod.ts";
import { type Command, defineCommand } from "./command.ts";
import { UsageError } from "./exit_codes.ts";
import { failFor } from "./failures.ts";
import { oneOf, someNumber, wholeNumber } from "./flags.ts";
import { checkOutput } from "./outputs.ts";
import { userPath } from "./paths.ts";
import { formatColumns } from "./table.ts";

const NAMES = (Object.keys(ORGANS) as (keyof typeof ORGANS)[])
  .filter((name) => name !== "background");

/** Scores predictions against truth. */
export const evaluateCommand: Command = defineCommand({
  name: "evaluate",
  summary: "Score predicted labels against true ones, by organ and case",
  operands: [],
  flags: {
    pred: { type: "string", value: "DIR", help: "Folder of predicted labels" },
    truth: { type: "string", value: "DIR", help: "Folder of true labels" },
    organs: {
      type: "string",
      value: "LIST",
      help: `Organs by name, comma between them (${SCORED_ORGANS.join(",")} by default)`,
    },
    tolerance: {
      type: "string",
      value: "MM",
      help: "Tolerance of NSD in mm (by default one voxel: the largest spacing of each case)",
    },
    seed: { type: "string", value: "N", help: "Seed of the bootstrap intervals (1 by default)" },
    json: { type: "string", value: "FILE", help: "Write the result as JSON" },
    csv: { type: "string", value: "FILE", help: "Write every organ of every case as CSV" },
    html: { type: "string", value: "FILE", help: "Write a report as one HTML file" },
  },
  details:
    "Both folders hold NIfTI files of CT-ORG's values. A truth's prediction is the file of the same name, or else the\n" +
    "one with the same number (labels-7.nii.gz and volume-7.nii.gz). Both must lie on one grid. A case that cannot be\n" +
    "scored does not stop the others; exit code 1 at the end names it.\n" +
    "Missed and invented organs count as 0 in Dice, IOU and NSD and have no HD95; an organ in neither volume is not\n" +
    "counted. Means stand with the number of cases. Needs no GPU.",
  examples: [
    {
      line: "deno task evaluate --pred segmented --truth ct-org --json scores.json",
      does: "Scores of all cases; figures as JSON",
    },
    {
      line: "deno task evaluate --pred a --truth b --organs liver --tolerance 3 --html scores.html",
      does: "The liver alone, NSD at 3 mm, a report to read",
    },
  ],
  async run(_operands, flags, { signal, progress, print }) {
    if (flags.pred === undefined || flags.truth === undefined) {
      throw new UsageError("Cannot evaluate: name both folders, --pred DIR and --truth DIR");
    }
    const organs = flags.organs === undefined
      ? SCORED_ORGANS
      : [...new Set(flags.organs.split(","))].map((name) => oneOf("organ", name.trim(), NAMES));
    const toleranceMm = someNumber("tolerance", flags.tolerance, [(mm) => mm >= 0, "0 mm or more"]);
    const seed = wholeNumber("seed", flags.seed) ?? 1;
    const [json, csv, html] = [flags.json, flags.csv, flags.html]
      .map((path) => path === undefined ? undefined : userPath(path));
    for (const path of [json, csv, html]) if (path !== undefined) await checkOutput(path);

    const folders = { prediction: userPath(flags.pred), truth: userPath(flags.truth) };
    const found = await evaluateFolders({
      ...{ ...folders, organs, toleranceMm, seed, signal },
      onCase: (name, done, all) => progress.stage(`Case ${done + 1} of ${all}: ${name}`),
    });
    const result: EvaluateResult = {
      schema: "ct-organ-webgpu/evaluate@1",
      command: commandLine("evaluate", {
        ...{ pred: flags.pred, truth: flags.truth, organs: organs.join(",") },
        ...{ tolerance: flags.tolerance, seed },
      }),
      versions: { "ct-organ-webgpu": config.version, deno: Deno.version.deno },
      ...folders,
      seed,
      tolerance_mm: toleranceMm ?? "voxel",
      ...found,
    };
    if (json !== undefined) await writeTextWhole(json, `${JSON.stringify(result, null, 2)}\n`);
    if (csv !== undefined) await writeTextWhole(csv, formatCsv(result.rows));
    if (html !== undefined) await writeTextWhole(html, await renderEvaluateReport(result));
    progress[Symbol.dispose]();
    print(summaryTable(result));
    if (result.unused.length > 0) print(`\nWithout a truth: ${result.unused.join(", ")}`);
    try {
      failFor(result.failures.map(({ error }) => error), print);
    } finally {
      for (const path of [json, csv, html]) if (path !== undefined) print(path);
    }
  },
});

function summaryTable({ organs }: EvaluateResult): string {
  return formatColumns(
    ["organ", "Dice", "IOU", "NSD", "HD95 mm", "volume ml", "n", "missed", "invented", "absent"],
    organs.map(({ organ, dice, iou, nsd, hd95_mm, volume_error_ml, cases }) => [
      organ,
      ...[dice, iou, nsd].map((of) => withInterval(of, 3)),
      ...[hd95_mm, volume_error_ml].map((of) => withInterval(of, 1)),
      ...[dice.n, cases.missed, cases.invented, cases.absent].map(String),
    ]),
  );
}

function withInterval({ mean, ci95 }: Summary, decimals: number): string {
  if (mean === undefined) return "-";
  const show = (value: number) => value.toFixed(decimals);
  return ci95 ? `${show(mean)} (${show(ci95[0])} to ${show(ci95[1])})` : show(mean);
}
