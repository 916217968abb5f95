import { PAPER_SPACING, readLabels } from "../data/mod.ts";
import { SCORED_ORGANS } from "../metrics/mod.ts";
import type { ViewedArm, ViewedPick } from "../report/mod.ts";
import { readNifti } from "../volume/mod.ts";
import { traineeName } from "./_arms.ts";
import { TWO_BY_TWO } from "./_compare.ts";
import type { CaseScore } from "./_metrics.ts";
import type { NetworkStages, Trained } from "./_networks.ts";
import { predictedFile } from "./_segment.ts";

/**
 * What the paper's own arm, IOU with augmentation, made of its best, median and worst case of each organ at 3 mm; the first arm where that
 * one was not trained. Of several seeds the first.
 *
 * @param trained The networks in the order they were trained, at least one.
 * @param stages The run's folder, and where its cases are at 3 mm.
 */
export async function viewedArm(
  trained: readonly Trained[],
  { folder, gridOf }: Pick<NetworkStages, "folder" | "gridOf">,
  options: { readonly signal?: AbortSignal },
): Promise<ViewedArm> {
  const { trainee, scores } =
    trained.find(({ trainee }) => trainee.arm.name === TWO_BY_TWO.iouAug) ?? trained[0]!;
  const picks = pickCases(scores);
  const numbers = [...new Set(picks.map((pick) => pick.case))];
  const cases = [];
  for (const number of numbers) {
    const { volume, labels } = gridOf(number);
    const predicted = predictedFile(folder, "segment", traineeName(trainee), number);
    cases.push({
      case: number,
      ct: await readNifti(volume, options),
      truth: await readLabels(labels, options),
      prediction: await readLabels(predicted, options),
    });
  }
  const of = new Set(scores.map((score) => score.case)).size;
  return { arm: trainee.arm.name, seed: trainee.seed, of, picks, cases };
}

/** The cases of each organ's highest, middle and lowest Dice at 3 mm; of an even number the lower middle, of equals the lower number first. */
export function pickCases(scores: readonly CaseScore[]): ViewedPick[] {
  return SCORED_ORGANS.flatMap((organ) => {
    const order = scores
      .flatMap((score) =>
        score.organ === organ && score.grid_mm === PAPER_SPACING && score.dice !== undefined
          ? [{ case: score.case, dice: score.dice }]
          : []
      )
      .toSorted((a, b) => b.dice - a.dice || a.case - b.case);
    const places = [
      ["best", order[0]],
      ["median", order[order.length >> 1]],
      ["worst", order.at(-1)],
    ] as const;
    return places.flatMap(([place, one]) => one ? [{ organ, place, ...one }] : []);
  });
}
