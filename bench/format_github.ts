import type { BenchResult } from "../src/report/bench_schema.ts";

/** An entry of the `customSmallerIsBetter` layout of github-action-benchmark. */
export interface GithubEntry {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** Free text. */
  readonly range: string;
  /** Free text, shown beside the point. */
  readonly extra: string;
}

/**
 * A result in the layout that github-action-benchmark reads as `customSmallerIsBetter`: one entry per case and implementation, its value
 * the median wall time in ms, transfers included.
 *
 * @param result A benchmark's result.
 * @returns JSON without a final line break.
 */
export function formatGithub(result: BenchResult): string {
  const { adapter, machine } = result;
  const entries = result.results.map((row): GithubEntry => {
    const ratio = result.ratios.find((ratio) =>
      ratio.kernel === row.kernel && ratio.case === row.case && ratio.against === row.implementation
    );
    return {
      name: `${row.kernel}: ${row.case} (${row.implementation})`,
      unit: "ms",
      value: row.median_ms,
      range: row.ci95_ms.map((ms) => ms.toPrecision(4)).join(" - "),
      extra: [
        `${row.samples_ms.length} samples, 95 % interval of the median`,
        `agreement: ${row.agreement.ok ? "ok" : row.agreement.error ?? "failed"}`,
        ...(ratio ? [`webgpu is ${ratio.ratio.toPrecision(3)} times as fast`] : []),
        `${adapter.software ? "software" : "hardware"} adapter: ${adapter.description}`,
        [machine.cpu, `${machine.cores} cores`, machine.os].filter(Boolean).join(", "),
      ].join("\n"),
    };
  });
  return JSON.stringify(entries, null, 2);
}
