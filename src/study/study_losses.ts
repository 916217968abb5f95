import { Draws } from "./_draws.ts";
import { statement4, statement5, statement6 } from "./_family.ts";
import { studyMembers } from "./_members.ts";
import { studyPlots } from "./_plots.ts";
import { statement1, statement2, statement3 } from "./_soft_iou.ts";
import { SUBJECT, type Subject } from "./_subject.ts";
import { studySurfaces } from "./_surfaces.ts";
import type { LossStudy, StudyRow } from "./schema.ts";

/** Options of {@linkcode studyLosses}. */
export interface StudyOptions {
  /** Of all that is drawn; 1 by default. */
  readonly seed?: number;
}

/**
 * Studies the losses of `src/nn`: checks what is said of them numerically, in f64, and computes the figures. Takes a few seconds on one
 * core and no GPU; the same seed gives the same numbers.
 *
 * @param options The seed.
 * @returns Plain data.
 */
export function studyLosses({ seed = 1 }: StudyOptions = {}): LossStudy {
  return {
    seed,
    rows: checkStatements(SUBJECT, seed),
    members: studyMembers(SUBJECT, seed),
    surfaces: studySurfaces(SUBJECT),
    plots: studyPlots(SUBJECT, seed),
  };
}

/** Checks all statements of a set of functions. */
export function checkStatements(subject: Subject, seed: number): StudyRow[] {
  return [statement1, statement2, statement3, statement4, statement5, statement6]
    .flatMap((check, i) => check(subject, new Draws(seed, i + 1)));
}

/**
 * What does not hold.
 *
 * @param study The study.
 * @returns One line a row; none where all hold.
 */
export function studyFailures({ rows }: Pick<LossStudy, "rows">): string[] {
  return rows.filter(({ holds }) => !holds).map(({ id, text, cases, found, limit }) =>
    `Statement ${id} does not hold: "${text}" (${cases} cases, ${found} found, at ${limit.at} ${limit.value} expected)`
  );
}
