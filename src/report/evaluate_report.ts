import type { EvaluatedOrgan, EvaluatedRow, EvaluateResult } from "../evaluate/mod.ts";
import type { Summary } from "../metrics/mod.ts";
import { chartFigure, layOut } from "./_charts.ts";
import { count, figure, interval } from "./_format.ts";
import { type Html, markup, type Part } from "./_html.ts";
import { page, type Section } from "./_page.ts";
import { scrollTable, valueTable } from "./_table.ts";

const TITLE = "Predicted labels against true ones";

/**
 * Writes the report of an evaluation: one HTML file that needs nothing else.
 *
 * @param result The result.
 * @returns The file's text.
 */
export async function renderEvaluateReport(result: EvaluateResult): Promise<string> {
  return await page(TITLE, [
    { body: summary(result) },
    ...result.organs.length > 0 ? [organSection(result)] : [],
    ...result.rows.length > 0 ? [{ body: caseSection(result.rows) }] : [],
    { body: manifest(result) },
  ]);
}

function summary({ rows, failures, unused, command }: EvaluateResult): Html {
  const scored = new Set(rows.map((row) => row.case)).size;
  const lines: Part[] = [
    `${count(scored, "case")} scored.`,
    ...failures.map(({ error }) => markup`<strong>${error}.</strong>`),
    ...unused.length > 0 ? [`Without a truth, not scored: ${unused.join(", ")}.`] : [],
  ];
  return markup`<header>
<h1>${TITLE}</h1>
</header>
<section class="summary">
<ul>
${lines.map((line) => markup`<li>${line}</li>\n`)}</ul>
<p>Run it again with:</p>
<pre><code>${command}</code></pre>
</section>
`;
}

function organSection({ organs, tolerance_mm }: EvaluateResult): Section {
  const tolerance = tolerance_mm === "voxel"
    ? "one voxel (the largest spacing of each case)"
    : `${figure(tolerance_mm)} mm`;
  const chart = layOut(
    "organs",
    { title: "mean over cases with its 95 % interval, higher is better", log: false },
    organs.filter(({ dice }) => dice.n > 0).map(({ organ, dice, nsd }) => ({
      label: organ,
      note: count(dice.n, "case"),
      lines: [[point("Dice", dice, 0)], [point("NSD", nsd, 1)]],
    })),
  );
  const body = markup`<section>
<h2>Organs</h2>
<p>Dice and IOU by voxels. NSD is the share of both surfaces within ${tolerance} of the other, HD95 the distance within which 95 % of each lies from the other; surfaces are those of marching cubes, weighted by area, as in the package surface-distance. A missed or an invented organ counts as 0 in Dice, IOU and NSD and has no HD95; an organ that is in neither volume is not counted. Each mean stands with the standard deviation between cases, its 95 % bootstrap interval over cases and the number of cases.</p>
${chart.rows.length > 0 && chartFigure(chart, "Dice and NSD of each organ", "Means over cases.")}${
    scrollTable(
      "Mean ± standard deviation, 95 % interval and number of cases",
      headRow([
        "Organ",
        "Dice",
        "IOU",
        "NSD",
        "HD95, mm",
        "Volume error, ml",
        "Missed",
        "Invented",
        "Absent",
      ]),
      markup`<tbody>
${organs.map(organRow)}</tbody>
`,
      "figures",
    )
  }</section>
`;
  return { body, charts: chart.rows.length > 0 ? [chart] : [] };
}

function point(name: string, { mean = 0, ci95 }: Summary, mark: number) {
  return {
    value: mean,
    ...ci95 && { low: ci95[0], high: ci95[1] },
    label: `${name} ${mean.toFixed(3)}`,
    mark,
  };
}

function organRow(
  { organ, cases, dice, iou, nsd, hd95_mm, volume_error_ml }: EvaluatedOrgan,
): Html {
  const summaries = [dice, iou, nsd, hd95_mm, volume_error_ml];
  return markup`<tr>
<th scope="row">${organ}</th>
${summaries.map((of) => markup`<td>${meanText(of)}</td>\n`)}<td>${cases.missed}</td>
<td>${cases.invented}</td>
<td>${cases.absent}</td>
</tr>
`;
}

function meanText({ mean, sd, ci95, n }: Summary): string {
  if (mean === undefined) return "–";
  const spread = sd === undefined ? "" : ` ± ${figure(sd)}`;
  return `${figure(mean)}${spread}${ci95 ? ` (${interval(ci95)})` : ""}, n ${n}`;
}

function caseSection(rows: readonly EvaluatedRow[]): Html {
  const cell = (value: number | undefined) => value === undefined ? "–" : figure(value);
  return markup`<section>
<h2>Cases</h2>
${
    scrollTable(
      "Every organ of every case",
      headRow(["Case", "Organ", "State", "Dice", "IOU", "NSD", "HD95, mm", "Volume error, ml"]),
      markup`<tbody>
${
        rows.map((row) =>
          markup`<tr>
<th scope="row">${row.case}</th>
<td>${row.organ}</td>
<td>${row.state}</td>
<td>${cell(row.dice)}</td>
<td>${cell(row.iou)}</td>
<td>${cell(row.nsd)}</td>
<td>${cell(row.hd95_mm)}</td>
<td>${cell(row.volume_error_ml)}</td>
</tr>
`
        )
      }</tbody>
`,
      "wide",
    )
  }</section>
`;
}

function headRow(names: readonly string[]): Html {
  return markup`<thead><tr>${names.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
`;
}

function manifest({ schema, prediction, truth, seed, versions }: EvaluateResult): Html {
  return markup`<section>
<h2>Manifest</h2>
${
    valueTable("The run", [
      ["Result", schema],
      ["Predictions", prediction],
      ["Truth", truth],
      ["Seed of the intervals", `${seed}`],
    ])
  }
${valueTable("Versions", Object.entries(versions))}
</section>
`;
}
