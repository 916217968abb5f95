import type { Draws, Problem } from "./_draws.ts";
import { checkRow, difference, off, repeated, total } from "./_row.ts";
import { lossOf, type Subject } from "./_subject.ts";
import type { StudyRow } from "./schema.ts";

/** Differences of sums of some dozen numbers in f64. */
const ROUNDING = 1e-12;
/** Central differences in f64, of step 1e-5. */
const DIFFERENCES = 1e-6;

const CASES = 500;

/** Voxels where both are 1, and where either is, counted. */
function sets({ p, y }: Problem): { both: number; either: number } {
  return {
    both: p.filter((value, i) => value === 1 && y[i] === 1).length,
    either: p.filter((value, i) => value === 1 || y[i] === 1).length,
  };
}

function withBackground({ p, y }: Problem, more: number): Problem {
  const zeros = new Array<number>(more).fill(0);
  return { p: [...p, ...zeros], y: [...y, ...zeros] };
}

/** Foreground of `share`, predicted `inside`; background predicted `outside`. */
function parted(voxels: number, share: number, inside: number, outside: number): Problem {
  const y = Array.from({ length: voxels }, (_, i) => Number(i < Math.round(share * voxels)));
  return { p: y.map((label) => label === 1 ? inside : outside), y };
}

/** Sums of |dL/dp| over foreground and background. */
function pulls(gradient: ArrayLike<number>, y: readonly number[]) {
  const sumOf = (label: number) =>
    total(y.map((own, i) => own === label ? Math.abs(gradient[i]!) : 0));
  return { foreground: sumOf(1), background: sumOf(0) };
}

/** Statement 1: soft IOU is an IOU. */
export function statement1(subject: Subject, draws: Draws): StudyRow[] {
  const { softIou } = subject;
  const crossEntropy = (problem: Problem) =>
    lossOf(subject, problem, { name: "cross-entropy" }).value;
  return [
    checkRow(
      {
        id: "1.1",
        text: "On binary predictions soft IOU is IOU.",
        how: "Against |P and Y| / |P or Y|, counted, on random binary predictions.",
        most: ROUNDING,
      },
      repeated(CASES, () => {
        const problem = draws.binary();
        const { both, either } = sets(problem);
        return off(softIou(problem.p, problem.y).value, both / either);
      }),
    ),
    checkRow(
      {
        id: "1.2",
        text: "It lies in [0, 1].",
        how: "How far random soft predictions lead beyond.",
        most: ROUNDING,
      },
      repeated(CASES, () => {
        const { p, y } = draws.soft();
        const { value } = softIou(p, y);
        return Math.max(0, -value, value - 1);
      }),
    ),
    checkRow(
      {
        id: "1.3",
        text: "It grows with a foreground prediction and shrinks with a background one.",
        how:
          "One prediction of a random problem is moved up: how far the value moves the wrong way.",
        most: ROUNDING,
      },
      repeated(CASES, () => {
        const { p, y } = draws.soft();
        const i = draws.random.integer(p.length);
        const up = p.with(i, draws.random.uniform(p[i], 1));
        const change = softIou(up, y).value - softIou(p, y).value;
        return Math.max(0, y[i] === 1 ? -change : change);
      }),
    ),
    checkRow(
      {
        id: "1.4",
        text: "It is 1 if predictions equal labels.",
        how: "Random labels, taken as predictions.",
        most: ROUNDING,
      },
      repeated(CASES, () => {
        const { y } = draws.soft();
        return off(softIou(y, y).value, 1);
      }),
    ),
    checkRow(
      {
        id: "1.5",
        text: "It is 1 only then.",
        how:
          "One prediction is moved off its label by 0.001 to 1: how far the value falls below 1.",
        least: 1e-6,
      },
      repeated(CASES, () => {
        const { y } = draws.soft();
        const i = draws.random.integer(y.length);
        const wrong = draws.random.uniform(0.001, 1);
        return 1 - softIou(y.with(i, Math.abs(y[i]! - wrong)), y).value;
      }),
    ),
    checkRow(
      {
        id: "1.6",
        text: "Adding background that is predicted right leaves it unchanged.",
        how: "Random problems, to which 1 to 1000 voxels of background with p = 0 are added.",
        most: ROUNDING,
      },
      repeated(CASES, () => {
        const problem = draws.soft();
        const more = withBackground(problem, 1 + draws.random.integer(1000));
        return off(softIou(more.p, more.y).value, softIou(problem.p, problem.y).value);
      }),
    ),
    checkRow(
      {
        id: "1.7",
        text: "Cross-entropy changes by that.",
        how:
          "As many voxels of such background as there are: the relative change of mean cross-entropy.",
        least: 0.1,
      },
      repeated(CASES, () => {
        const problem = draws.inner();
        const before = crossEntropy(problem);
        return Math.abs(crossEntropy(withBackground(problem, problem.p.length)) - before) / before;
      }),
    ),
  ];
}

