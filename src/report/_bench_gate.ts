import { figure, interval } from "./_format.ts";
import { type Html, markup } from "./_html.ts";
import { scrollTable } from "./_table.ts";
import type { BenchGate, BenchMove } from "./bench_schema.ts";

const VERDICTS = {
  slower: ["✗ slower", "bad"],
  faster: ["✓ faster", "good"],
  same: ["– unchanged", "quiet"],
} as const;

/** What has moved since an earlier result: the slower before the faster before the rest. */
export function gateSection({ base, base_adapter, moves, not_compared }: BenchGate): Html {
  const order: BenchMove["verdict"][] = ["slower", "faster", "same"];
  const rows = order.flatMap((verdict) => moves.filter((move) => move.verdict === verdict));
  const heads = [
    "Kernel",
    "Case",
    "Implementation",
    "Verdict",
    "Change, times",
    "95 % interval",
    "Noise floor, times",
    "Processes",
  ];
  return markup`<section>
<h2>Compared with ${base}</h2>
<p>The earlier result ran on ${base_adapter.description}. A change is how many times longer the GPU takes now, measured against the CPU twin of each run. The noise floor follows from how far processes of one version differ; a case whose change exceeds it was measured again, twice, in new processes, and has moved if the change of all of them exceeds the floor that is left: at most one session in twenty is then wrong about any case.</p>
${
    rows.length > 0 && scrollTable(
      "What has moved",
      markup`<thead>
<tr>${heads.map((title) => markup`<th scope="col">${title}</th>`)}</tr>
</thead>
`,
      markup`<tbody>
${rows.map(moveRow)}</tbody>
`,
      "wide",
    )
  }${
    not_compared.map(({ kernel, case: name, implementation, reason }) =>
      markup`<p>Not compared: ${kernel}, ${name}, ${implementation}: ${reason}.</p>\n`
    )
  }</section>
`;
}

function moveRow(move: BenchMove): Html {
  const { kernel, case: name, implementation, verdict, change, ci95, floor, processes } = move;
  const [words, tone] = VERDICTS[verdict];
  return markup`<tr>
<th scope="row">${kernel}</th>
<td>${name}</td>
<td>${implementation}</td>
<td><span class="${tone}">${words}</span></td>
<td class="number">${figure(change)}</td>
<td class="number bound">${interval(ci95)}</td>
<td class="number">${figure(floor)}</td>
<td class="number">${processes}</td>
</tr>
`;
}
