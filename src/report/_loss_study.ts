import type { LossStudy, StudyMember, StudyRow, StudySurfaces } from "../study/mod.ts";
import { count, figure, percent } from "./_format.ts";
import {
  colourBar,
  type ColourScale,
  heatMapFigure,
  type MapTick,
  negativePatch,
} from "./_heat_map.ts";
import { type Html, markup } from "./_html.ts";
import type { Section } from "./_page.ts";
import { plotFigure } from "./_plot.ts";
import { scrollTable } from "./_table.ts";

/** The study in sentences. */
export function studySummary({ rows, members }: LossStudy): string[] {
  const failed = rows.filter(({ holds }) => !holds);
  const cases = rows.reduce((sum, row) => sum + row.cases, 0);
  const numbers = new Set(rows.map(statementOf));
  return [
    `${count(numbers.size, "statement")} on the losses, checked in ${
      count(rows.length, "part")
    } on ${cases} cases: ${
      failed.length === 0 ? "all hold" : `${failed.map(({ id }) => id).join(", ")} do not hold`
    }.`,
    `${count(members.length, "loss", "losses")} are compared on the same random problems.`,
  ];
}

/** The checked statements, the losses side by side, the figures. */
export async function studySections(study: LossStudy): Promise<Section[]> {
  return [
    { body: statements(study.rows) },
    { body: curves(study) },
    { body: memberTable(study.members) },
    { body: await surfaces(study.surfaces) },
  ];
}

function statementOf({ id }: StudyRow): string {
  return id.split(".", 1)[0]!;
}

function statements(rows: readonly StudyRow[]): Html {
  return markup`<section>
<h2>What is said of the losses, checked</h2>
<p class="caption">In f64, on random problems of up to 64 voxels unless a row says otherwise. J = I / U is soft IOU, I = sum(p y), U = sum(p + y - p y). Deviations are relative where the expected number exceeds 1.</p>
<table class="claims" role="table" aria-label="Statements">
<thead role="rowgroup">
<tr role="row">
<th role="columnheader" scope="col">Statement</th>
<th role="columnheader" scope="col">How it was checked</th>
<th role="columnheader" scope="col">Cases</th>
<th role="columnheader" scope="col">Largest deviation</th>
<th role="columnheader" scope="col">Holds</th>
</tr>
</thead>
<tbody role="rowgroup">
${rows.map(statementRow)}</tbody>
</table>
</section>
`;
}

function statementRow({ id, text, how, note, cases, found, limit, holds }: StudyRow): Html {
  const deviation = limit.at === "most"
    ? markup`${whole(found)}, at most ${whole(limit.value)}`
    : markup`smallest difference ${whole(found)}, at least ${whole(limit.value)}`;
  return markup`<tr role="row">
<th role="rowheader" scope="row">${id} ${text}${
    note && markup`<br><span class="quiet small">${note}</span>`
  }</th>
<td role="cell" data-label="Check">${how}</td>
<td role="cell" data-label="Cases">${cases}</td>
<td role="cell" data-label="Deviation">${deviation}</td>
<td role="cell" data-label="Holds"><span class="verdict nowrap ${holds ? "good" : "bad"}">${
    holds ? "✓ holds" : "✗ does not hold"
  }</span></td>
</tr>
`;
}

/** A figure that no line ends in: 1.9e-7 would break behind its hyphen. */
function whole(value: number): Html {
  return markup`<span class="nowrap">${figure(value)}</span>`;
}

function curves({ plots }: LossStudy): Html {
  return markup`<section>
<h2>Figures beside the statements</h2>
<div class="graphs">
${plots.map(plotFigure)}</div>
</section>
`;
}

