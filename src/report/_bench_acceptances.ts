import { count, figure } from "./_format.ts";
import { type Html, markup } from "./_html.ts";
import { folded, scrollTable } from "./_table.ts";
import type { BenchAcceptance } from "./bench_schema.ts";

/** What counted as agreement, and why: a row per kernel, way and part. */
export function acceptancesSection(acceptances: readonly BenchAcceptance[]): Html {
  const heads = ["Kernel", "Output of", "Part", "Every element", "Except", "Why"];
  return markup`<section>
<h3>What counts as agreement</h3>
${
    folded(
      count(acceptances.length, "bound"),
      scrollTable(
        "Bounds of the agreement with every reference, and their reasons",
        markup`<thead>
<tr>${heads.map((title) => markup`<th scope="col">${title}</th>`)}</tr>
</thead>
`,
        markup`<tbody>
${acceptances.map(acceptanceRow)}</tbody>
`,
        "wide",
      ),
    )
  }</section>
`;
}

function acceptanceRow(acceptance: BenchAcceptance): Html {
  const { kernel, implementation, part = "all", reason } = acceptance;
  const [bound, except] = boundOf(acceptance);
  return markup`<tr>
<th scope="row">${kernel}</th>
<td>${implementation}</td>
<td>${part}</td>
<td>${bound}</td>
<td>${except}</td>
<td>${reason}</td>
</tr>
`;
}

function boundOf(
  { class: kind, tolerance = 0, exceptions_per_million: others = 0, unit }: BenchAcceptance,
): [bound: string, except: string] {
  const rare = (count: number) => count > 0 ? `${count} in a million` : "none";
  switch (kind) {
    case "exact":
      return ["equal", "none"];
    case "absolute":
      return [`within ${[figure(tolerance), ...unit ? [unit] : []].join(" ")}`, rare(others)];
    case "mismatch-count":
      return ["equal", rare(tolerance)];
  }
}
