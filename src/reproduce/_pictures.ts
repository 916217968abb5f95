import type { CasePicture, LabelScore } from "../report/mod.ts";
import { readNifti } from "../volume/mod.ts";
import { readLabels } from "./_cases.ts";
import { type LabelledFiles, RULED } from "./_labels.ts";

/** The best, the middle and the worst case by mean Dice, as the report shows them. */
export async function casePictures(
  labelled: readonly LabelledFiles[],
  scores: readonly LabelScore[],
  options: { readonly signal?: AbortSignal },
): Promise<CasePicture[]> {
  const meanDice = (number: number) => {
    const values = scores.flatMap((score) => score.case === number ? score.dice ?? [] : []);
    return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  };
  const order = labelled.toSorted((a, b) => meanDice(b.truth.number) - meanDice(a.truth.number));
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
