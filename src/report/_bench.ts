import { noteOf, numberNotes } from "./bench_notes.ts";
import { acceptancesSection } from "./_bench_acceptances.ts";
import { gateSection } from "./_bench_gate.ts";
import { methodsSection } from "./_bench_methods.ts";
import { comparisons, suiteCharts } from "./_bench_charts.ts";
import { benchTable } from "./_bench_table.ts";
import { chartFigure } from "./_charts.ts";
import { count, figure } from "./_format.ts";
import { markup } from "./_html.ts";
import type { Section } from "./_page.ts";
import { scrollTable } from "./_table.ts";
import type { BenchAbsence, BenchRatio, BenchResult } from "./bench_schema.ts";

/** What was timed, where it is not every case that is meant for that. */
const EXTENTS = {
  brief:
    "Timed is one small case of each kernel, five samples each: enough to see it at work, too small to judge hardware by; bench without --brief times more.",
  quick:
    "Timed is the first case of each kernel that is worth a comparison; there are larger ones.",
};

/** What a benchmark found, one sentence each. */
export function benchSummary({ results, ratios, absent = [] }: BenchResult): string[] {
  const cases = new Set(results.map(caseKey));
  const refused = new Set(results.filter(({ agreement }) => !agreement.ok).map(caseKey));
  const failed = new Set(
    absent.filter(({ implementation }) => implementation === "webgpu").map(caseKey),
  );
  const agree = refused.size === 0
    ? "every one agrees with its CPU references"
    : `${refused.size} of them ${
      refused.size === 1 ? "disagrees" : "disagree"
    } with a CPU reference`;
  const others = comparisons(ratios);
  return [
    cases.size === 0
      ? "No kernel ran."
      : `${count(new Set(results.map(({ kernel }) => kernel)).size, "kernel")} ran in ${
        count(cases.size, "case")
      }; ${agree}.`,
    ...failed.size > 0 ? [`WebGPU could not run ${count(failed.size, "case")}.`] : [],
    ...others.length > 0 ? [speedSummary(others)] : [],
  ];
}

function speedSummary(ratios: readonly BenchRatio[]): string {
  const faster = ratios.filter(({ ci95 }) => ci95[0] > 1).length;
  const slower = ratios.filter(({ ci95 }) => ci95[1] < 1).length;
  const open = ratios.length - faster - slower;
  const sorted = [...ratios].sort((a, b) => a.ratio - b.ratio);
  const name = ({ ratio, against, kernel }: BenchRatio) =>
    `${figure(ratio)} times (${against}, ${kernel})`;
  return `Transfers included, WebGPU is faster in ${faster} of ${
    count(ratios.length, "comparison")
  } and slower in ${slower}${
    open > 0 ? `; ${open} cannot be told apart, as the interval holds 1` : ""
  }. The ratios reach from ${name(sorted[0]!)} to ${name(sorted.at(-1)!)}.`;
}

/** How to read it, then charts and table of each suite, then who was absent. */
export function benchSections(result: BenchResult): Section[] {
  const { results, methods, overhead, command, extent } = result;
  const { absent = [], absent_peers = [], acceptances = [] } = result;
  const suites = [...new Set(results.map(({ suite }) => suite))];
  return [
    {
      body: markup`<section>
<h2>Kernels against their CPU references</h2>
<p>A time is the wall time of one call, from input in main memory to output in main memory, uploads and readbacks included. Figures are medians; bars and brackets are bootstrap 95 % intervals. A ratio is the other's median over WebGPU's: above 1 WebGPU is faster. WebGPU is the exact way; webgpu-fast, the hardware's sampler, stands beside it and in no summary. The kernel time is the GPU's own clock; the first call includes compilation and counts in no median.${
        overhead &&
        ` An empty submit and wait takes ${figure(overhead.empty_submit_ms)} ms here.`
      }${
        overhead?.sample_transform_us !== undefined &&
        ` Drawing one transform and composing its map takes ${
          figure(overhead.sample_transform_us)
        } µs on the host; no time above holds it.`
      }${extent && ` ${EXTENTS[extent]}`}</p>
<p>Run the kernels again with:</p>
<pre><code>${command}</code></pre>
${
        absent_peers.map(({ implementation, reason }) =>
          markup`<p>Not timed: ${implementation}, ${reason}.</p>\n`
        )
      }</section>
`,
    },
    ...result.gate ? [{ body: gateSection(result.gate) }] : [],
    ...suites.map((suite, i) => suiteSection(result, suite, i)),
    ...methods ? [{ body: methodsSection(methods) }] : [],
    ...acceptances.length > 0 ? [{ body: acceptancesSection(acceptances) }] : [],
    ...absent.length > 0 ? [{ body: absences(absent) }] : [],
  ];
}

function suiteSection(result: BenchResult, suite: string, index: number): Section {
  const rows = result.results.filter((row) => row.suite === suite);
  const notes = numberNotes(result).filter((note) => rows.some((row) => noteOf([note], row)));
  const { times, ratios } = suiteCharts(rows, result.ratios, `chart-${index}`);
  return {
    charts: [times, ...ratios ? [ratios] : []],
    body: markup`<section>
<h3>Suite ${suite}</h3>
<div class="charts">
${
      chartFigure(
        times,
        "Time of one call; hollow: the kernel alone",
        `Times of ${count(times.rows.length, "case")} of suite ${suite}, lower is better.`,
      )
    }${
      ratios &&
      chartFigure(
        ratios,
        "How many times faster WebGPU is",
        `Ratios of ${count(ratios.rows.length, "case")} of suite ${suite}, higher is better.`,
      )
    }</div>
${benchTable(suite, rows, result.ratios, notes)}</section>
`,
  };
}

function absences(absent: readonly BenchAbsence[]) {
  return markup`<section>
<h3>Not timed</h3>
${
    scrollTable(
      "Implementations that could not run a case",
      markup`<thead>
<tr>
<th scope="col">Kernel</th>
<th scope="col">Case</th>
<th scope="col">Implementation</th>
<th scope="col">Why</th>
</tr>
</thead>
`,
      markup`<tbody>
${
        absent.map(({ kernel, case: name, implementation, reason }) =>
          markup`<tr>
<th scope="row">${kernel}</th>
<td>${name}</td>
<td>${implementation}</td>
<td>${reason}</td>
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

function caseKey(row: { readonly kernel: string; readonly case: string }): string {
  return JSON.stringify([row.kernel, row.case]);
}
