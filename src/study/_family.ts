import type { Draws, Problem } from "./_draws.ts";
import { checkRow, difference, off, repeated, total } from "./_row.ts";
import { lossOf, type Subject } from "./_subject.ts";
import type { StudyRow } from "./schema.ts";

const ROUNDING = 1e-12;
const CASES = 500;

/** Statement 4: there are many. */
export function statement4(subject: Subject, draws: Draws): StudyRow[] {
  const { softIou, powerIou, meanIou, minMaxIou, l1Iou } = subject;
  const exponent = () => 2 ** draws.random.uniform(-4, 4);
  const forms = ({ p, y }: Problem) => [softIou, minMaxIou, l1Iou].map((form) => form(p, y).value);
  const apart = (values: readonly number[]) =>
    Math.min(...values.flatMap((a, i) => values.slice(i + 1).map((b) => Math.abs(a - b))));
  return [
    checkRow(
      {
        id: "4.1",
        text:
          "sum(p y) / (sum(p^k) + sum(y^k) - sum(p y)) agrees with IOU on binary predictions for every k > 0.",
        how:
          "Random k from 1/16 to 16, random binary predictions, against soft IOU; and a generalised mean of two k.",
        most: ROUNDING,
      },
      repeated(CASES, () => {
        const { p, y } = draws.binary();
        const iou = softIou(p, y).value;
        const mean = { exponents: [exponent(), exponent()], power: draws.random.uniform(-3, 3) };
        return [off(powerIou(p, y, exponent()).value, iou), off(meanIou(p, y, mean).value, iou)];
      }),
    ),
    checkRow(
      {
        id: "4.2",
        text: "On soft predictions its members differ, so no IOU loss is unique.",
        how:
          "Smallest difference between k = 1/2, 1 and 2 on random soft predictions, 3 voxels or more.",
        least: 1e-6,
        note:
          "Above k = 2 a member exceeds 1 on soft predictions, and below k = 1 it may fall while a prediction moves to its label: see the table of losses.",
      },
      repeated(CASES, () => {
        const { p, y } = draws.inner();
        return p.length < 3 ? [] : apart([0.5, 1, 2].map((k) => powerIou(p, y, k).value));
      }),
    ),
    checkRow(
      {
        id: "4.3",
        text: "The product, min / max and L1-distance forms agree on hard labels.",
        how: "Largest difference between the three, soft predictions, binary labels.",
        most: ROUNDING,
        note:
          "L1 form: sum(p y) / (sum(p y) + sum |p - y|). The other one, with (sum(p + y) -+ sum |p - y|) above and below, is min / max itself, so it cannot differ from that.",
      },
      repeated(CASES, () => {
        const [product = NaN, ...others] = forms(draws.soft());
        return others.map((value) => off(value, product));
      }),
    ),
    checkRow({
      id: "4.4",
      text: "They differ on soft labels.",
      how: "Smallest difference between any two of the three, soft predictions and labels.",
      least: 1e-6,
    }, repeated(CASES, () => apart(forms(draws.softLabels())))),
  ];
}

/** Statement 5: relatives. */
export function statement5(subject: Subject, draws: Draws): StudyRow[] {
  const { softIou, softDice, tversky, lovaszLoss } = subject;
  const equal = (of: (problem: Problem) => readonly [got: number, expected: number]) =>
    repeated(CASES, () => off(...of(draws.soft())));
  return [
    checkRow(
      {
        id: "5.1",
        text: "Dice = 2 J / (1 + J) holds exactly for the soft forms.",
        how: "Random soft predictions.",
        most: ROUNDING,
      },
      equal(({ p, y }) => {
        const { value: iou } = softIou(p, y);
        return [softDice(p, y).value, 2 * iou / (1 + iou)];
      }),
    ),
    checkRow(
      {
        id: "5.2",
        text: "Tversky(1, 1) is IOU.",
        how: "Random soft predictions.",
        most: ROUNDING,
      },
      equal(({ p, y }) => [tversky(p, y, { alpha: 1, beta: 1 }).value, softIou(p, y).value]),
    ),
    checkRow(
      {
        id: "5.3",
        text: "Tversky(1/2, 1/2) is Dice.",
        how: "Random soft predictions.",
        most: ROUNDING,
      },
      equal(({ p, y }) => [tversky(p, y, { alpha: 0.5, beta: 0.5 }).value, softDice(p, y).value]),
    ),
    checkRow(
      {
        id: "5.4",
        text: "Lovász-softmax agrees with 1 - IOU on binary predictions.",
        how: "Random binary predictions.",
        most: ROUNDING,
      },
      repeated(CASES, () => {
        const { p, y } = draws.binary();
        return off(lovaszLoss(p, y).value, 1 - softIou(p, y).value);
      }),
    ),
    checkRow(
      {
        id: "5.5",
        text: "It is convex.",
        how:
          "Two random predictions of the same labels: how far the loss between them lies above their chord.",
        most: ROUNDING,
      },
      repeated(CASES, () => {
        const { p, y } = draws.soft();
        const other = p.map(() => draws.random.uniform());
        const t = draws.random.uniform();
        const between = p.map((value, i) => (1 - t) * value + t * other[i]!);
        const chord = (1 - t) * lovaszLoss(p, y).value + t * lovaszLoss(other, y).value;
        return Math.max(0, lovaszLoss(between, y).value - chord);
      }),
    ),
  ];
}

/** Statement 6: the author's later loss. */
export function statement6(subject: Subject, draws: Draws): StudyRow[] {
  const ceIou = (problem: Problem) =>
    lossOf(subject, problem, { name: "ce-iou", background: false });
  const mean = (values: readonly number[]) => values.length > 0 ? total(values) / values.length : 0;
  return [
    checkRow(
      {
        id: "6.1",
        text:
          "CE-IOU is (F + B) / (1 + B), F and B the mean cross-entropies over the class and its complement.",
        how: "Random soft predictions, against the formula.",
        most: ROUNDING,
        note:
          "It is not bounded, and where F > 1 it falls while a background prediction grows: see the table of losses.",
      },
      repeated(CASES, () => {
        const problem = draws.inner();
        const parts = [1, 0].map((label) =>
          mean(
            problem.p.flatMap((p, i) =>
              problem.y[i] === label ? [-Math.log(label === 1 ? p : 1 - p)] : []
            ),
          )
        );
        const [inside = NaN, outside = NaN] = parts;
        return off(ceIou(problem).value, (inside + outside) / (1 + outside));
      }),
    ),
    checkRow(
      {
        id: "6.2",
        text:
          "With the shares of the class that is missed and that is added in their place it is 1 - IOU.",
        how:
          "Random binary predictions: (missed + added) / (1 + added), both relative to the class, against 1 - IOU.",
        most: ROUNDING,
      },
      repeated(CASES, () => {
        const { p, y } = draws.binary();
        const inside = total(y);
        const missed = p.filter((value, i) => value === 0 && y[i] === 1).length / inside;
        const added = p.filter((value, i) => value === 1 && y[i] === 0).length / inside;
        return off((missed + added) / (1 + added), 1 - subject.softIou(p, y).value);
      }),
    ),
    checkRow(
      {
        id: "6.3",
        text: "Its gradient is that of the formula.",
        how: "Against central differences at random predictions, relative.",
        most: 1e-5,
      },
      repeated(CASES, () => {
        const { p, y } = draws.inner();
        const i = draws.random.integer(p.length);
        const slope = ceIou({ p, y }).gradient[i]!;
        return off(slope, difference((p) => ceIou({ p, y }).value, p, i));
      }),
    ),
  ];
}