/** Statement 2: its gradient. */
export function statement2(subject: Subject, draws: Draws): StudyRow[] {
  const { softIou } = subject;
  const shares = [0.5, 0.1, 0.02, 0.004];
  const VOXELS = 1000;
  const crossEntropy = (problem: Problem) =>
    pulls(lossOf(subject, problem, { name: "cross-entropy" }).gradient, problem.y);
  const iou = (problem: Problem) =>
    pulls(lossOf(subject, problem, { name: "iou", background: false }).gradient, problem.y);
  return [
    checkRow(
      {
        id: "2.1",
        text: "dJ/dp is 1 / U on foreground and -I / U^2 on background.",
        how: "Against central differences of J at random predictions, relative.",
        most: DIFFERENCES,
      },
      repeated(CASES, () => {
        const { p, y } = draws.inner();
        const i = draws.random.integer(p.length);
        const both = total(p.map((value, v) => value * y[v]!));
        const union = total(p) + total(y) - both;
        const expected = y[i] === 1 ? 1 / union : -both / union ** 2;
        return [
          off(difference((p) => softIou(p, y).value, p, i), expected),
          off(softIou(p, y).gradient[i]!, expected),
        ];
      }),
    ),
    checkRow(
      {
        id: "2.2",
        text:
          "A foreground voxel's derivative is 1 / J times a background voxel's: the loss weighs the classes by the prediction.",
        how: "Quotient of the two derivatives times J, on random problems with both.",
        most: ROUNDING,
      },
      repeated(CASES, () => {
        const { p, y } = draws.inner();
        const [inside, outside] = [y.indexOf(1), y.indexOf(0)];
        if (outside < 0) return [];
        const { value, gradient } = softIou(p, y);
        return off(value * gradient[inside]! / -gradient[outside]!, 1);
      }),
    ),
    checkRow(
      {
        id: "2.3",
        text:
          "Plain cross-entropy's total gradient on the foreground shrinks with the foreground's share f.",
        how:
          "Predictions of one quality (recall a, background predicted c a), f from 0.5 to 0.004: against f / a.",
        most: ROUNDING,
      },
      repeated(CASES / 10, () => {
        const a = draws.random.uniform(0.1, 0.9);
        const c = draws.random.uniform(0.1, 1);
        return shares.map((f) => off(crossEntropy(parted(VOXELS, f, a, c * a)).foreground, f / a));
      }),
    ),
    checkRow(
      {
        id: "2.4",
        text: "IOU's does not, for predictions of equal J and recall.",
        how:
          "Recall a, background predicted b times the foreground's volume in all, f from 0.5 to 0.004: against 1 / (1 + b).",
        most: ROUNDING,
        note:
          "Read as a statement about one fixed uniform prediction p = q it would be wrong: there the total falls too, as f / (f + q (1 - f)).",
      },
      repeated(CASES / 10, () => {
        const a = draws.random.uniform(0.1, 0.9);
        const b = draws.random.uniform(0.1, 0.9);
        return shares.map((f) =>
          off(iou(parted(VOXELS, f, a, b * f / (1 - f))).foreground, 1 / (1 + b))
        );
      }),
    ),
    checkRow(
      {
        id: "2.5",
        text:
          "For uniform p = q, too, IOU's total on the foreground is never below that on the background.",
        how:
          "Their quotient against 1 + f / (q (1 - f)), relative; cross-entropy's is f (1 - q) / (q (1 - f)).",
        most: ROUNDING,
      },
      repeated(CASES / 10, () => {
        const q = draws.random.uniform(0.05, 0.95);
        return shares.flatMap((f) => {
          const problem = parted(VOXELS, f, q, q);
          const ratio = (of: (problem: Problem) => ReturnType<typeof pulls>) => {
            const { foreground, background } = of(problem);
            return foreground / background;
          };
          const plain = f * (1 - q) / (q * (1 - f));
          return [off(ratio(iou), 1 + f / (q * (1 - f))), off(ratio(crossEntropy), plain)];
        });
      }),
    ),
  ];
}

/** Statement 3: the closed form. */
export function statement3({ softIou }: Subject, draws: Draws): StudyRow[] {
  return [checkRow(
    {
      id: "3.1",
      text: "For uniform p = q, J = q f / (f + q (1 - f)).",
      how: "Against the closed form, on random labels.",
      most: ROUNDING,
    },
    repeated(CASES, () => {
      const { y } = draws.soft();
      const q = draws.random.uniform(0.001, 1);
      const f = total(y) / y.length;
      return off(softIou(y.map(() => q), y).value, q * f / (f + q * (1 - f)));
    }),
  )];
}
