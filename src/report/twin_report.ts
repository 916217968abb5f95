import { adapterLine } from "./_adapter.ts";
import { curveFigure } from "./_curves.ts";
import { count, figure, percent, seconds } from "./_format.ts";
import { type Html, markup } from "./_html.ts";
import { page } from "./_page.ts";
import { scrollTable, valueTable } from "./_table.ts";
import type { TwinCurveRow, TwinDice, TwinResult, TwinVerdict } from "./twin_schema.ts";

/**
 * Writes the report of a comparison with PyTorch: one HTML file that needs nothing else, with the adapter first.
 *
 * @param result The result.
 * @returns The file's text.
 */
export async function renderTwinReport(result: TwinResult): Promise<string> {
  const { adapter, machine, dice, controls } = result;
  const sections = [
    markup`${adapterLine(adapter, machine)}<header>
<h1>Training here and with PyTorch</h1>
</header>
<section class="summary">
<ul>
${summary(result).map((line) => markup`<li>${line}</li>\n`)}</ul>
</section>
`,
    ruleSection(result),
    gradientSection(result),
    curveSection(result),
    ...controls.length > 0 ? [controlSection(result)] : [],
    ...dice ? [diceSection(dice)] : [],
    markup`<section>
<h2>What ran</h2>
<p>Run it again with:</p>
<pre><code>${result.command}</code></pre>
${valueTable("Settings", Object.entries(result.setting))}
${valueTable("The run", [["Result", result.schema], ["Time", seconds(result.seconds)]])}
${valueTable("Versions", Object.entries(result.versions))}
</section>
`,
  ];
  return await page("Training here and with PyTorch", sections.map((body) => ({ body })));
}

function summary({ gradients, curves, controls, dice }: TwinResult): string[] {
  const found = (rows: readonly { readonly verdict: TwinVerdict }[], noun: string) => {
    const agree = rows.filter(({ verdict }) => verdict === "agrees").length;
    const differ = rows.filter(({ verdict }) => verdict === "differs").length;
    const open = rows.length - agree - differ;
    return `${agree} of ${rows.length} ${noun} agree with PyTorch${
      differ > 0 ? `, ${differ} differ` : ""
    }${open > 0 ? `, ${open} are undecided` : ""}.`;
  };
  const noticed = controls.filter(({ noticed }) => noticed).length;
  return [
    `Gradients of one step: ${found(gradients, "losses")}`,
    `Loss over ${curves[0]?.curves.ours.length ?? 0} steps: ${found(curves, "trainings")}`,
    ...controls.length > 0
      ? [`Of ${count(controls.length, "deliberate fault")} the comparison notices ${noticed}.`]
      : [],
    ...dice
      ? [
        `Dice on ${count(dice.cases, "unseen case")} after ${dice.steps} steps: ours ${
          dice.mean[0]!.toFixed(3)
        }, at most ${
          dice.difference.toFixed(4)
        } from PyTorch's (${dice.limit} allowed; PyTorch's own differ by ${
          dice.spread.toFixed(4)
        }).`,
      ]
      : [],
  ];
}

function ruleSection({ rule }: TwinResult): Html {
  return markup`<section>
<h2>How it is judged</h2>
<p>Both sides begin with the same weights and take the same batches, which our augmentation wrote. PyTorch trains in f64, which is the judge, three times in f32 with the axes of all volumes turned (the same training, other orders of its sums), and, for the curves, eight times in f64 from weights that are off by a rounding error: ${
    figure(rule.nudge)
  } of each at most. Rounding grows from step to step, so no fixed bound holds along a curve; the measure is how far PyTorch's own runs are from f64.</p>
<p>At each step ours may be ${rule.factor} times as far from f64 as the farthest of them has been up to then, plus ${
    figure(rule.floor)
  } (relative to losses above 1). WGSL lets divisions, roots and exponentials round by a few units in the last place where PyTorch's are within one. The floor was settled before any curve was compared, the factor as 8; it was halved when the runs from nudged weights were added, since a near tie, which f32 breaks either way, had made one curve differ on one machine and not on another. Once PyTorch's own runs are ${rule.decisive} from f64 the rest of a curve decides nothing, and a training that did not differ before is undecided.</p>
</section>
`;
}

function gradientSection({ gradients, rule }: TwinResult): Html {
  return markup`<section>
<h2>Gradients of one step</h2>
<p>Of each parameter the median of ${rule.batches} batches: an activation within a rounding of 0 may count or not, as in one of them its sign falls.</p>
${
    scrollTable(
      "Of each loss the parameter that takes the largest share of its tolerance; Euclidean distance from f64, relative to the gradient's length",
      head(["Loss", "Parameter", "Ours", "PyTorch f32", "Share of tolerance", "Verdict"]),
      body(gradients.map((row) => [row.loss, row.parameter, ...distances(row)])),
      "figures",
    )
  }</section>
`;
}

