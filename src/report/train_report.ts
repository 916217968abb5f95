import { adapterLine } from "./_adapter.ts";
import { curveFigure, runningMean } from "./_curves.ts";
import { count, figure, list, seconds } from "./_format.ts";
import { type Html, markup } from "./_html.ts";
import { page } from "./_page.ts";
import { scrollTable, valueTable } from "./_table.ts";
import type { TrainResult } from "./train_schema.ts";

/** Steps that the smooth loss curve is a mean of, as a share of all. */
const SMOOTH = 1 / 40;

/**
 * Writes the report of a training: one HTML file that needs nothing else, with the adapter first.
 *
 * @param result The result.
 * @returns The file's text.
 */
export async function renderTrainReport(result: TrainResult): Promise<string> {
  const { adapter, machine, arm, config, command } = result;
  const sections = [
    markup`${adapterLine(adapter, machine)}<header>
<h1>Training of ${arm}</h1>
</header>
<section class="summary">
<ul>
${summary(result).map((line) => markup`<li>${line}</li>\n`)}</ul>
</section>
`,
    lossSection(result),
    ...result.validations.length > 0 ? [validationSection(result)] : [],
    markup`<section>
<h2>What ran</h2>
<p>Run it again with:</p>
<pre><code>${command}</code></pre>
${valueTable("Settings", Object.entries(config).map(([name, value]) => [name, text(value)]))}
${valueTable("The run", facts(result))}
${valueTable("Versions", Object.entries(result.versions))}
</section>
`,
  ];
  return await page(`Training: ${arm}`, sections.map((body) => ({ body })));
}

function summary({ losses, best, steps, dataset, network, ended, ...rest }: TrainResult): string[] {
  const last = runningMean(losses, smoothWidth(losses)).at(-1);
  const done = steps - rest.resumed_from;
  return [
    `${count(steps, "step")} on ${count(dataset.train.length, "case")} of ${dataset.name}${
      ended === "patience" ? "; ended early, as validations brought nothing better" : ""
    }.`,
    `${count(network.parameters, "parameter")}, receptive field ${network.receptive_field} voxels.`,
    ...last === undefined ? [] : [
      `The loss went from ${figure(losses[0]!)} to ${figure(last)}${
        smoothWidth(losses) > 1 ? ` (mean of the last ${smoothWidth(losses)} steps)` : ""
      }.`,
    ],
    best?.dice === undefined
      ? "No validation: the model is that of the last step."
      : `The model is that of step ${best.step}, whose mean Dice over organs was the highest: ${
        best.dice.toFixed(3)
      } on ${count(dataset.validation.length, "validation case")}.`,
    ...done > 0
      ? [
        `${count(done, "step")} took ${seconds(rest.seconds)}, validations included${
          rest.resumed_from > 0 ? `; the ${rest.resumed_from} before that ran earlier` : ""
        }.`,
      ]
      : [],
  ];
}

function smoothWidth(losses: readonly number[]): number {
  return Math.max(1, Math.round(losses.length * SMOOTH));
}

function lossSection({ losses }: TrainResult): Html {
  if (losses.length === 0) return markup``;
  const points = (values: readonly number[]) => values.map((value, i) => [i + 1, value] as const);
  const width = smoothWidth(losses);
  return markup`<section>
<h2>Loss</h2>
${
    curveFigure({
      title: width > 1 ? "Loss of each step, and its running mean" : "Loss of each step",
      x: "step",
      y: width > 1 ? `loss; the strong line is the mean of ${count(width, "step")}` : "loss",
      curves: [
        ...width > 1 ? [{ name: "step", points: points(losses), mark: 0, faint: true }] : [],
        { name: "loss", points: points(runningMean(losses, width)), mark: 0 },
      ],
    })
  }</section>
`;
}

function validationSection({ validations }: TrainResult): Html {
  const organs = [...new Set(validations.flatMap(({ organs }) => Object.keys(organs)))];
  const of = (name: string) =>
    validations.flatMap(({ step, organs }) =>
      organs[name] === undefined ? [] : [[step, organs[name]] as const]
    );
  const cell = (value: number | undefined) =>
    markup`<td>${value === undefined ? "" : value.toFixed(3)}</td>\n`;
  return markup`<section>
<h2>Dice on the validation cases</h2>
${
    curveFigure({
      title: "Dice of each organ, mean over the validation cases",
      x: "step",
      y: "Dice",
      range: [0, 1],
      curves: organs.map((name, mark) => ({ name, points: of(name), mark })),
    })
  }
${
    scrollTable(
      `Dice by organ; mean over ${list(organs)}`,
      markup`<thead>
<tr>
<th scope="col">Step</th>
${organs.map((name) => markup`<th scope="col">${name}</th>\n`)}<th scope="col">mean</th>
</tr>
</thead>
`,
      markup`<tbody>
${
        validations.map(({ step, organs: values, dice }) =>
          markup`<tr>
<th scope="row">${step}</th>
${organs.map((name) => cell(values[name]))}${cell(dice)}</tr>
`
        )
      }</tbody>
`,
    )
  }</section>
`;
}

function facts(result: TrainResult): [string, string | Html][] {
  const { dataset, model, schema, memory_bytes, peak_gpu_bytes } = result;
  const mib = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  const mono = (value: string) => markup`<span class="mono">${value}</span>`;
  return [
    ["Result", schema],
    ["Cases trained on", dataset.train.join(", ")],
    ["Validation cases", dataset.validation.join(", ") || "none"],
    ["All voxels, by SHA-256", mono(dataset.sha256)],
    [`${model.path}, by SHA-256`, mono(model.sha256)],
    ["GPU memory: expected at most", mib(memory_bytes)],
    ["GPU memory: the most in use", mib(peak_gpu_bytes)],
  ];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? "";
}
