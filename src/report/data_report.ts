import { badCases, type CaseCheck } from "../data/mod.ts";
import { type OrganName, ORGANS } from "../labels/mod.ts";
import type { DataCheckResult } from "./data_schema.ts";
import { count, figure, list } from "./_format.ts";
import { type Html, markup, type Part } from "./_html.ts";
import { page } from "./_page.ts";
import { type CheckedSlices, middleSlices } from "./_slices_section.ts";
import { scrollTable, valueTable } from "./_table.ts";

/**
 * Writes the report of a data folder's check: one HTML file that needs nothing else.
 *
 * @param result What was found.
 * @param pictures Slices of the cases that can be seen.
 * @returns The file's text.
 */
export async function renderDataReport(
  result: DataCheckResult,
  pictures: readonly CheckedSlices[],
): Promise<string> {
  const { schema, name, command, versions } = result;
  const sections = [
    markup`<header>
<h1>Data check of ${name}</h1>
</header>
<section class="summary">
<ul>
${summary(result).map((line) => markup`<li>${line}</li>\n`)}</ul>
<p>Run it again with:</p>
<pre><code>${command}</code></pre>
</section>
`,
    findings(result),
    organTable(result),
    caseTable(result),
    middleSlices(pictures),
    markup`<section>
<h2>Manifest</h2>
${valueTable("The check", [["Result", schema], ["Layout", result.layout]])}
${valueTable("Versions", Object.entries(versions))}
</section>
`,
  ];
  return await page(`Data check: ${name}`, sections.map((body) => ({ body })));
}

function summary(result: DataCheckResult): string[] {
  const { layout, cases, incomplete, licence, notes } = result;
  const bad = badCases(result);
  const odd = cases.filter(({ faults, warnings }) => faults.length === 0 && warnings.length > 0);
  const all = cases.length + incomplete.length;
  return [
    `${count(all, "case")} in the layout of ${layout}; ${
      licence === undefined ? "the folder names no licence" : `licence: ${licence}`
    }.`,
    bad.length === 0
      ? "Every case can be used."
      : `${count(bad.length, "case")} cannot be used: ${list(bad.map(({ name }) => name))}.`,
    ...odd.length > 0
      ? [
        `${count(odd.length, "case")} can be used and ${odd.length === 1 ? "is" : "are"} odd: ${
          list(odd.map(({ name }) => name))
        }.`,
      ]
      : [],
    ...notes.map((note) => `${note}.`),
  ];
}

function findings(result: DataCheckResult): Html {
  const bad = badCases(result);
  const odd = result.cases.filter(({ warnings }) => warnings.length > 0);
  const lines = (title: string, rows: readonly (readonly [string, Part])[]) =>
    rows.length > 0 && valueTable(title, rows);
  if (bad.length + odd.length === 0) return markup``;
  return markup`<section>
<h2>What is wrong</h2>
${lines("Cases that cannot be used", bad.map(({ name, why }) => [name, why]))}
${
    lines(
      "What is odd about cases, whether they can be used or not",
      odd.map(({ name, warnings }) => [name, markup`${warnings.map((one) => markup`${one}. `)}`]),
    )
  }
</section>
`;
}

function organTable({ organs, cases }: DataCheckResult): Html {
  if (organs.length === 0) return markup``;
  return markup`<section>
<h2>Organs</h2>
${
    scrollTable(
      `Volumes in ml over the cases that hold an organ, of ${
        count(cases.length, "case")
      }; where the labels come from, as far as the layout tells`,
      headRow(["Organ", "Cases", "Least", "Median", "Most", "Labels"]),
      markup`<tbody>
${
        organs.map(({ organ, cases, ml, origins }) =>
          row(organ, [
            `${cases}`,
            figure(ml.least),
            figure(ml.median),
            figure(ml.most),
            Object.entries(origins).map(([origin, n]) => `${origin} ${n}`).join(", "),
          ])
        )
      }</tbody>
`,
      "wide",
    )
  }</section>
`;
}

function caseTable({ cases }: DataCheckResult): Html {
  const seen = cases.filter(({ ct }) => ct !== undefined);
  if (seen.length === 0) return markup``;
  const organs = (Object.keys(ORGANS) as (OrganName | "background")[]).filter((
    organ,
  ): organ is OrganName => seen.some((one) => mlOf(one, organ) !== undefined));
  return markup`<section>
<h2>Cases</h2>
${
    scrollTable(
      "Voxels, spacing in mm, orientation, least and largest HU; organs in ml",
      headRow(["Case", "Voxels", "Spacing", "Axes", "HU", ...organs]),
      markup`<tbody>
${
        seen.map((one) => {
          const { dims, spacing, orientation, range } = one.ct!;
          return row(one.name, [
            dims.join(" x "),
            spacing.map((mm) => Number(mm.toFixed(3))).join(" x "),
            orientation,
            range.map((hu) => Math.round(hu)).join(" to "),
            ...organs.map((organ) => {
              const ml = mlOf(one, organ);
              return ml === undefined ? "" : figure(ml);
            }),
          ]);
        })
      }</tbody>
`,
      "wide",
    )
  }</section>
`;
}

function mlOf({ organs }: CaseCheck, organ: string): number | undefined {
  return organs.find((one) => one.organ === organ)?.ml;
}

function headRow(cells: readonly string[]): Html {
  return markup`<thead>
<tr>
${cells.map((cell) => markup`<th scope="col">${cell}</th>\n`)}</tr>
</thead>
`;
}

function row(head: string, cells: readonly string[]): Html {
  return markup`<tr>
<th scope="row">${head}</th>
${cells.map((cell) => markup`<td>${cell}</td>\n`)}</tr>
`;
}
