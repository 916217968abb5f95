import type { ReproduceProgress } from "../reproduce/mod.ts";
import { formatDuration } from "./duration.ts";
import type { Progress } from "./progress.ts";

/** Where lines stay, a stage tells of itself no more often than in so many parts. */
const PARTS = 10;
/** What was told last, where lines stay: the stage's message without its figures, and the part. */
const told = new WeakMap<Progress, string>();

/**
 * Says how far a reproduction is, and how long stage and run will still take.
 *
 * @param progress Where to.
 * @param step How far.
 */
export function showReproduction(
  progress: Progress,
  { stage, message, fraction, stageSecondsLeft, secondsLeft }: ReproduceProgress,
): void {
  if (!progress.live) {
    const part = `${stage} ${message.split(":")[0]} ${Math.floor(PARTS * 10 * fraction)}`;
    if (told.get(progress) === part) return;
    told.set(progress, part);
  }
  const left = [
    ...stageSecondsLeft === undefined ? [] : [`stage ${formatDuration(stageSecondsLeft)} left`],
    ...secondsLeft === undefined ? [] : [`run ${formatDuration(secondsLeft)} left`],
  ];
  const behind = left.length > 0 ? ` (${left.join(", ")})` : "";
  progress.stage(`${Math.floor(100 * fraction)} % ${message}${behind}`);
}
