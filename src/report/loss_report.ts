import type { LossStudyResult } from "../study/mod.ts";
import { markup } from "./_html.ts";
import { studySections, studySummary } from "./_loss_study.ts";
import { page } from "./_page.ts";
import { valueTable } from "./_table.ts";

/**
 * Writes the report of the study of the losses: one HTML file that needs nothing else.
 *
 * @param result The result.
 * @returns The file's text.
 */
export async function renderLossReport(result: LossStudyResult): Promise<string> {
  const { schema, study, versions, command } = result;
  const head = markup`<header>
<h1>The IOU loss and its relatives</h1>
<p class="quiet">What Rister et al., arXiv 1811.11226 (2018), and this project say of the losses, checked numerically. No GPU takes part: all is computed in f64 on the CPU, by the functions that the GPU's kernels are tested against.</p>
</header>
<section class="summary">
<ul>
${studySummary(study).map((line) => markup`<li>${line}</li>\n`)}</ul>
<p>Run it again with:</p>
<pre><code>${command}</code></pre>
</section>
`;
  const manifest = markup`<section>
<h2>Manifest</h2>
${valueTable("The run", [["Result", schema], ["Seed", `${study.seed}`]])}
${valueTable("Versions", Object.entries(versions))}
</section>
`;
  return await page("The IOU loss and its relatives", [
    { body: head },
    ...await studySections(study),
    { body: manifest },
  ]);
}
