import type { OrganName } from "../labels/mod.ts";
import { chartFigure, type ChartPoint, layOut } from "./_charts.ts";
import { count, figure, interval, list, seconds } from "./_format.ts";
import { type Html, markup } from "./_html.ts";
import type { Section } from "./_page.ts";
import { scrollTable } from "./_table.ts";
import type { Arm, ArmComparison, ArmOrgan, MetricSummary, Transfer } from "./schema.ts";

const ORGAN_ORDER: readonly OrganName[] = ["liver", "bladder", "lungs", "kidneys", "bone"];

/** Dice of every arm, organ by organ, with intervals. */
export function armsSection(arms: readonly Arm[]): Section {
  const organs = ORGAN_ORDER.filter((organ) => arms.some((arm) => arm.organs[organ]));
  const chart = layOut(
    "chart-arms",
    { title: "Dice, 1 is perfect", log: false },
    organs.map((organ) => ({
      label: organ,
      lines: arms.map((arm, mark) => {
        const point = pointOf(arm.organs[organ]?.dice, mark);
        return point ? [{ ...point, label: `${arm.name} ${point.value.toFixed(3)}` }] : [];
      }),
    })),
  );
  const grids = [...new Set(arms.flatMap(({ scored_at_mm }) => scored_at_mm ?? []))];
  return {
    charts: [chart],
    body: markup`<section>
<h2>Dice per organ and arm</h2>
<p>Each arm is a loss, with augmentation (<code>+aug</code>) or without. Arms of one seed begin with the same weights and see the same cases in the same order. Scored on ${
      list(grids.map((mm) => `the network's grid of ${mm} mm`))
    }; Dice at 3 mm, the paper's grid, where class probabilities are interpolated, stands beside it. Intervals: 95 %, bootstrap over test cases.</p>
${
      chartFigure(
        chart,
        "Dice per organ: mean over the test cases and its interval",
        organs.map((organ) =>
          `${organ}: ${
            arms.map(({ name, organs }) => `${name} ${figureOf(organs[organ]?.dice)}`).join(", ")
          }.`
        ).join(" "),
      )
    }${diceTable(arms, organs)}${metricsTable(arms, organs)}${costTable(arms)}</section>
`,
  };
}

function pointOf(dice: MetricSummary | undefined, mark: number): ChartPoint | undefined {
  if (dice?.mean === undefined) return undefined;
  const [low, high] = dice.ci95 ?? [];
  return {
    value: dice.mean,
    mark,
    ...low !== undefined && { low },
    ...high !== undefined && { high },
  };
}

function figureOf(summary: MetricSummary | undefined): string {
  return summary?.mean === undefined ? "–" : figure(summary.mean);
}

function spreadOf(summary: MetricSummary | undefined): Html | string {
  if (summary?.mean === undefined) return "–";
  return markup`${summary.mean.toFixed(3)}${
    summary.ci95 &&
    markup` <span class="quiet">${summary.ci95[0].toFixed(3)} – ${
      summary.ci95[1].toFixed(3)
    }</span>`
  }`;
}

/** Columns of words, then of numbers. */
function headOf(words: readonly string[], numbers: readonly string[]): Html {
  return markup`<thead>
<tr>${words.map((name) => markup`<th scope="col">${name}</th>`)}${
    numbers.map((name) => markup`<th scope="col" class="number">${name}</th>`)
  }</tr>
</thead>
`;
}

function diceTable(arms: readonly Arm[], organs: readonly OrganName[]): Html {
  const at3mm = arms.some((arm) => organs.some((organ) => arm.organs[organ]?.dice_3mm));
  const rows = arms.flatMap((arm) => [
    rowOf(arm.name, organs, (organ) => spreadOf(arm.organs[organ]?.dice)),
    ...at3mm
      ? [rowOf("at 3 mm", organs, (organ) => spreadOf(arm.organs[organ]?.dice_3mm), true)]
      : [],
  ]);
  return scrollTable(
    "Mean Dice and its interval",
    headOf(["Arm"], organs),
    markup`<tbody>\n${rows}</tbody>\n`,
  );
}

function rowOf(
  name: string,
  organs: readonly OrganName[],
  cell: (organ: OrganName) => Html | string,
  quiet = false,
): Html {
  return markup`<tr><th scope="row"${quiet && markup` class="quiet"`}>${name}</th>${
    organs.map((organ) => markup`<td class="number">${cell(organ)}</td>`)
  }</tr>\n`;
}

function metricsTable(arms: readonly Arm[], organs: readonly OrganName[]): Html {
  const heads = [
    "Cases",
    "Dice",
    "SD",
    "IOU",
    "NSD",
    "HD95, mm",
    "Volume error, mL",
    "Missed",
    "Invented",
  ];
  const row = (arm: Arm, organ: OrganName, own: ArmOrgan) =>
    markup`<tr><th scope="row" class="nowrap">${arm.name}</th><td>${organ}</td>${
      [
        `${own.dice.n}`,
        figureOf(own.dice),
        own.dice.sd === undefined ? "–" : figure(own.dice.sd),
        figureOf(own.iou),
        figureOf(own.nsd),
        figureOf(own.hd95_mm),
        figureOf(own.volume_error_ml),
        `${own.missed ?? 0}`,
        `${own.invented ?? 0}`,
      ].map((text) => markup`<td class="number">${text}</td>`)
    }</tr>\n`;
  return markup`<p class="caption">NSD: share of both surfaces within one voxel of the other; HD95: 95 % of both surfaces are nearer than that, in cases where truth and prediction have the organ. A missed or invented organ counts as a Dice of 0; an organ in neither is not counted.</p>
${
    scrollTable(
      "All metrics, means over cases",
      headOf(["Arm", "Organ"], heads),
      markup`<tbody>\n${
        arms.flatMap((arm) =>
          organs.flatMap((organ) => {
            const own = arm.organs[organ];
            return own ? [row(arm, organ, own)] : [];
          })
        )
      }</tbody>\n`,
    )
  }`;
}

function costTable(arms: readonly Arm[]): Html {
  const rows = arms.map(({ name, recipe, labels, seeds, cost }) =>
    markup`<tr><th scope="row" class="nowrap">${name}</th><td>${recipe}</td><td>${labels}</td><td class="number">${
      seeds.join(", ")
    }</td><td class="number">${cost.parameters}</td><td class="number">${
      seconds(cost.seconds)
    }</td></tr>\n`
  );
  return scrollTable(
    "How the arms were trained",
    markup`<thead>
<tr><th scope="col">Arm</th><th scope="col">Loss</th><th scope="col">Lungs and bone to train on</th><th scope="col" class="number">Seeds</th><th scope="col" class="number">Parameters</th><th scope="col" class="number">Training</th></tr>
</thead>
`,
    markup`<tbody>\n${rows}</tbody>\n`,
  );
}

const EFFECTS: Readonly<Record<ArmComparison["effect"], string>> = {
  loss: "IOU minus weighted cross-entropy",
  augmentation: "with minus without augmentation",
  interaction: "what augmentation adds under IOU minus under cross-entropy",
  pair: "first minus second arm",
};

/** Main effects, interaction and pairs, paired over cases. */
export function comparisonsSection(comparisons: readonly ArmComparison[]): Section {
  const tests = [...new Set(comparisons.map(({ test }) => test))];
  const rows = comparisons.map((one) =>
    markup`<tr><th scope="row">${EFFECTS[one.effect]}${
      one.effect === "pair" && `: ${one.arms.join(" – ")}`
    }</th><td>${one.organ === "mean" ? "mean over organs" : one.organ}</td>${
      [
        one.difference === undefined ? "–" : figure(one.difference),
        one.ci95 ? interval(one.ci95) : "–",
        `${one.n}`,
        one.p_value < 0.001 ? "< 0.001" : one.p_value.toFixed(3),
        `${tests.indexOf(one.test) + 1}`,
      ].map((text) => markup`<td class="number nowrap">${text}</td>`)
    }</tr>\n`
  );
  return {
    body: markup`<section>
<h2>Loss and augmentation, compared case by case</h2>
${
      scrollTable(
        "Differences of Dice; p after the correction",
        headOf(["Effect", "Organ"], ["Difference", "95 % interval", "Cases", "p", "Test"]),
        markup`<tbody>\n${rows}</tbody>\n`,
      )
    }<ol>
${tests.map((test) => markup`<li>${test}</li>\n`)}</ol>
</section>
`,
  };
}

/** An arm on CTs from elsewhere. */
export function transferSection({ name, arm, cases, organs }: Transfer): Section {
  const known = ORGAN_ORDER.filter((organ) => organs[organ]);
  return {
    body: markup`<section>
<h2>Transfer to a real CT</h2>
<p>The arm ${arm}, trained on phantoms alone, on ${
      count(cases.length, "case")
    } of ${name}, scored at 3 mm. Truth is what the folder holds; of the sample of TotalSegmentator's files it is that program's labels, so the figures are agreement with it.</p>
${
      scrollTable(
        `Agreement with the labels of ${name}`,
        headOf(["Metric"], known),
        markup`<tbody>\n${[
          rowOf("Dice", known, (organ) => spreadOf(organs[organ]!.dice)),
          rowOf("NSD", known, (organ) => figureOf(organs[organ]!.nsd)),
          rowOf("HD95, mm", known, (organ) => figureOf(organs[organ]!.hd95_mm)),
        ]}</tbody>\n`,
      )
    }</section>
`,
  };
}