function memberTable(members: readonly StudyMember[]): Html {
  const heads = [
    "Off 1 - IOU on binary predictions",
    "Lowest value",
    "Highest value",
    "Moves to the label that made it worse",
    "Change by correct background",
    "At p = y",
  ];
  const body = members.map((member) =>
    markup`<tr>
<th scope="row" class="nowrap"><code>${member.loss}</code></th>
<td class="number">${
      member.binary_deviation === undefined ? "infinite" : figure(member.binary_deviation)
    }</td>
<td class="number">${figure(member.range[0])}</td>
<td class="number">${figure(member.range[1])}</td>
<td class="number">${percent(member.wrong_moves)}</td>
<td class="number">${figure(member.background_change)}</td>
<td class="number">${figure(member.at_truth)}</td>
</tr>
`
  );
  return markup`<section>
<h2>The losses side by side</h2>
<p>Each is measured on the same random binary problems, of the foreground class alone (<code>-foreground</code>) where it is taken of classes. A move is one prediction a hundredth of the way to its label: a loss that is monotone never grows by one. The background that is added is as large as the problem and predicted right. Losses of logarithms are measured on predictions from 0.01 to 0.99.</p>
${
    scrollTable(
      "Largest values over the problems",
      markup`<thead>
<tr><th scope="col">Loss</th>${
        heads.map((head) => markup`<th scope="col" class="number">${head}</th>`)
      }</tr>
</thead>
`,
      markup`<tbody>
${body}</tbody>
`,
      "wide",
    )
  }</section>
`;
}

const VALUE: ColourScale = { min: 0, max: 1, log: false };
/** Of cross-entropy at the most wrong prediction shown. */
const LOGARITHM: ColourScale = { min: 0, max: 4, log: false };
const PULL: ColourScale = { min: 0.01, max: 100, log: true };

async function surfaces({ voxels, shares, predictions, losses }: StudySurfaces): Promise<Html> {
  const x = {
    title: "foreground share f",
    ticks: [0.01, 0.1, 0.5, 0.9, 0.99].map((f) => ({ text: `${f}`, at: indexOf(shares, f) })),
  };
  const y = {
    title: "prediction q",
    ticks: [0.1, 0.3, 0.5, 0.7, 0.9].map((q) => ({ text: `${q}`, at: indexOf(predictions, q) })),
  };
  const rows = await Promise.all(losses.map(async ({ loss, value, foreground, background }) => {
    const unbounded = value.flat().some((one) => one > VALUE.max);
    const maps = await Promise.all([
      heatMapFigure({ title: "loss", values: value, scale: unbounded ? LOGARITHM : VALUE, x, y }),
      heatMapFigure({ title: "pull of the foreground", values: foreground, scale: PULL, x, y }),
      heatMapFigure({ title: "pull of the background", values: background, scale: PULL, x, y }),
    ]);
    return markup`<h3><code>${loss}</code>${unbounded && ", loss up to 4"}</h3>
<div class="maps">
${maps}</div>
`;
  }));
  return markup`<section>
<h2>Losses and gradients over foreground share and prediction</h2>
<p>Problems of ${voxels} voxels with one prediction q for all of them, from ${
    predictions[0] ?? ""
  } to ${
    predictions.at(-1) ?? ""
  }. The pull of the foreground is the sum of -dL/dp over it, that of the background the sum of dL/dp: where both are alike, neither class is drowned by the other.</p>
<p class="bars">${colourBar(VALUE, "loss")} ${colourBar(LOGARITHM, "loss of logarithms")} ${
    colourBar(PULL, "pull, log scale")
  } <span class="bar">${negativePatch()} below 0: the wrong way, for a pull</span></p>
${rows}</section>
`;
}

/** Where a value lies among rising ones, whose cells are of one width: 0 to 1, between the cells' middles in proportion. */
function indexOf(values: readonly number[], value: number): MapTick["at"] {
  const after = values.findIndex((one) => one >= value);
  if (after <= 0) return 0.5 / values.length;
  const [a, b] = [values[after - 1]!, values[after]!];
  return (after - 0.5 + (value - a) / (b - a)) / values.length;
}
