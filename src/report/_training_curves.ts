import { curveFigure, runningMean } from "./_curves.ts";
import { markup } from "./_html.ts";
import type { Section } from "./_page.ts";

/** How a network's training went. */
export interface TrainingCurve {
  readonly arm: string;
  readonly seed: number;
  /** Of each step. */
  readonly losses: readonly number[];
  readonly validations: readonly { readonly step: number; readonly dice?: number }[];
  /** Steps after which the model was taken. */
  readonly chosen: number;
}

/** Share of the steps that a point of the loss curve is a mean of. */
const SMOOTH = 1 / 40;

/** Loss and validation Dice of all networks over their steps. */
export function trainingCurvesSection(curves: readonly TrainingCurve[]): Section {
  const seeds = new Set(curves.map(({ seed }) => seed));
  const arms = [...new Set(curves.map(({ arm }) => arm))];
  const name = ({ arm, seed }: TrainingCurve) => seeds.size > 1 ? `${arm}, ${seed}` : arm;
  const mark = ({ arm }: TrainingCurve) => arms.indexOf(arm);
  const validated = curves.flatMap((curve) => {
    const points = curve.validations.flatMap(({ step, dice }) =>
      dice === undefined ? [] : [[step, dice] as const]
    );
    return points.length > 0 ? [{ name: name(curve), mark: mark(curve), points }] : [];
  });
  return {
    body: markup`<section>
<h2>Training</h2>
<p>The model of an arm is that of its best validation. Losses of different kinds cannot be compared; where a loss falls or jumps at once, a warm start ended. Models were taken after ${
      curves.map((curve) => `${curve.chosen} (${name(curve)})`).join(", ")
    } steps.</p>
${
      curveFigure({
        title: "Loss, running mean",
        x: "step",
        y: "loss of the arm",
        curves: curves.map((curve) => ({
          name: name(curve),
          mark: mark(curve),
          points: runningMean(curve.losses, Math.max(1, Math.round(curve.losses.length * SMOOTH)))
            .map((loss, i) => [i + 1, loss] as const),
        })),
      })
    }${
      validated.length > 0 && curveFigure({
        title: "Dice on the validation cases, mean over organs",
        x: "step",
        y: "Dice",
        range: [0, 1],
        curves: validated,
      })
    }</section>
`,
  };
}
