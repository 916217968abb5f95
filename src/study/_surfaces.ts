import { STUDIED } from "./_losses.ts";
import { lossOf, type Subject } from "./_subject.ts";
import type { StudySurface, StudySurfaces } from "./schema.ts";

const VOXELS = 256;
/** Steps from one voxel to the whole but one, even in log f / (1 - f). */
const SHARES = 33;
const PREDICTIONS = 33;
/** Predictions keep so far off 0 and 1, where logarithms are infinite. */
const MARGIN = 0.02;
/** More digits than a figure shows. */
const DIGITS = 6;

/**
 * Losses where all voxels have one prediction, over the foreground's share and that prediction.
 *
 * @param subject The functions studied.
 * @returns Values and gradients.
 */
export function studySurfaces(subject: Subject): StudySurfaces {
  const counts = [
    ...new Set(
      steps(SHARES, logit(1 / VOXELS), logit(1 - 1 / VOXELS)).map((at) =>
        Math.round(VOXELS / (1 + Math.exp(-at)))
      ),
    ),
  ];
  const predictions = steps(PREDICTIONS, MARGIN, 1 - MARGIN);
  return {
    voxels: VOXELS,
    shares: counts.map((n) => n / VOXELS),
    predictions: predictions.map(rounded),
    losses: STUDIED.map(({ text, spec }) => surfaceOf(subject, text, spec, counts, predictions)),
  };
}

function surfaceOf(
  subject: Subject,
  loss: string,
  spec: (typeof STUDIED)[number]["spec"],
  counts: readonly number[],
  predictions: readonly number[],
): StudySurface {
  const cells = counts.map((n) =>
    predictions.map((q) => {
      const y = Array.from({ length: VOXELS }, (_, v) => Number(v < n));
      const { value, gradient } = lossOf(subject, { p: y.map(() => q), y }, spec);
      const sum = (from: number, to: number) =>
        gradient.subarray(from, to).reduce((sum, slope) => sum + slope, 0);
      return { value, foreground: -sum(0, n), background: sum(n, VOXELS) };
    })
  );
  const grid = (key: "value" | "foreground" | "background") =>
    cells.map((row) => row.map((cell) => rounded(cell[key])));
  return {
    loss,
    value: grid("value"),
    foreground: grid("foreground"),
    background: grid("background"),
  };
}

function logit(share: number): number {
  return Math.log(share / (1 - share));
}

/** So many numbers, evenly from one to another. */
export function steps(count: number, from: number, to: number): number[] {
  return Array.from({ length: count }, (_, i) => from + (to - from) * i / (count - 1));
}

/** A number as a result file keeps it. */
export function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
