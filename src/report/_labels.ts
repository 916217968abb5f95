import type { OrganName } from "../labels/mod.ts";
import { type MeanDice, meanDice } from "../metrics/mod.ts";
import { chartFigure, layOut } from "./_charts.ts";
import { count } from "./_format.ts";
import { markup } from "./_html.ts";
import type { Section } from "./_page.ts";
import { scrollTable } from "./_table.ts";
import type { LabelScore } from "./schema.ts";

/** Dice of one organ by one variant of the rules over all cases. */
export interface LabelColumn extends MeanDice {
  readonly organ: OrganName;
  readonly variant: string;
  readonly scores: readonly LabelScore[];
  /** Sample standard deviation; absent with fewer than two cases. */
  readonly sd?: number;
}

/** Sorts scores into columns, in the order in which they first come. */
export function labelColumns(scores: readonly LabelScore[]): LabelColumn[] {
  const columns = new Map<string, LabelScore[]>();
  for (const score of scores) {
    const key = JSON.stringify([score.organ, score.variant]);
    columns.set(key, [...columns.get(key) ?? [], score]);
  }
  return [...columns.values()].map((own) => {
    const { organ, variant } = own[0]!;
    const values = own.flatMap(({ dice }) => dice ?? []);
    const { mean = 0, n } = meanDice(values);
    const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return {
      ...{ organ, variant, scores: own, n },
      ...n > 0 && { mean },
      ...n > 1 && { sd: Math.sqrt(spread / (n - 1)) },
    };
  });
}

/** Unsupervised labels against the truth, per case and organ. */
export function labelsSection(scores: readonly LabelScore[]): Section {
  const columns = labelColumns(scores);
  const variants = new Set(columns.map(({ variant }) => variant));
  const cases = [...new Set(scores.map((score) => score.case))];
  const name = ({ organ, variant }: LabelColumn) =>
    variants.size > 1 ? `${organ} (${variant})` : organ;
  const chart = layOut(
    "chart-labels",
    { title: "Dice, 1 is perfect", log: false },
    columns.map((column) => ({
      label: name(column),
      note: count(column.n, "case"),
      lines: [
        column.scores.flatMap(({ dice }) =>
          dice === undefined ? [] : [{ value: dice, mark: 0, hollow: true }]
        ),
        column.mean === undefined
          ? []
          : [{ value: column.mean, mark: 1, label: `mean ${column.mean.toFixed(3)}` }],
      ],
    })),
  );
  const cell = (value: number | undefined) =>
    markup`<td class="number">${value === undefined ? "–" : value.toFixed(3)}</td>`;
  const foot = (title: string, value: (column: LabelColumn) => number | undefined) =>
    markup`<tr><th scope="row">${title}</th>${columns.map((column) => cell(value(column)))}</tr>\n`;
  const rows = cases.map((number) =>
    markup`<tr><th scope="row">${number}</th>${
      columns.map(({ scores }) => cell(scores.find((score) => score.case === number)?.dice))
    }</tr>\n`
  );
  const table = scrollTable(
    "Dice of unsupervised labels against the truth",
    markup`<thead>
<tr><th scope="col">Case</th>${
      columns.map((column) => markup`<th scope="col" class="number">${name(column)}</th>`)
    }</tr>
</thead>
`,
    markup`<tbody>
${rows}</tbody>
<tfoot>
${foot("Mean", ({ mean }) => mean)}
${foot("SD", ({ sd }) => sd)}
<tr><th scope="row">Cases counted</th>${
      columns.map(({ n }) => markup`<td class="number">${n}</td>`)
    }</tr>
</tfoot>
`,
  );
  return {
    charts: [chart],
    body: markup`<section>
<h2>Unsupervised labels against the truth</h2>
<p>Thresholds and binary morphology alone, nothing trained. Rules: ${
      [...variants].join(", ")
    }. A dash: the organ is in neither the label nor the truth, and is not counted.</p>
${
      chartFigure(
        chart,
        "Dice per organ: each case (blue rings) and the mean (orange)",
        columns.map((column) =>
          `${name(column)}: mean ${column.mean?.toFixed(3) ?? "none"} of ${
            count(column.n, "case")
          }.`
        ).join(" "),
      )
    }${table}</section>
`,
  };
}
