import { join } from "@std/path";
import { labelFolder, type LabelFolderOptions, type LabelledCt, planLabels } from "../data/mod.ts";
import { csvTable, writeWhole } from "../files/mod.ts";
import { openGpu } from "../gpu/mod.ts";
import type { LabelledOrgan } from "../labels/mod.ts";
import { type CheckedSlices, cutSlices, renderLabelReport } from "../report/mod.ts";
import type { Context } from "./command.ts";
import { failFor } from "./failures.ts";
import { checkOutParent } from "./out_folder.ts";

/**
 * Labels all CTs of a folder: a line each, then `labels.csv` and `labels.html` beside the labels.
 *
 * @param folder Absolute path of the CTs' folder.
 * @param out Absolute path of the labels' folder.
 * @param adapter Which adapter.
 * @param rules What is labelled, how, and the command.
 * @param context The process.
 * @throws {Error} At the end, if a CT could not be labelled.
 */
export async function labelCts(
  folder: string,
  out: string,
  adapter: string | undefined,
  rules: Pick<LabelFolderOptions, "organs" | "variant" | "border" | "command">,
  { signal, progress, print }: Context,
): Promise<void> {
  await checkOutParent(out);
  const planned = await planLabels(folder, out);
  await using gpu = await openGpu({ adapter, signal });
  const say = (line: string) => {
    progress[Symbol.dispose]();
    print(line);
  };
  say(`Adapter: ${gpu.info.description}${gpu.info.software ? " (software)" : ""}`);
  const { organs } = rules;
  const pictures: CheckedSlices[] = [];
  const result = await labelFolder(gpu, out, planned, {
    ...rules,
    signal,
    onCase: (name, done, all) => progress.stage(`Case ${name}: ${done + 1} of ${all}`),
    async onLabels(name, labelled, { ct, labels }, kept) {
      say(
        `${name}: ${describe(labelled, organs)}, ${kept ? "there already" : secondsOf(labelled)}`,
      );
      const slices = await cutSlices({ case: name, ct, prediction: labels, organs });
      pictures.push({ name, slices });
    },
    onFailure: (name, error) => say(`${name}: FAILED: ${error}`),
  });
  const { cases, failures } = result;
  const csv = join(out, "labels.csv");
  await writeWhole(
    csv,
    csvTable(["case", "organ", "ml", "found", "seconds"], [
      ...Object.entries(cases).flatMap(([name, { ml, seconds }]) =>
        organs.map((organ) => ({
          ...{ case: name, organ, ml: Number(ml[organ]!.toFixed(3)) },
          ...{ found: ml[organ] ? "yes" : "not in view", seconds: Number(seconds.toFixed(3)) },
        }))
      ),
      ...failures.map(({ name, error }) => ({ case: name, found: error })),
    ]),
  );
  const html = join(out, "labels.html");
  await writeWhole(html, await renderLabelReport(result, organs, pictures));
  say(csv);
  say(html);
  failFor(failures.map(({ name, error }) => `Cannot label case ${name}: ${error}`), print);
}

function describe({ ml }: LabelledCt, organs: readonly LabelledOrgan[]): string {
  return organs.map((organ) =>
    ml[organ] ? `${organ} ${ml[organ].toFixed(1)} ml` : `${organ} not in view`
  ).join(", ");
}

function secondsOf({ seconds }: LabelledCt): string {
  return `${seconds.toFixed(2)} s`;
}
