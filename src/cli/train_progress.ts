import type { StepProgress, Validation } from "../train/mod.ts";
import type { Progress } from "./progress.ts";
import { formatDuration } from "./duration.ts";
import { sparkline } from "./sparkline.ts";

/** Lines of progress where each stays: so many in all. */
const LINES = 20;
/** Characters of the loss curve. */
const CURVE = 24;

/**
 * Says how far a training is: its loss, the curve so far, and how long the rest will take.
 *
 * @param progress Where to.
 * @param step The step.
 */
export function showStep(
  progress: Progress,
  { step, steps, losses, secondsLeft }: StepProgress,
): void {
  const every = Math.max(1, Math.round(steps / LINES));
  if (!progress.live && step % every !== 0 && step !== 1 && step !== steps) return;
  const left = secondsLeft === undefined ? "" : `, ${formatDuration(secondsLeft)} left`;
  progress.stage(`Step ${step} of ${steps}: loss ${lossLine(losses, CURVE)}${left}`);
}

/**
 * The last loss behind the curve of all.
 *
 * @param losses One a step, at least one.
 * @param width Characters of the curve.
 * @returns E.g. `█▅▃▁ 0.3125`.
 */
export function lossLine(losses: readonly number[], width: number): string {
  return `${sparkline(losses, width)} ${losses.at(-1)!.toFixed(4)}`;
}

/**
 * A validation in one line.
 *
 * @param validation The validation.
 * @returns E.g. `Step 100: Dice 0.812 (liver 0.9, lungs 0.7)`.
 */
export function validationLine({ step, dice, organs }: Validation): string {
  const each = Object.entries(organs).map(([name, value]) => `${name} ${value.toFixed(3)}`);
  return dice === undefined
    ? `Step ${step}: no organ in the validation cases`
    : `Step ${step}: Dice ${dice.toFixed(3)} (${each.join(", ")})`;
}
