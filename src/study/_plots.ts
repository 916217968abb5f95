import { parseLoss } from "../nn/mod.ts";
import { Draws, type Problem } from "./_draws.ts";
import { total } from "./_row.ts";
import { lossOf, type Subject } from "./_subject.ts";
import { rounded, steps } from "./_surfaces.ts";
import type { StudyAxis, StudyPlot, StudySeries } from "./schema.ts";

/** Dots of a plot. */
const DOTS = 150;

/** The streams of the plots' draws begin here. */
const FIRST_STREAM = 200;

/**
 * The figures beside the statements.
 *
 * @param subject The functions studied.
 * @param seed Of the dots' draws.
 * @returns The plots.
 */
export function studyPlots(subject: Subject, seed: number): StudyPlot[] {
  return [
    uniformPlot(subject),
    ratioPlot(subject, new Draws(seed, FIRST_STREAM)),
    dicePlot(subject, new Draws(seed, FIRST_STREAM + 1)),
    pullPlot(subject),
    backgroundPlot(subject, new Draws(seed, FIRST_STREAM + 2)),
  ];
}

const linear = (title: string, min = 0, max = 1): StudyAxis => ({ title, log: false, min, max });
const logarithmic = (title: string, min: number, max: number): StudyAxis => ({
  title,
  log: true,
  min,
  max,
});

function series(
  name: string,
  kind: StudySeries["kind"],
  points: readonly (readonly [number, number])[],
): StudySeries {
  return { name, kind, points: points.map(([x, y]) => [rounded(x), rounded(y)]) };
}

function uniformPlot({ softIou }: Subject): StudyPlot {
  const voxels = 1000;
  const shares = [0.5, 0.1, 0.01];
  const lines = shares.map((f) => {
    const closed = (q: number) => q * f / (f + q * (1 - f));
    return series(`f = ${f}`, "line", steps(101, 0, 1).map((q) => [q, closed(q)]));
  });
  const dots = shares.flatMap((f) => {
    const y = Array.from({ length: voxels }, (_, v) => Number(v < f * voxels));
    return steps(11, 0, 1).map((q) => [q, softIou(y.map(() => q), y).value] as const);
  });
  return {
    id: "uniform",
    title: "Uniform predictions: J = q f / (f + q (1 - f))",
    text:
      "Soft IOU of one prediction q for all of 1000 voxels, for three foreground shares f; lines: the closed form.",
    x: linear("prediction q"),
    y: linear("J"),
    series: [...lines, series("computed", "dots", dots)],
  };
}

function ratioPlot({ softIou }: Subject, draws: Draws): StudyPlot {
  const dots = Array.from({ length: DOTS }, () => {
    for (;;) {
      const { p, y } = draws.inner();
      const [inside, outside] = [y.indexOf(1), y.indexOf(0)];
      const { value, gradient } = softIou(p, y);
      if (outside < 0 || value < 0.01) continue;
      return [value, gradient[inside]! / -gradient[outside]!] as const;
    }
  });
  return {
    id: "ratio",
    title: "A foreground voxel weighs 1 / J background voxels",
    text: "Quotient of IOU's derivatives on foreground and background, random problems.",
    x: logarithmic("J", 0.01, 1),
    y: logarithmic("quotient of derivatives", 1, 100),
    series: [series("1 / J", "line", [[0.01, 100], [1, 1]]), series("computed", "dots", dots)],
  };
}

function dicePlot({ softIou, softDice }: Subject, draws: Draws): StudyPlot {
  const dots = Array.from({ length: DOTS }, () => {
    const { p, y } = draws.soft();
    return [softIou(p, y).value, softDice(p, y).value] as const;
  });
  return {
    id: "dice",
    title: "Dice = 2 J / (1 + J), also where predictions are soft",
    text: "Soft Dice over soft IOU, random problems.",
    x: linear("J"),
    y: linear("Dice"),
    series: [
      series("2 J / (1 + J)", "line", steps(101, 0, 1).map((j) => [j, 2 * j / (1 + j)])),
      series("computed", "dots", dots),
    ],
  };
}

/** Predictions of one quality, whatever the foreground's share. */
function pullPlot(subject: Subject): StudyPlot {
  const voxels = 4096;
  const [inside, added, uniform] = [0.7, 0.5, 0.5];
  const counts = steps(12, 0, 11).map((power) => 2 ** power);
  const pull = (text: string, problem: (y: readonly number[], f: number) => Problem) => {
    const loss = parseLoss(text);
    return counts.map((n) => {
      const y = Array.from({ length: voxels }, (_, v) => Number(v < n));
      const { gradient } = lossOf(subject, problem(y, n / voxels), loss);
      return [n / voxels, total(gradient.subarray(0, n).map(Math.abs))] as const;
    });
  };
  const equal = (y: readonly number[], f: number) => ({
    p: y.map((label) => label === 1 ? inside : added * f / (1 - f)),
    y,
  });
  const flat = (y: readonly number[]) => ({ p: y.map(() => uniform), y });
  return {
    id: "pull",
    title: "How strongly the foreground pulls, by its share",
    text:
      `Sum of |dL/dp| over the foreground of 4096 voxels. Equal quality: recall ${inside}, background predicted ` +
      `${added} times the foreground's volume in all. Uniform: p = ${uniform} everywhere.`,
    x: logarithmic("foreground share f", 2e-4, 1),
    y: logarithmic("sum of |dL/dp| on foreground", 1e-4, 10),
    series: [
      series("IOU, equal quality", "line", pull("iou-foreground", equal)),
      series("IOU, uniform", "line", pull("iou-foreground", flat)),
      series("cross-entropy, equal quality", "line", pull("cross-entropy", equal)),
      series("balanced, equal quality", "line", pull("balanced-cross-entropy", equal)),
    ],
  };
}

function backgroundPlot(subject: Subject, draws: Draws): StudyPlot {
  const { p, y } = draws.inner();
  const factors = steps(7, 0, 6).map((power) => 2 ** power);
  const change = (text: string) => {
    const loss = parseLoss(text);
    const value = (factor: number) => {
      const zeros = new Array<number>((factor - 1) * p.length).fill(0);
      return lossOf(subject, { p: [...p, ...zeros], y: [...y, ...zeros] }, loss).value;
    };
    return factors.map((factor) => [factor, value(factor) / value(1)] as const);
  };
  return {
    id: "background",
    title: "Adding background that is predicted right",
    text: "Loss of one random problem, relative to its own, as correct background makes it larger.",
    x: logarithmic("voxels, relative", 1, 64),
    y: logarithmic("loss, relative", 0.01, 2),
    series: [
      series("IOU", "line", change("iou-foreground")),
      series("CE-IOU", "line", change("ce-iou-foreground")),
      series("cross-entropy", "line", change("cross-entropy")),
      series("balanced", "line", change("balanced-cross-entropy")),
    ],
  };
}
