import { count, list } from "./_format.ts";
import { type Html, markup } from "./_html.ts";
import type { Claim, ReproduceResult, Verdict } from "./schema.ts";

const MARKS: Readonly<Record<Verdict, readonly [sign: string, tone: string]>> = {
  "reproduced": ["✓", "good"],
  "holds on phantoms": ["✓", "good"],
  "holds on a software adapter": ["✓", "good"],
  "not reproduced": ["✗", "bad"],
  "fails on phantoms": ["✗", "bad"],
  "fails on a software adapter": ["✗", "bad"],
  "undecided": ["?", "quiet"],
  "undecided on a software adapter": ["?", "quiet"],
  "not tested": ["–", "quiet"],
};

/** What a run's figures rest on, in words. */
export function evidence({ dataset, manifest }: ReproduceResult): string {
  const data = {
    "phantom": "generated phantoms, not real CTs",
    "ct-org": "cases 0 to 20 in CT-ORG's layout (whether the files are CT-ORG's is not checked)",
    "folder": "CTs from the folder given",
  }[dataset.kind];
  return `${data}; times from a ${manifest.adapter.software ? "software" : "hardware"} adapter`;
}

/** The paper's claims, one row each. */
export function claimsSection(result: ReproduceResult): Html {
  return markup`<section>
<h2>What the paper claims, and what held</h2>
<p class="caption">Evidence: ${
    evidence(result)
  }. “Reproduced” needs cases 0 to 20 in CT-ORG's layout for Dice and a hardware adapter for speed.</p>
<table class="claims" role="table" aria-label="Claims">
<thead role="rowgroup">
<tr role="row">
<th role="columnheader" scope="col">Claim</th>
<th role="columnheader" scope="col">Paper</th>
<th role="columnheader" scope="col">Here</th>
<th role="columnheader" scope="col">Verdict</th>
<th role="columnheader" scope="col">Why</th>
</tr>
</thead>
<tbody role="rowgroup">
${result.claims.map(claimRow)}</tbody>
</table>
</section>
`;
}

function claimRow({ id, text, paper, measured, verdict, why }: Claim): Html {
  const [sign, tone] = MARKS[verdict] ?? ["", ""];
  return markup`<tr role="row">
<th role="rowheader" scope="row">${id}. ${text}</th>
<td role="cell" data-label="Paper">${paper}</td>
<td role="cell" data-label="Here">${measured ?? "–"}</td>
<td role="cell" data-label="Verdict"><span class="verdict ${tone}">${sign} ${verdict}</span></td>
<td role="cell" data-label="Why">${why}</td>
</tr>
`;
}

/** How many claims got which verdict, in a sentence. */
export function claimsSummary(claims: readonly Claim[]): string {
  const numbers = new Map<Verdict, number>();
  for (const { verdict } of claims) numbers.set(verdict, (numbers.get(verdict) ?? 0) + 1);
  const parts = [...numbers].sort(([a], [b]) => rank(a) - rank(b)).map(([verdict, n]) => {
    const words = n === 1 ? verdict : verdict.replace(/^holds/, "hold").replace(/^fails/, "fail");
    return `${n} ${words}`;
  });
  return `Of the paper's ${count(claims.length, "claim")}: ${list(parts)}.`;
}

function rank(verdict: Verdict): number {
  return Object.keys(MARKS).indexOf(verdict);
}
