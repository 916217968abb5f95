import { type Chart, type ChartPoint, layOut } from "./_charts.ts";
import { figure } from "./_format.ts";
import type { BenchImplementation, BenchRatio, BenchRow } from "./bench_schema.ts";

/** Each implementation has the same colour and shape in every report: its place here. */
const ORDER: readonly BenchImplementation[] = [
  "webgpu",
  "typescript",
  "itk-wasm",
  "niimath",
  "scipy",
  "webgpu-fast",
  "tfjs-cpu",
  "itk-1t",
  "itk-2t",
  "torch-cpu",
  "torch-cuda",
  "cupy",
];

/** The charts of a suite: times, and ratios where there are any. Both have the same rows in the same order. */
export function suiteCharts(
  rows: readonly BenchRow[],
  allRatios: readonly BenchRatio[],
  id: string,
): { times: Chart; ratios: Chart | undefined } {
  const cases = [...groupByCase(rows).values()].map((own) => {
    const { kernel, case: name } = own[0]!;
    const ratios = comparisons(allRatios).filter((ratio) =>
      ratio.kernel === kernel && ratio.case === name
    );
    return { label: shortName(kernel), note: name, own, ratios };
  });
  const times = layOut(
    `${id}-times`,
    { title: "ms, log scale, lower is better", log: true },
    cases.map(({ own, ...row }) => ({ ...row, lines: own.map(timeLine) })),
  );
  const compared = cases.filter(({ ratios }) => ratios.length > 0);
  const ratios = compared.length === 0 ? undefined : layOut(
    `${id}-ratios`,
    {
      title: "the other's time over WebGPU's, log scale, higher is better",
      log: true,
      reference: 1,
    },
    compared.map(({ ratios, ...row }) => ({
      ...row,
      lines: ratios.map(({ against, ratio, ci95: [low, high] }) => [{
        value: ratio,
        ...{ low, high },
        label: `${figure(ratio)} x ${against}`,
        mark: markOf(against),
      }]),
    })),
  );
  return { times, ratios };
}

/** Ratios to what is not the project's own GPU side: the fast way is no competitor of the exact one. */
export function comparisons(ratios: readonly BenchRatio[]): BenchRatio[] {
  return ratios.filter(({ against }) => against !== "webgpu-fast");
}

/** Rows of one kernel and case, in the order in which they come. */
export function groupByCase(rows: readonly BenchRow[]): Map<string, BenchRow[]> {
  const groups = new Map<string, BenchRow[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.kernel, row.case]);
    groups.set(key, [...groups.get(key) ?? [], row]);
  }
  return groups;
}

/** A kernel's name without its suite. */
export function shortName(kernel: string): string {
  return kernel.slice(kernel.indexOf("/") + 1);
}

function timeLine({ implementation, median_ms, ci95_ms, kernel_ms }: BenchRow): ChartPoint[] {
  const [low, high] = ci95_ms;
  const mark = markOf(implementation);
  return [
    {
      value: median_ms,
      ...{ low, high, mark },
      label: `${implementation} ${figure(median_ms)} ms`,
    },
    ...kernel_ms === undefined ? [] : [{ value: kernel_ms, mark, hollow: true }],
  ];
}

function markOf(implementation: BenchImplementation): number {
  return Math.max(ORDER.indexOf(implementation), 0);
}
