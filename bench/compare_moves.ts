import { type GateSubject, shiftOf, subjectKey, type SubjectLevels } from "./compare_levels.ts";
import type { Estimate } from "./statistics.ts";
import { studentQuantile } from "./student.ts";

/** What is said of a subject. */
export interface Move extends GateSubject {
  /** How many times longer it takes now: above 1 it has become slower. */
  readonly change: Estimate;
  /**
   * The least factor, above 1, that the change had to exceed, whichever way: after the last measurement to count, before to be measured
   * again. It comes from how far processes of one version differ in this session (A/A).
   */
  readonly floor: number;
  /** Processes of now that were measured. */
  readonly processes: number;
  readonly verdict: "slower" | "faster" | "same";
}

/** A subject that could not be compared. */
export interface NotCompared extends GateSubject {
  /** One line. */
  readonly reason: string;
}

/** What came of a comparison with an earlier version. */
export interface GateOutcome {
  /** One entry per subject that could be compared. */
  readonly moves: readonly Move[];
  readonly notCompared: readonly NotCompared[];
}

/** What a measurement found. */
export interface Measured {
  /** All that has been measured of the subjects asked for, in this measurement and in those before. */
  readonly levels: readonly SubjectLevels[];
  readonly notCompared: readonly NotCompared[];
}

/** Measurements, each in new processes. */
export const MEASUREMENTS = 3;
/** How often a session in which nothing has become slower may say that something has. The same again holds for faster. */
const FALSE_ALARMS = 0.025;
/** A change beyond this is measured again even where it is within what few processes leave open. */
const WORTH_A_LOOK = 1.05;
/** The upper end of a 95 % interval. */
const UPPER = 0.975;

/**
 * Measures all subjects, then up to twice more those that seem to have moved, each time in new processes. Only after the last
 * measurement has anything moved: what a measurement before it finds too small ends the matter for that subject and can only lower the
 * rate of false alarms, so all of {@linkcode FALSE_ALARMS} is spent at the end, shared evenly among the subjects (Bonferroni). What each
 * has to exceed there is the quantile of Student's t for its own processes' differences: the earlier version's processes are counted like
 * those of now, and few processes make it large.
 *
 * @param measure Measures all subjects, or only those that it is asked for.
 * @returns What moved.
 */
export async function findMoves(
  measure: (only?: (subject: GateSubject) => boolean) => Promise<Measured>,
): Promise<GateOutcome> {
  const first = await measure();
  const subjects = first.levels.length;
  const notCompared = [...first.notCompared];
  const moves = new Map(
    first.levels.map((levels) => [subjectKey(levels), judgeLevels(levels)]),
  );
  for (let measurement = 2; measurement <= MEASUREMENTS; measurement++) {
    const open = [...moves].filter(([, { verdict }]) => verdict !== "same");
    if (open.length === 0) break;
    const keys = new Set(open.map(([key]) => key));
    const again = await measure((subject) => keys.has(subjectKey(subject)));
    const found = new Map(again.levels.map((levels) => [subjectKey(levels), levels]));
    for (const [key, { kernel, case: name, implementation }] of open) {
      const levels = found.get(key);
      if (levels) {
        moves.set(key, judgeLevels(levels, measurement < MEASUREMENTS ? undefined : subjects));
      } else {
        moves.delete(key);
        const reason = again.notCompared.find((entry) => subjectKey(entry) === key)?.reason ??
          "it could not be measured again";
        notCompared.push({ kernel, case: name, implementation, reason });
      }
    }
  }
  return { moves: [...moves.values()], notCompared };
}

/**
 * Says of a subject whether it has moved.
 *
 * @param levels What was measured of it.
 * @param subjects After the last measurement: how many subjects the session has. Before it, whatever is beyond 5 % or the 95 % interval
 * seems to have moved.
 * @returns Its change with a 95 % interval, and the verdict.
 */
export function judgeLevels(levels: SubjectLevels, subjects?: number): Move {
  const { kernel, case: name, implementation, blocks } = levels;
  const { value: shift, error, dof } = shiftOf(levels);
  const half = studentQuantile(UPPER, dof) * error;
  const floor = subjects === undefined
    ? Math.min(WORTH_A_LOOK, Math.exp(half))
    : Math.exp(studentQuantile(1 - FALSE_ALARMS / subjects, dof) * error);
  const value = Math.exp(shift);
  return {
    ...{ kernel, case: name, implementation, floor },
    change: { value, ci95: [Math.exp(shift - half), Math.exp(shift + half)] },
    processes: blocks.reduce((count, { now }) => count + now.length, 0),
    verdict: value > floor ? "slower" : value < 1 / floor ? "faster" : "same",
  };
}
