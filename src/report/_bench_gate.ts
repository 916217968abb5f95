import { figure, interval } from "./_format.ts";
import { type Html, markup } from "./_html.ts";
import { scrollTable } from "./_table.ts";
import type { BenchGate, BenchMove } from "./schema.ts";

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
    "Verdict",
    "Change, times",
    "95 % interval",
    "Noise floor, times",
  ];
  return markup`<section>
<h2>Compared with ${base}</h2>
<p>The earlier result ran on ${base_adapter.description}. A change is how many times longer WebGPU takes now, measured against the CPU twin of each run. A case has moved if the interval excludes 1, the change is beyond the noise floor, and a second measurement says the same.</p>
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
    not_compared.map(({ kernel, case: name, reason }) =>
      markup`<p>Not compared: ${kernel}, ${name}: ${reason}.</p>\n`
    )
  }</section>
`;
}

function moveRow({ kernel, case: name, verdict, change, ci95, floor }: BenchMove): Html {
  const [words, tone] = VERDICTS[verdict];
  return markup`<tr>
<th scope="row">${kernel}</th>
<td>${name}</td>
<td><span class="${tone}">${words}</span></td>
<td class="number">${figure(change)}</td>
<td class="number bound">${interval(ci95)}</td>
<td class="number">${figure(floor)}</td>
</tr>
`;
}
