import { groupByCase, shortName } from "./_bench_charts.ts";
import { noteOf, type NumberedNote } from "./bench_notes.ts";
import { figure, interval, percent } from "./_format.ts";
import { type Html, markup, type Part } from "./_html.ts";
import { scrollTable } from "./_table.ts";
import type { BenchRatio, BenchRow } from "./bench_schema.ts";

const HEAD: readonly (readonly [title: string, number?: "number"])[] = [
  ["Implementation"],
  ["Median ms", "number"],
  ["95 % interval", "number"],
  ["Kernel ms", "number"],
  ["First call ms", "number"],
  ["WebGPU faster, times", "number"],
  ["95 % interval", "number"],
  ["Agreement"],
  ["Largest deviation", "number"],
  ["Share of copy bandwidth", "number"],
  ["Share of multiply-add rate", "number"],
  ["Share of integer rate", "number"],
  ["Samples", "number"],
  ["Outliers, kept", "number"],
];

/** Every figure of a suite: a heading per case, a row per implementation; below, the notes that ratios refer to. */
export function benchTable(
  suite: string,
  rows: readonly BenchRow[],
  ratios: readonly BenchRatio[],
  notes: readonly NumberedNote[] = [],
): Html {
  const head = HEAD.map(([title, kind]) => markup`<th scope="col" class="${kind}">${title}</th>`);
  const table = scrollTable(
    `Suite ${suite}. Deviations have the unit of the kernel's output; where it has parts, they are the first one's. Shares are of the adapter's own measured rates, for the least work the kernel can do in its own time${
      rows.some(({ roofline }) => roofline?.time === "wall")
        ? ", or, where the adapter has no clock, in the wall time of the whole call (marked so)"
        : ""
    }. The rate of integers is the faster of multiply-adds and of exclusive ors with additions.`,
    markup`<thead>
<tr>${head}</tr>
</thead>
`,
    [...groupByCase(rows).values()].map((own) => caseRows(own, ratios, notes)),
    "wide",
  );
  return markup`${table}${
    notes.map(({ number, implementation, text }) =>
      markup`<p><sup>${number}</sup> ${implementation}: ${text}</p>\n`
    )
  }`;
}

function caseRows(
  rows: readonly BenchRow[],
  ratios: readonly BenchRatio[],
  notes: readonly NumberedNote[],
): Html {
  const { kernel, case: name } = rows[0]!;
  return markup`<tbody>
<tr class="case"><th colspan="${HEAD.length}" scope="rowgroup"><strong>${
    shortName(kernel)
  }</strong> ${name}</th></tr>
${
    rows.map((row) => {
      const ratio = ratios.find((one) =>
        one.kernel === kernel && one.case === name && one.against === row.implementation
      );
      return implementationRow(row, ratio, noteOf(notes, row));
    })
  }</tbody>
`;
}

function implementationRow(
  row: BenchRow,
  ratio: BenchRatio | undefined,
  note: NumberedNote | undefined,
): Html {
  const { agreement, roofline, samples_ms, outliers } = row;
  const { class: kind, max_abs, ok, error, own_noise, unit, parts } = agreement;
  const agrees = ok
    ? markup`<span class="good">✓</span> ${
      (parts ?? [{ name: undefined, ...agreement }]).map(partText).join("; ")
    }${
      own_noise !== undefined &&
      ` as far as noise of its own reaches (standard deviation ${withUnit(own_noise, unit)})`
    }`
    : markup`<span class="bad">✗ disagrees</span>, ${kind}`;
  const bound = (text: Part) => markup`<td class="number bound">${text}</td>`;
  const number = (text: Part) => markup`<td class="number">${text}</td>`;
  const share = (value: number | undefined) =>
    number(
      value !== undefined && `${percent(value)}${roofline?.time === "wall" ? " (wall time)" : ""}`,
    );
  return markup`<tr><th scope="row" class="nowrap">${row.implementation}</th>${
    number(
      figure(row.median_ms),
    )
  }${bound(interval(row.ci95_ms))}${
    number(
      row.kernel_ms === undefined ? "" : figure(row.kernel_ms),
    )
  }${number(row.first_call_ms === undefined ? "" : figure(row.first_call_ms))}${
    number(
      ratio && markup`${figure(ratio.ratio)}${note && markup`<sup>${note.number}</sup>`}`,
    )
  }${bound(ratio && interval(ratio.ci95))}<td class="agreement">${agrees}</td>${
    number(
      kind === "exact" && ok ? "none" : withUnit(max_abs, unit),
    )
  }${share(roofline?.bandwidth_share)}${
    share(roofline?.flops === 0 ? undefined : roofline?.flops_share)
  }${share(roofline?.integer_share)}${number(samples_ms.length)}${number(outliers)}</tr>
${
    !ok && error !== undefined &&
    markup`<tr><td colspan="${HEAD.length}" class="bad">${row.implementation}: ${error}</td></tr>\n`
  }`;
}

function withUnit(value: number, unit: string | undefined): string {
  return [figure(value), ...unit === undefined ? [] : [unit]].join(" ");
}

/** The class, and how many elements differ by more than it allows any of them to. */
function partText(
  { name, class: kind, mismatches }:
    & { name: string | undefined }
    & Pick<
      BenchRow["agreement"],
      "class" | "mismatches"
    >,
): string {
  return [
    name === undefined ? kind : `${name} ${kind}`,
    ...mismatches ? [`${mismatches} differ`] : [],
  ].join(", ");
}
