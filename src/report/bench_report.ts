import { adapterLine } from "./_adapter.ts";
import { benchSections, benchSummary } from "./_bench.ts";
import { markup } from "./_html.ts";
import { page } from "./_page.ts";
import { valueTable } from "./_table.ts";
import type { BenchResult } from "./bench_schema.ts";

/**
 * Writes the report of a benchmark: one HTML file that needs nothing else, with the adapter first.
 *
 * @param result The result.
 * @returns The file's text.
 */
export async function renderBenchReport(result: BenchResult): Promise<string> {
  const { adapter, machine, versions, seed } = result;
  const head = markup`${adapterLine(adapter, machine)}<header>
<h1>Kernels on WebGPU against their CPU references</h1>
</header>
<section class="summary">
<ul>
${benchSummary(result).map((line) => markup`<li>${line}</li>\n`)}</ul>
</section>
`;
  const manifest = markup`<section>
<h2>Manifest</h2>
${valueTable("The run", [["Result", result.schema], ["Seed", `${seed}`]])}
${valueTable("Versions", Object.entries(versions))}
</section>
`;
  return await page(`Benchmark: ${adapter.description}`, [
    { body: head },
    ...benchSections(result),
    { body: manifest },
  ]);
}
