import type { LabelledFolder } from "../data/mod.ts";
import type { LabelledOrgan } from "../labels/mod.ts";
import { count, figure } from "./_format.ts";
import { type Html, markup } from "./_html.ts";
import { page } from "./_page.ts";
import { type CheckedSlices, middleSlices } from "./_slices_section.ts";
import { scrollTable, valueTable } from "./_table.ts";

const TITLE = "Labels by rules";

/**
 * Writes the report of a folder of labels: one HTML file that needs nothing else.
 *
 * @param result The folder's record.
 * @param organs What was looked for.
 * @param pictures Slices of the cases that have labels.
 * @returns The file's text.
 */
export async function renderLabelReport(
  result: LabelledFolder,
  organs: readonly LabelledOrgan[],
  pictures: readonly CheckedSlices[],
): Promise<string> {
  const { schema, command, adapter, versions, cases, failures } = result;
  const bodies = [
    markup`<header>
<h1>${TITLE}</h1>
</header>
<section class="summary">
<ul>
<li>Adapter: ${adapter}.</li>
<li>${count(Object.keys(cases).length, "CT")} labelled.</li>
${
      failures.map(({ name, error }) => markup`<li><strong>Case ${name}: ${error}.</strong></li>\n`)
    }</ul>
<p>Run it again with:</p>
<pre><code>${command}</code></pre>
</section>
`,
    caseTable(result, organs),
    middleSlices(pictures),
    markup`<section>
<h2>Manifest</h2>
${valueTable("The run", [["Result", schema]])}
${valueTable("Versions", Object.entries(versions))}
</section>
`,
  ];
  return await page(TITLE, bodies.map((body) => ({ body })));
}

function caseTable({ cases }: LabelledFolder, organs: readonly LabelledOrgan[]): Html {
  const rows = Object.entries(cases);
  if (rows.length === 0) return markup``;
  return markup`<section>
<h2>Cases</h2>
${
    scrollTable(
      "Volumes in ml, and the seconds that reading, labelling and writing took",
      markup`<thead><tr>${
        ["Case", ...organs, "Seconds", "File"].map((name) => markup`<th scope="col">${name}</th>`)
      }</tr></thead>
`,
      markup`<tbody>
${
        rows.map(([name, { file, ml, seconds }]) =>
          markup`<tr>
<th scope="row">${name}</th>
${organs.map((organ) => markup`<td>${ml[organ] ? figure(ml[organ]) : "not in view"}</td>\n`)}<td>${
            figure(seconds)
          }</td>
<td>${file}</td>
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
