import { seconds } from "./_format.ts";
import { type Html, markup } from "./_html.ts";
import { valueTable } from "./_table.ts";
import type { HashedFile, Manifest } from "./schema.ts";

/** What ran, what did not, and the command that runs it again. */
export function runSection({ command, stages, not_run = [] }: Manifest): Html {
  return markup`<section>
<h2>What ran</h2>
<p>Run it again with:</p>
<pre><code>${command}</code></pre>
${
    valueTable(
      "Stages in their order; those taken from an earlier run with the time that they took then",
      stages.map(({ name, seconds: time, reused }) => [
        name,
        `${seconds(time)}${reused ? ", taken from an earlier run" : ""}`,
      ]),
    )
  }${
    not_run.length > 0 &&
    markup`<h3>What was not run</h3>
<ul>
${not_run.map(({ name, why }) => markup`<li><strong>${name}</strong>: ${why}</li>\n`)}</ul>
`
  }</section>
`;
}

/** Versions, seeds, settings and hashes. */
export function manifestSection(manifest: Manifest, facts: readonly [string, string][]): Html {
  const { git, versions, config, seeds, inputs, outputs, started_at, energy_joules } = manifest;
  const changes = git?.dirty === undefined
    ? ", whether files differ from it is not known"
    : git.dirty
    ? ", with changes that are not committed"
    : ", no changes";
  const rows: [string, string | Html][] = [
    ...facts,
    ...git ? [["Commit", `${git.commit}${changes}`] as [string, string]] : [],
    ...started_at === undefined ? [] : [["Started", started_at] as [string, string]],
    ...energy_joules === undefined ? [] : [["Energy", `${energy_joules} J`] as [string, string]],
  ];
  return markup`<section>
<h2>Manifest</h2>
${valueTable("The run", rows)}
${valueTable("Versions", Object.entries(versions))}
${valueTable("Settings", Object.entries(config).map(([name, value]) => [name, `${value}`]))}
${valueTable("Seeds", Object.entries(seeds).map(([name, value]) => [name, `${value}`]))}
${valueTable("Files read, by SHA-256", inputs.map(hashRow))}
${valueTable("Files written, by SHA-256", outputs.map(hashRow))}
</section>
`;
}

function hashRow({ path, sha256 }: HashedFile): [string, Html] {
  return [path, markup`<span class="mono">${sha256}</span>`];
}
