import type { OrganName } from "../labels/mod.ts";
import type { OrganScore, ScoreState } from "./score_case.ts";
import { summarise, type Summary } from "./summarise.ts";

/** An organ over cases. Each figure says of how many cases it is; see {@linkcode OrganScore} for what is counted. */
export interface ScoreSummary {
  readonly organ: OrganName;
  /** Cases by state. */
  readonly states: Readonly<Record<ScoreState, number>>;
  readonly dice: Summary;
  readonly iou: Summary;
  readonly nsd: Summary;
  /** mm, of the scored cases alone: missed and invented organs have no distance, and stand in `states`. */
  readonly hd95Mm: Summary;
  readonly volumeErrorMl: Summary;
}

/**
 * Summarises scores organ by organ.
 *
 * @param scores Rows of {@linkcode scoreCase} of any number of cases.
 * @param options Seed of the bootstrap.
 * @returns One entry an organ, in the order in which organs first appear.
 */
export function summariseOrgans(
  scores: readonly OrganScore[],
  options: { readonly seed: number },
): ScoreSummary[] {
  return [...Map.groupBy(scores, ({ organ }) => organ)].map(([organ, rows]) => {
    const of = (figure: "dice" | "iou" | "nsd" | "hd95Mm" | "volumeErrorMl") =>
      summarise(rows.map((row) => row[figure]), options);
    const states = { scored: 0, missed: 0, invented: 0, absent: 0 };
    for (const { state } of rows) states[state]++;
    return {
      organ,
      states,
      dice: of("dice"),
      iou: of("iou"),
      nsd: of("nsd"),
      hd95Mm: of("hd95Mm"),
      volumeErrorMl: of("volumeErrorMl"),
    };
  });
}
