import type { MeanIou, Tversky } from "./spec.ts";

/** A value and what each prediction adds to it. */
export interface Scored {
  /** The value. */
  readonly value: number;
  /** Its derivative by each prediction. */
  readonly gradient: Float64Array<ArrayBuffer>;
}

/** What a voxel adds to numerator and denominator of a quotient, and the derivatives by its prediction. */
type Term = (
  p: number,
  y: number,
) => readonly [top: number, topSlope: number, bottom: number, bottomSlope: number];

/** sum(top) / sum(bottom). */
function quotient(p: ArrayLike<number>, y: ArrayLike<number>, term: Term): Scored {
  checkLengths(p, y);
  const slopes = new Float64Array(2 * p.length);
  let top = 0;
  let bottom = 0;
  for (let i = 0; i < p.length; i++) {
    const [t, topSlope, b, bottomSlope] = term(p[i]!, y[i]!);
    top += t;
    bottom += b;
    slopes[2 * i] = topSlope;
    slopes[2 * i + 1] = bottomSlope;
  }
  const value = top / bottom;
  const gradient = new Float64Array(p.length);
  if (bottom > 0) {
    for (let i = 0; i < p.length; i++) {
      gradient[i] = (slopes[2 * i]! - value * slopes[2 * i + 1]!) / bottom;
    }
  }
  return { value, gradient };
}

function checkLengths(p: ArrayLike<number>, y: ArrayLike<number>): void {
  if (p.length !== y.length) {
    throw new TypeError(
      `Cannot compare ${p.length} predictions with ${y.length} labels: they must be as many`,
    );
  }
}

/**
 * Soft IOU of one class: J = sum(p y) / sum(p + y - p y). On binary p and y it is |P and Y| / |P or Y|. With binary y its derivative is
 * 1 / U on foreground and -I / U^2 on background, for J = I / U. The naive IOU loss of Rister et al. 2018 is 1 - J.
 *
 * @param p Predictions from 0 to 1, one a voxel.
 * @param y Labels from 0 to 1, as many.
 * @returns J from 0 to 1, and its gradient by p; not a number, and zeros, where all of p and y are 0.
 * @throws {TypeError} If there are not as many labels as predictions.
 */
export function softIou(p: ArrayLike<number>, y: ArrayLike<number>): Scored {
  return quotient(p, y, (p, y) => [p * y, y, p + y - p * y, 1 - y]);
}

/**
 * The family's member with exponent k: sum(p y) / (sum(p^k) + sum(y^k) - sum(p y)). Each k > 0 agrees with IOU on binary p and y, and
 * k = 1 is {@linkcode softIou}. Family and argument: Rister et al. 2018; k = 2 is Tanimoto's similarity.
 *
 * @param p Predictions from 0 to 1, one a voxel.
 * @param y Labels from 0 to 1, as many.
 * @param exponent k, positive. Below 1 the derivative at p = 0 is infinite.
 * @returns The value, from 0 to 1 for k <= 2, and its gradient by p; not a number, and zeros, where all of p and y are 0.
 * @throws {TypeError} If there are not as many labels as predictions.
 */
export function powerIou(
  p: ArrayLike<number>,
  y: ArrayLike<number>,
  exponent: number,
): Scored {
  return quotient(p, y, (p, y) => [
    p * y,
    y,
    p ** exponent + y ** exponent - p * y,
    exponent * p ** (exponent - 1) - y,
  ]);
}

/**
 * The family's min / max form: sum(min(p, y)) / sum(max(p, y)), the weighted Jaccard index (Ruzicka). With binary y and p from 0 to 1 it
 * equals {@linkcode softIou}, derivatives included; with soft y it does not.
 *
 * @param p Predictions from 0 to 1, one a voxel.
 * @param y Labels from 0 to 1, as many.
 * @returns The value from 0 to 1, and its gradient by p (where p = y the derivative from within [0, 1]; from below if both are possible);
 * not a number, and zeros, where all of p and y are 0.
 * @throws {TypeError} If there are not as many labels as predictions.
 */
export function minMaxIou(p: ArrayLike<number>, y: ArrayLike<number>): Scored {
  return quotient(p, y, (p, y) => {
    const under = Number(isUnder(p, y));
    return [Math.min(p, y), under, Math.max(p, y), 1 - under];
  });
}

/**
 * The family's form by the L1 distance: sum(p y) / (sum(p y) + sum |p - y|) (JML2 of Wang, Ning and Blaschko, "Jaccard metric losses",
 * 2023). With binary y and p from 0 to 1 it equals {@linkcode softIou}, derivatives included; with soft y it does not, and differs from
 * {@linkcode minMaxIou} too. (The other form by that distance, (sum(p + y) - sum |p - y|) / (sum(p + y) + sum |p - y|), is min / max
 * itself.)
 *
 * @param p Predictions from 0 to 1, one a voxel.
 * @param y Labels from 0 to 1, as many.
 * @returns The value from 0 to 1, and its gradient by p, at p = y as in {@linkcode minMaxIou}; not a number, and zeros, where all of p and
 * y are 0.
 * @throws {TypeError} If there are not as many labels as predictions.
 */
