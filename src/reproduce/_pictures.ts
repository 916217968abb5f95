import { meanDice } from "../metrics/mod.ts";
import type { CasePicture, LabelScore } from "../report/mod.ts";
import { readNifti } from "../volume/mod.ts";
import { readLabels } from "../data/mod.ts";
import { type LabelledFiles, RULED } from "./_labels.ts";

/** The best, the middle and the worst case by mean Dice, as the report shows them. */
export async function casePictures(
  labelled: readonly LabelledFiles[],
  scores: readonly LabelScore[],
  options: { readonly signal?: AbortSignal },
): Promise<CasePicture[]> {
  const ofCase = ({ truth }: LabelledFiles) =>
    meanDice(scores.filter((score) => score.case === truth.number).map((score) => score.dice))
      .mean ?? 0;
  const order = labelled.toSorted((a, b) => ofCase(b) - ofCase(a));
  const picks = new Set([order[0], order[order.length >> 1], order.at(-1)]);
  const pictures: CasePicture[] = [];
  for (const pick of picks) {
    if (!pick) continue;
    pictures.push({
      case: pick.truth.number,
      ct: await readNifti(pick.truth.volume, options),
      truth: await readLabels(pick.truth.labels, options),
      prediction: await readLabels(pick.found, options),
      organs: RULED,
    });
  }
  return pictures;
}
