import { noteOf, numberNotes } from "../src/report/mod.ts";
import type { BenchResult, BenchRoofline, BenchRow } from "../src/report/bench_schema.ts";

const HEAD = [
  "implementation",
  "median ms",
  "95 % interval ms",
  "kernel ms",
  "first ms",
  "samples",
  "ratio",
  "95 % interval",
  "agreement",
];
const LEFT = new Set([0, 8]);

/**
 * A result as text for a terminal: the adapter first, then a block per case with one line per implementation. The ratio is the
 * reference's median over the GPU's, transfers included: above 1 the GPU is faster.
 *
 * @param result A benchmark's result.
 * @returns Lines without a final line break.
 */
export function formatTable(result: BenchResult): string {
  const blocks = [...groupByCase(result)].map(([title, rows]) => ({ title, rows }));
  const cells = blocks.flatMap(({ rows }) => rows.filter((row) => typeof row !== "string"));
  const widths = HEAD.map((name, i) =>
    Math.max(name.length, ...cells.map((row) => (row[i] ?? "").length))
  );
  const line = (row: readonly string[]) =>
    "  " + row.map((text, i) => LEFT.has(i) ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))
      .join("  ").trimEnd();
  return [
    ...header(result),
    "",
    line(HEAD),
    ...blocks.flatMap(({ title, rows }) => [
      title,
      ...rows.map((row) => typeof row === "string" ? `  ${row}` : line(row)),
    ]),
    "",
    ...footer(result),
  ].join("\n");
}

function header({ adapter, machine, overhead, absent_peers = [] }: BenchResult): string[] {
  const kind = adapter.software
    ? "software adapter: its times say nothing of a hardware GPU"
    : "hardware adapter";
  const facts = [
    machine.cpu,
    machine.cores === 1 ? "1 core" : `${machine.cores} cores`,
    machine.memory_bytes && `${Math.round(machine.memory_bytes / 2 ** 30)} GiB`,
    machine.os,
  ];
  return [
    `Adapter: ${adapter.description} (${adapter.vendor}), ${kind}`,
    `Machine: ${facts.filter(Boolean).join(", ")}`,
    ...overheadLines(overhead),
    ...absent_peers.map(({ implementation, reason }) => `Absent: ${implementation}, ${reason}`),
  ];
}

function overheadLines(overhead: BenchResult["overhead"]): string[] {
  if (!overhead) return [];
  const { empty_submit_ms, sample_transform_us: us } = overhead;
  return [
    `Empty submit and readback: ${three(empty_submit_ms)} ms`,
    ...us === undefined ? [] : [`Drawing and composing one transform on the host: ${three(us)} us`],
  ];
}

function footer(result: BenchResult): string[] {
  const { command, seed } = result;
  return [
    "Times are wall times of one call, uploads and readbacks included: the median of the samples and its bootstrap",
    "95 % interval; kernel: the GPU's own clock; first: the first call, compilation included, in no median.",
    "Outliers lie more than 1.5 interquartile ranges outside the quartiles; they count like all others.",
    "Ratio: the median over that of webgpu, above 1 webgpu is faster.",
    ...numberNotes(result).map(({ number, implementation, text }) =>
      `[${number}] ${implementation}: ${text}`
    ),
    `Again: ${command}${command.includes("--seed") ? "" : ` (seed ${seed})`}`,
  ];
}

/** Blocks in the order of the result; a row is cells, or a text of its own. */
function groupByCase(result: BenchResult): Map<string, (string[] | string)[]> {
  const blocks = new Map<string, (string[] | string)[]>();
  const block = (kernel: string, name: string) => {
    const title = `${kernel}: ${name}`;
    const rows = blocks.get(title) ?? [];
    blocks.set(title, rows);
    return rows;
  };
  for (const row of result.results) {
    const rows = block(row.kernel, row.case);
    rows.push(cellsOf(row, result));
    if (!row.agreement.ok) rows.push(`  DISAGREES: ${row.agreement.error}`);
    if (row.roofline) {
      rows.push(`  ${rooflineText(row.roofline)}`);
    }
  }
  for (const { kernel, case: name, implementation, reason } of result.absent ?? []) {
    block(kernel, name).push(`${implementation}  absent: ${reason}`);
  }
  return blocks;
}

function cellsOf(row: BenchRow, result: BenchResult): string[] {
  const ratio = result.ratios.find((ratio) =>
    ratio.kernel === row.kernel && ratio.case === row.case && ratio.against === row.implementation
  );
  const note = noteOf(numberNotes(result), row);
  return [
    row.implementation,
    three(row.median_ms),
    row.ci95_ms.map(three).join(" - "),
    row.kernel_ms === undefined ? "" : three(row.kernel_ms),
    row.first_call_ms === undefined ? "" : three(row.first_call_ms),
    samplesText(row),
    ratio ? `${ratio.ratio.toPrecision(3)} x${note ? ` [${note.number}]` : ""}` : "",
    ratio ? ratio.ci95.map((value) => value.toPrecision(3)).join(" - ") : "",
    agreementText(row.agreement),
  ];
}

function samplesText({ samples_ms: { length }, outliers = 0 }: BenchRow): string {
  if (outliers === 0) return `${length}`;
  return `${length} (${outliers} ${outliers === 1 ? "outlier" : "outliers"})`;
}

function agreementText({ ok, own_noise, parts, ...whole }: BenchRow["agreement"]): string {
  if (ok && own_noise !== undefined) {
    return `ok as far as its own noise reaches, sd ${own_noise.toPrecision(2)}${inUnit(whole)}`;
  }
  const detail = parts
    ? parts.map((part) => `${part.name} ${agreementDetail(part)}`).join("; ")
    : agreementDetail(whole);
  return `${ok ? "ok" : "FAILED"}, ${detail}`;
}

function inUnit({ unit }: { readonly unit?: string }): string {
  return unit === undefined ? "" : ` ${unit}`;
}

function agreementDetail(
  { class: kind, max_abs, mismatches = 0, ...rest }: Omit<BenchRow["agreement"], "ok">,
): string {
  const detail = {
    exact: "",
    absolute: `, off by ${max_abs.toPrecision(2)}${inUnit(rest)}${
      mismatches > 0 ? `, ${mismatches} beyond` : ""
    }`,
    "mismatch-count": `, ${mismatches} differ`,
  }[kind];
  return `${kind}${detail}`;
}

/** Shares of the ceilings, without those of operations that the kernel has none of. */
function rooflineText({ time, flops, ...shares }: BenchRoofline): string {
  const { bandwidth_share, flops_share, integer_share } = shares;
  const all = [
    `${percent(bandwidth_share)} of the copy bandwidth`,
    ...flops > 0 ? [`${percent(flops_share)} of the multiply-add rate`] : [],
    ...integer_share === undefined ? [] : [`${percent(integer_share)} of the integer rate`],
  ];
  return `roofline${time === "wall" ? " by wall time" : ""}: ${all.join(", ")}`;
}

/** Three digits that count, as a person reads times. */
function three(value: number): string {
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  return value >= 1 ? value.toFixed(2) : value.toFixed(3);
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}
