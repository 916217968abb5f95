import { basename, dirname } from "@std/path";
import { commandLine } from "../../bench/mod.ts";
import config from "../../deno.json" with { type: "json" };
import {
  badCases,
  type CaseCheck,
  checkData,
  type DataCheck,
  type LabelPicture,
  scanFolder,
} from "../data/mod.ts";
import { type OrganName, ORGANS } from "../labels/mod.ts";
import {
  type CheckedSlices,
  cutSlices,
  type DataCheckResult,
  renderDataReport,
  writeTextWhole,
} from "../report/mod.ts";
import { type Command, defineCommand } from "./command.ts";
import { makeFolder } from "./out_folder.ts";
import { checkOutput } from "./outputs.ts";
import { userPath } from "./paths.ts";
import { formatColumns } from "./table.ts";

const ORGAN_NAMES = Object.keys(ORGANS).filter((name) => name !== "background") as OrganName[];

/** Checks a data folder. */
export const checkDataCommand: Command = defineCommand({
  name: "check-data",
  summary: "Check a data folder: files, geometry, labels, organs and their sizes",
  operands: ["DIR"],
  flags: {
    json: { type: "string", value: "FILE", help: "Write what was found as JSON" },
    html: {
      type: "string",
      value: "FILE",
      help: "Where to write the report with slices (reports/check-NAME.html by default)",
    },
  },
  details:
    "DIR is a folder in the layout of CT-ORG, LiTS, nnU-Net or TotalSegmentator. Each case is read whole: missing and damaged\n" +
    "files, NaN, labels on another grid, unexpected labels, identity affines and other headers that are hard to believe,\n" +
    "orientation, organs of impossible sizes and places, the same CT twice. A bad case does not keep the others from being\n" +
    "checked. Exit code 1 if a case cannot be used; what is only odd is named and does no harm.",
  examples: [
    { line: "deno task check-data CT-ORG", does: "A table, and a report with slices" },
    {
      line: "deno task check-data CT-ORG --json check.json --html check.html",
      does: "The same, and for a program",
    },
  ],
  async run([operand = ""], flags, { signal, progress, print }) {
    const folder = userPath(operand);
    const name = basename(folder) || "data";
    const html = userPath(flags.html ?? `reports/check-${name}.html`);
    const json = flags.json === undefined ? undefined : userPath(flags.json);
    const dataset = await scanFolder(folder);
    if (flags.html === undefined) await makeFolder(dirname(html));
    for (const path of [html, ...json === undefined ? [] : [json]]) await checkOutput(path);

    const pictures: CheckedSlices[] = [];
    const check = await checkData(dataset, {
      signal,
      onCase: (name, done, all) => progress.stage(`Case ${name}: ${done + 1} of ${all}`),
      onPicture: async (one, picture) => {
        pictures.push({ name: one.name, slices: await slicesOf(one, picture) });
      },
    });
    progress.stage("Write the report");
    const result: DataCheckResult = {
      schema: "ct-organ-webgpu/data-check@1",
      name,
      command: commandLine("check-data", { json: flags.json, html: flags.html }, [operand]),
      versions: { "ct-organ-webgpu": config.version, deno: Deno.version.deno },
      ...check,
    };
    await writeTextWhole(html, await renderDataReport(result, pictures));
    if (json !== undefined) await writeTextWhole(json, `${JSON.stringify(result, null, 1)}\n`);
    progress[Symbol.dispose]();
    show(check, print);
    print(html);
    const bad = badCases(check);
    if (bad.length > 0) {
      throw new Error(
        `Cannot use ${bad.length} of ${check.cases.length + check.incomplete.length} cases: ${
          bad.map(({ name }) => name).join(", ")
        }; see above`,
      );
    }
  },
});

async function slicesOf(
  { number, organs }: CaseCheck,
  { ct, labels }: LabelPicture,
): Promise<CheckedSlices["slices"]> {
  return await cutSlices({
    case: number,
    ct,
    prediction: labels,
    organs: ORGAN_NAMES.filter((name) => organs.some(({ organ }) => organ === name)),
  });
}

function show(check: DataCheck, print: (text: string) => void): void {
  const { layout, cases, organs, notes } = check;
  const all = cases.length + check.incomplete.length;
  print(`Layout: ${layout}, ${all} case${all === 1 ? "" : "s"}`);
  for (const note of notes) print(note);
  if (cases.length > 0) {
    print(formatColumns(
      ["case", "voxels", "spacing mm", "axes", "organs", "state"],
      cases.map(({ name, ct, organs, faults, warnings }) => [
        name,
        ct?.dims.join("x") ?? "-",
        ct?.spacing.map((mm) => Number(mm.toFixed(2))).join("x") ?? "-",
        ct?.orientation ?? "-",
        `${organs.length}`,
        faults.length > 0 ? "BAD" : warnings.length > 0 ? "odd" : "good",
      ]),
    ));
  }
  if (organs.length > 0) {
    const ml = (value: number) => value.toFixed(value < 10 ? 1 : 0);
    print(formatColumns(
      ["organ", "cases", "least ml", "median ml", "most ml"],
      organs.map(({ organ, cases, ml: { least, median, most } }) => [
        organ,
        `${cases}`,
        ...[least, median, most].map(ml),
      ]),
    ));
  }
  for (const { name, warnings } of cases) {
    for (const warning of warnings) print(`odd: case ${name}: ${warning}`);
  }
  for (const { name, why } of badCases(check)) print(`BAD: case ${name}: ${why}`);
}
