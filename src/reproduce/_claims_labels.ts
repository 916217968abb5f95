import { meanDice } from "../metrics/mod.ts";
import type { Evidence, Judgement } from "./_claims.ts";
import { PAPER_DICE } from "./_claims_arms.ts";
import { RULED } from "./_labels.ts";

/** Judges claim 3 by the Dice of the unsupervised labels. */
export function judgeLabels({ kind, scores }: Evidence): Judgement {
  const means = RULED.flatMap((organ) => {
    const own = scores.filter((score) => score.organ === organ).map(({ dice }) => dice);
    const { mean, n } = meanDice(own);
    return mean === undefined ? [] : [{ organ, n, mean }];
  });
  if (means.length < RULED.length) {
    return { verdict: "not tested", why: "No case with both lungs and bone could be scored" };
  }
  const measured = means.map(({ organ, n, mean }) =>
    `${organ} Dice ${mean.toFixed(3)} (mean of ${n})`
  ).join(", ");
  const holds = means.every(({ mean }) => mean >= PAPER_DICE);
  const rule =
    `Holds if the mean Dice of both reaches ${PAPER_DICE}, the paper's lowest for an organ`;
  switch (kind) {
    case "phantom":
      return {
        measured,
        verdict: holds ? "holds on phantoms" : "fails on phantoms",
        why: rule,
      };
    case "ct-org":
      return {
        measured,
        verdict: holds ? "reproduced" : "not reproduced",
        why:
          `${rule}. The cases are numbered 0 to 20 in CT-ORG's layout; that the files are CT-ORG's is not checked, as ` +
          "this version has no published hashes of them",
      };
    case "folder":
      return {
        measured,
        verdict: "not tested",
        why:
          "A verdict on real CTs needs CT-ORG's 21 test cases, 0 to 20; the figure is of the cases given",
      };
  }
}