function curveSection({ curves }: TwinResult): Html {
  return markup`<section>
<h2>Loss over the steps</h2>
${curves[0] && distanceFigure(curves[0])}${
    scrollTable(
      "Largest distances from PyTorch's loss in f64",
      head([
        "Loss",
        "Optimizer",
        "First",
        "Last",
        "Steps judged",
        "Ours",
        "PyTorch",
        "Share of tolerance",
        "Verdict",
      ]),
      body(curves.map((row) => [
        row.loss,
        row.optimizer,
        figure(row.curves.ours[0]!),
        figure(row.curves.ours.at(-1)!),
        `${row.judged} of ${row.curves.ours.length}`,
        ...distances(row),
      ])),
      "figures",
    )
  }</section>
`;
}

/** Below this a distance is none that f32 could show. */
const LEAST = 1e-9;

function distanceFigure({ loss, optimizer, curves }: TwinCurveRow): Html {
  const { ours, float64, float32, nudged } = curves;
  const points = (values: readonly number[]) =>
    values.map((value, i) =>
      [i + 1, Math.log10(Math.max(LEAST, Math.abs(value - float64[i]!)))] as const
    );
  return curveFigure({
    title: `Distance from f64: ${optimizer}, ${loss}`,
    x: "step",
    y: "decimal logarithm of the distance of the loss from PyTorch's in f64",
    curves: [
      ...float32.map((values, i) => ({
        name: "PyTorch f32",
        points: points(values),
        mark: 1,
        faint: i > 0,
      })),
      ...nudged.map((values, i) => ({
        name: "PyTorch f64, weights off by a rounding error",
        points: points(values),
        mark: 2,
        faint: i > 0,
      })),
      { name: "ours", points: points(ours), mark: 0 },
    ],
  });
}

function controlSection({ controls }: TwinResult): Html {
  return markup`<section>
<h2>What the comparison would notice</h2>
${
    scrollTable(
      "PyTorch in f64 with one setting changed, in the place of ours",
      head(["Loss", "Optimizer", "Changed", "Distance", "Share of tolerance", "Noticed"]),
      body(controls.map((row) => [
        row.loss,
        row.optimizer,
        row.change,
        figure(row.deviation),
        figure(row.share),
        row.noticed ? "yes" : "no",
      ])),
      "figures",
    )
  }</section>
`;
}

function diceSection(dice: TwinDice): Html {
  return markup`<section>
<h2>Dice after ${dice.steps} steps</h2>
<p>Each trained by itself with ${dice.loss} and ${dice.optimizer} on the same batches, then segmented ${
    count(dice.cases, "unseen phantom")
  } by its own weights. By our weights our inference and PyTorch's label ${
    percent(dice.alike)
  } of the voxels alike. Verdict: ${verdictMark(dice.verdict)}</p>
${
    scrollTable(
      "Mean Dice over the cases",
      head(["Organ", ...dice.trainers]),
      body([
        ...Object.entries(dice.organs).map(([organ, values]) => [
          organ,
          ...values.map((value) => value.toFixed(3)),
        ]),
        ["mean", ...dice.mean.map((value) => value.toFixed(4))],
      ]),
    )
  }</section>
`;
}

function distances(
  { deviation, yardstick, share, verdict }: {
    readonly deviation: number;
    readonly yardstick: number;
    readonly share: number;
    readonly verdict: TwinVerdict;
  },
): [string, string, string, Html] {
  return [figure(deviation), figure(yardstick), figure(share), verdictMark(verdict)];
}

const MARKS: Readonly<Record<TwinVerdict, readonly [kind: string, text: string]>> = {
  agrees: ["good", "✓ agrees"],
  differs: ["bad", "✗ differs"],
  undecided: ["quiet", "? undecided"],
};

function verdictMark(verdict: TwinVerdict): Html {
  const [kind, text] = MARKS[verdict];
  return markup`<span class="verdict nowrap ${kind}">${text}</span>`;
}

function head(names: readonly string[]): Html {
  return markup`<thead>
<tr>
${names.map((name) => markup`<th scope="col">${name}</th>\n`)}</tr>
</thead>
`;
}

function body(rows: readonly (readonly (string | Html)[])[]): Html {
  return markup`<tbody>
${
    rows.map(([name, ...cells]) =>
      markup`<tr>
<th scope="row">${name}</th>
${cells.map((cell) => markup`<td>${cell}</td>\n`)}</tr>
`
    )
  }</tbody>
`;
}
