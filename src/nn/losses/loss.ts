import { checkValues, countClasses, type ImageLabels, isIgnored } from "./classes.ts";
import {
  balancedWeights,
  ceIouLoss,
  crossEntropy,
  crossEntropyWeights,
  type LogProbabilities,
  type LogScored,
} from "./cross_entropy.ts";
import { lovaszLoss } from "./lovasz.ts";
import {
  l1Iou,
  meanIou,
  minMaxIou,
  powerIou,
  type Scored,
  softDice,
  softIou,
  tversky,
} from "./overlap.ts";
import { softmaxOf, throughLogSoftmax, throughSoftmax } from "./softmax.ts";
import { checkLoss, type LossSpec } from "./spec.ts";

/** Probabilities of one image and its labels. */
export interface ImageProbabilities extends ImageLabels {
  /** One a voxel and class, class fastest. */
  readonly probabilities: ArrayLike<number>;
}

/** Logits of one image and its labels. */
export interface ImageLogits extends ImageLabels {
  /** One a voxel and class, class fastest. */
  readonly logits: ArrayLike<number>;
}

/**
 * A loss of one image and its gradient by probabilities, in f64. Losses over classes are the mean of each class's over classes that are
 * present, i.e. have a voxel: one that has none would be 0 / 0 or without a gradient. Voxels that are ignored take no part. Without a
 * class or voxel to take part the loss is 0. The loss of a batch is the mean over its images.
 *
 * @param image Probabilities and labels.
 * @param spec The loss.
 * @returns The value, and its derivative by each probability as if it stood alone (zeros where a voxel is ignored).
 * @throws {TypeError} If there are not as many probabilities as voxels and classes need.
 * @throws {RangeError} If a label is neither a class nor ignored, or the loss has parameters that make none.
 *
 * @example
 * ```ts
 * const { value } = lossOfProbabilities(
 *   { probabilities: [0.2, 0.8, 0.9, 0.1], labels: [1, 0], classes: 2 },
 *   { name: "iou", background: false },
 * ); // 1 - 0.8 / (1 + 0.1)
 * ```
 */
export function lossOfProbabilities(image: ImageProbabilities, spec: LossSpec): Scored {
  const { probabilities, ...labels } = image;
  check("probabilities", probabilities, labels, spec);
  const score = classScore(spec);
  if (score) return overClasses(labels, probabilities, spec, score);
  const logP = Float64Array.from(probabilities, Math.log);
  const logRest = Float64Array.from(probabilities, (p) => Math.log1p(-p));
  const { value, byLogP, byLogRest } = ofLogarithms({ ...labels, logP, logRest }, spec);
  const gradient = byLogP.map((slope, i) =>
    over(slope, probabilities[i]!) - over(byLogRest[i]!, 1 - probabilities[i]!)
  );
  return { value, gradient };
}

/**
 * A loss of one image and its gradient by logits, through softmax, in f64; see {@linkcode lossOfProbabilities}. Cross-entropies are taken
 * from logits, so none is infinite.
 *
 * @param image Logits and labels.
 * @param spec The loss.
 * @returns The value, and its derivative by each logit (zeros where a voxel is ignored).
 * @throws {TypeError} If there are not as many logits as voxels and classes need.
 * @throws {RangeError} If a label is neither a class nor ignored, or the loss has parameters that make none.
 */
export function lossOfLogits(image: ImageLogits, spec: LossSpec): Scored {
  const { logits, ...labels } = image;
  check("logits", logits, labels, spec);
  const { classes } = labels;
  const softmax = softmaxOf(logits, classes);
  const score = classScore(spec);
  if (score) {
    const { value, gradient } = overClasses(labels, softmax.p, spec, score);
    return { value, gradient: throughSoftmax(softmax.p, gradient, classes) };
  }
  const scored = ofLogarithms({ ...labels, ...softmax }, spec);
  return { value: scored.value, gradient: throughLogSoftmax(softmax, scored, classes) };
}

function check(
  what: string,
  values: ArrayLike<number>,
  labels: ImageLabels,
  spec: LossSpec,
): void {
  checkLoss(spec);
  countClasses(labels);
  checkValues(what, values, labels);
}

/** 0 / 0 is 0 here: a term that takes no part has no derivative either. */
function over(slope: number, by: number): number {
  return slope === 0 ? 0 : slope / by;
}

type ClassScore = (p: Float64Array, y: Float64Array) => Scored;

/** The loss of one class by its predictions; undefined for losses of logarithms. */
function classScore(spec: LossSpec): ClassScore | undefined {
  const lossOf = (similarity: ClassScore): ClassScore => (p, y) => {
    const { value, gradient } = similarity(p, y);
    return { value: 1 - value, gradient: gradient.map((slope) => -slope) };
  };
  switch (spec.name) {
    case "iou":
      return lossOf(softIou);
    case "iou-min-max":
      return lossOf(minMaxIou);
    case "iou-l1":
      return lossOf(l1Iou);
    case "iou-power":
      return lossOf((p, y) => powerIou(p, y, spec.exponent));
    case "iou-mean":
      return lossOf((p, y) => meanIou(p, y, spec));
    case "dice":
      return lossOf(softDice);
    case "tversky":
      return lossOf((p, y) => tversky(p, y, spec));
    case "lovasz":
      return lovaszLoss;
  }
}

/** Classes that take part. */
function presentClasses(image: ImageLabels, spec: LossSpec): number[] {
  const first = "background" in spec && !spec.background ? 1 : 0;
  return countClasses(image).flatMap((n, c) => n > 0 && c >= first ? [c] : []);
}

function overClasses(
  image: ImageLabels,
  probabilities: ArrayLike<number>,
  spec: LossSpec,
  score: ClassScore,
): Scored {
  const { labels, classes } = image;
  const voxels = Array.from({ length: labels.length }, (_, v) => v)
    .filter((v) => !isIgnored(labels[v]!));
  const present = presentClasses(image, spec);
  const gradient = new Float64Array(probabilities.length);
  let value = 0;
  for (const c of present) {
    const p = Float64Array.from(voxels, (v) => probabilities[v * classes + c]!);
    const y = Float64Array.from(voxels, (v) => Number(labels[v] === c));
    const scored = score(p, y);
    value += scored.value / present.length;
    voxels.forEach((v, i) => gradient[v * classes + c] = scored.gradient[i]! / present.length);
  }
  return { value, gradient };
}

function ofLogarithms(image: LogProbabilities, spec: LossSpec): LogScored {
  if (spec.name !== "ce-iou") {
    const balanced = spec.name === "balanced-cross-entropy";
    return crossEntropy(image, balanced ? balancedWeights(image) : crossEntropyWeights(image));
  }
  const present = presentClasses(image, spec);
  const byLogP = new Float64Array(image.logP.length);
  const byLogRest = new Float64Array(image.logP.length);
  let value = 0;
  for (const c of present) {
    const scored = ceIouLoss(image, c);
    value += scored.value / present.length;
    // Each class touches its own entries alone.
    for (let i = c; i < byLogP.length; i += image.classes) {
      byLogP[i] = scored.byLogP[i]! / present.length;
      byLogRest[i] = scored.byLogRest[i]! / present.length;
    }
  }
  return { value, byLogP, byLogRest };
}
