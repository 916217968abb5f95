import {
  l1Iou,
  lossOfProbabilities,
  lovaszLoss,
  meanIou,
  minMaxIou,
  powerIou,
  type Scored,
  softDice,
  softIou,
  tversky,
} from "../nn/mod.ts";
import type { Problem } from "./_draws.ts";

/** The functions that are studied; tests put wrong ones in their place, to see that the study finds out. */
export const SUBJECT = {
  l1Iou,
  lossOfProbabilities,
  lovaszLoss,
  meanIou,
  minMaxIou,
  powerIou,
  softDice,
  softIou,
  tversky,
};

/** The type of {@linkcode SUBJECT}. */
export type Subject = typeof SUBJECT;

/** A loss that the study takes of two classes: the problem's background and foreground. */
export type TwoClassLoss = Parameters<Subject["lossOfProbabilities"]>[1];

/**
 * A loss of a binary problem, as of an image with two classes whose probabilities are 1 - p and p.
 *
 * @param subject The functions studied.
 * @param problem The problem.
 * @param loss The loss; the background should be left out where it has a class of its own.
 * @returns Value, and derivative by each p.
 */
export function lossOf(
  { lossOfProbabilities }: Pick<Subject, "lossOfProbabilities">,
  { p, y }: Problem,
  loss: TwoClassLoss,
): Scored {
  const image = { probabilities: p.flatMap((p) => [1 - p, p]), labels: y, classes: 2 };
  const { value, gradient } = lossOfProbabilities(image, loss);
  return {
    value,
    gradient: Float64Array.from(p, (_, v) => gradient[2 * v + 1]! - gradient[2 * v]!),
  };
}
