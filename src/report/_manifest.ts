import { count, seconds } from "./_format.ts";
import { type Html, markup } from "./_html.ts";
import { folded, scrollTable, valueTable } from "./_table.ts";
import type { HashedFile, Manifest, StageTime } from "./schema.ts";

/** What ran, what did not, and the command that runs it again. */
export function runSection({ command, stages, not_run = [] }: Manifest): Html {
  return markup`<section>
<h2>What ran</h2>
<p>Run it again with:</p>
<pre><code>${command}</code></pre>
${stageTables(stages)}${
    not_run.length > 0 &&
    markup`<h3>What was not run</h3>
<ul>
${not_run.map(({ name, why }) => markup`<li><strong>${name}</strong>: ${why}</li>\n`)}</ul>
`
  }</section>
`;
}

/** Stages by their kind, which is what their names begin with; each alone behind a line to open. */
function stageTables(stages: readonly StageTime[]): Html {
  const kinds = Map.groupBy(stages, ({ name }) => name.split("/")[0]!);
  if (kinds.size === 0) return markup``;
  const reused = stages.some(({ reused }) => reused);
  const heads = ["How many", ...reused ? ["From an earlier run"] : [], "Time", "Longest"];
  return markup`${
    scrollTable(
      `Stages by kind, in their order${
        reused ? "; those taken from an earlier run with the time that they took then" : ""
      }`,
      markup`<thead>
<tr><th scope="col">Stage</th>${
        heads.map((title) => markup`<th scope="col" class="number">${title}</th>`)
      }</tr>
</thead>
`,
      markup`<tbody>
${[...kinds].map(([kind, own]) => kindRow(kind, own, reused))}</tbody>
`,
    )
  }${
    folded(
      `${count(stages.length, "stage")} one by one`,
      valueTable(
        "Stages in their order",
        stages.map(({ name, seconds: time, reused }) => [
          name,
          `${seconds(time)}${reused ? ", taken from an earlier run" : ""}`,
        ]),
      ),
    )
  }`;
}

function kindRow(kind: string, stages: readonly StageTime[], reused: boolean): Html {
  const times = stages.map(({ seconds }) => seconds);
  const cells = [
    stages.length,
    ...reused ? [stages.filter(({ reused }) => reused).length] : [],
    seconds(times.reduce((sum, time) => sum + time, 0)),
    seconds(Math.max(...times)),
  ];
  return markup`<tr><th scope="row">${kind}</th>${
    cells.map((cell) => markup`<td class="number">${cell}</td>`)
  }</tr>
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
${hashTable("read", inputs)}${hashTable("written", outputs)}</section>
`;
}

function hashTable(what: string, files: readonly HashedFile[]): Html {
  return folded(
    `${count(files.length, "file")} ${what}`,
    valueTable(`Files ${what}, by SHA-256`, files.map(hashRow)),
  );
}

function hashRow({ path, sha256 }: HashedFile): [string, Html] {
  return [path, markup`<span class="mono">${sha256}</span>`];
}