export function l1Iou(p: ArrayLike<number>, y: ArrayLike<number>): Scored {
  return quotient(p, y, (p, y) => [
    p * y,
    y,
    p * y + Math.abs(p - y),
    y + (isUnder(p, y) ? -1 : 1),
  ]);
}

/** Whether p comes to y from below. */
function isUnder(p: number, y: number): boolean {
  return y > 0 && p <= y;
}

/**
 * The generalised mean M_r of the family's members with exponents k_1 to k_n: itself a member, since all agree on binary p. All have the
 * numerator I in common, so M_r(I / U_1, ...) = I / M_-r(U_1, ...), which is sound at I = 0 for every r.
 *
 * @param p Predictions from 0 to 1, one a voxel.
 * @param y Labels from 0 to 1, as many.
 * @param mean Exponents and the mean's power.
 * @returns The value, and its gradient by p; not a number, and zeros, where all of p and y are 0.
 * @throws {TypeError} If there are not as many labels as predictions.
 */
export function meanIou(
  p: ArrayLike<number>,
  y: ArrayLike<number>,
  { exponents, power }: MeanIou,
): Scored {
  checkLengths(p, y);
  let top = 0;
  const unions = exponents.map((k) => {
    let union = 0;
    for (let i = 0; i < p.length; i++) union += p[i]! ** k + y[i]! ** k - p[i]! * y[i]!;
    return union;
  });
  for (let i = 0; i < p.length; i++) top += p[i]! * y[i]!;
  const { mean, shares } = generalizedMean(unions, -power);
  const value = top / mean;
  const gradient = new Float64Array(p.length);
  if (mean > 0) {
    for (let i = 0; i < p.length; i++) {
      let slope = 0;
      exponents.forEach((k, m) => slope += shares[m]! * (k * p[i]! ** (k - 1) - y[i]!));
      gradient[i] = (y[i]! - value * slope) / mean;
    }
  }
  return { value, gradient };
}

/**
 * The generalised (power) mean: (sum(x^s) / n)^(1 / s), for s = 0 the geometric one.
 *
 * @param values Positive numbers.
 * @param power s.
 * @returns The mean, and its derivative by each value.
 */
export function generalizedMean(
  values: readonly number[],
  power: number,
): { mean: number; shares: number[] } {
  const n = values.length;
  // Powers of ratios to the largest neither overflow nor vanish together.
  const most = Math.max(...values);
  const mean = power === 0
    ? Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / n)
    : most * (values.reduce((sum, value) => sum + (value / most) ** power, 0) / n) ** (1 / power);
  return { mean, shares: values.map((value) => (value / mean) ** (power - 1) / n) };
}

/**
 * Soft Dice of one class: D = 2 sum(p y) / (sum(p) + sum(y)) = 2 J / (1 + J) for the J of {@linkcode softIou} (Dice 1945; as a loss
 * Milletari et al. 2016, there with squares).
 *
 * @param p Predictions from 0 to 1, one a voxel.
 * @param y Labels from 0 to 1, as many.
 * @returns D from 0 to 1, and its gradient by p; not a number, and zeros, where all of p and y are 0.
 * @throws {TypeError} If there are not as many labels as predictions.
 */
export function softDice(p: ArrayLike<number>, y: ArrayLike<number>): Scored {
  return quotient(p, y, (p, y) => [2 * p * y, 2 * y, p + y, 1]);
}

/**
 * Tversky's index of one class: I / (I + alpha sum(p (1 - y)) + beta sum((1 - p) y)), I = sum(p y) (Tversky 1977; as a loss Salehi et al.
 * 2017). Alpha = beta = 1 is {@linkcode softIou}, 1/2 each {@linkcode softDice}.
 *
 * @param p Predictions from 0 to 1, one a voxel.
 * @param y Labels from 0 to 1, as many.
 * @param weights Alpha and beta.
 * @returns The index from 0 to 1, and its gradient by p; not a number, and zeros, where all of p and y are 0.
 * @throws {TypeError} If there are not as many labels as predictions.
 */
export function tversky(
  p: ArrayLike<number>,
  y: ArrayLike<number>,
  { alpha, beta }: Tversky,
): Scored {
  return quotient(p, y, (p, y) => [
    p * y,
    y,
    p * y + alpha * p * (1 - y) + beta * (1 - p) * y,
    y + alpha * (1 - y) - beta * y,
  ]);
}
