import { Draws, type Problem } from "./_draws.ts";
import { STUDIED, type Studied } from "./_losses.ts";
import { lossOf, type Subject } from "./_subject.ts";
import type { StudyMember } from "./schema.ts";

const CASES = 400;
/** Share of the way to its label that a prediction is moved. */
const STEP = 0.01;
/** Changes below this are rounding. */
const ROUNDING = 1e-12;

/** The streams of the members' draws begin here, behind those of the statements. */
const FIRST_STREAM = 100;

/**
 * Measures each loss on the same random problems.
 *
 * @param subject The functions studied.
 * @param seed Of the draws.
 * @returns One row a loss.
 */
export function studyMembers(subject: Subject, seed: number): StudyMember[] {
  return STUDIED.map((studied) => measure(subject, studied, seed));
}

function measure(subject: Subject, { text, spec, logarithms }: Studied, seed: number): StudyMember {
  const draws = new Draws(seed, FIRST_STREAM);
  const value = (problem: Problem) => lossOf(subject, problem, spec).value;
  const problem = () => {
    const { p, y } = draws.soft();
    return logarithms ? { p: p.map((p) => Math.min(Math.max(p, 0.01), 0.99)), y } : { p, y };
  };
  let [lowest, highest, wrong, background, truth, binary] = [Infinity, -Infinity, 0, 0, 0, 0];
  for (let i = 0; i < CASES; i++) {
    const { p, y } = problem();
    const here = value({ p, y });
    lowest = Math.min(lowest, here);
    highest = Math.max(highest, here);
    const at = draws.random.integer(p.length);
    const better = value({ p: p.with(at, p[at]! + STEP * (y[at]! - p[at]!)), y });
    if (better > here + ROUNDING) wrong++;
    const zeros = new Array<number>(p.length).fill(0);
    const more = value({ p: [...p, ...zeros], y: [...y, ...zeros] });
    background = Math.max(background, Math.abs(more - here));
    truth = Math.max(truth, Math.abs(value({ p: y, y })));
    const hard = draws.binary();
    if (!logarithms) {
      const iou = subject.softIou(hard.p, hard.y).value;
      binary = Math.max(binary, Math.abs(value(hard) - (1 - iou)));
    }
  }
  return {
    loss: text,
    ...!logarithms && { binary_deviation: binary },
    range: [lowest, highest],
    wrong_moves: wrong / CASES,
    background_change: background,
    at_truth: truth,
  };
}
