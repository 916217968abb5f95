import { countClasses, type ImageLabels, isIgnored } from "./classes.ts";

/** What a loss of logarithms is given: log p and log (1 - p) of each voxel and class, class fastest. */
export interface LogProbabilities extends ImageLabels {
  readonly logP: Float64Array;
  readonly logRest: Float64Array;
}

/** A loss of logarithms, and its derivatives by log p and log (1 - p). */
export interface LogScored {
  readonly value: number;
  readonly byLogP: Float64Array<ArrayBuffer>;
  readonly byLogRest: Float64Array<ArrayBuffer>;
}

/**
 * Weights of plain cross-entropy, 1 / N for the N voxels that are not ignored: the mean of -log p over voxels, p that of the voxel's class.
 *
 * @param image The labels of one image.
 * @returns The weight of a voxel, by its class; zeros where all are ignored.
 * @throws {RangeError} If a label is neither a class nor ignored.
 */
export function crossEntropyWeights(image: ImageLabels): number[] {
  const counts = countClasses(image);
  const voxels = counts.reduce((sum, n) => sum + n, 0);
  return counts.map(() => voxels > 0 ? 1 / voxels : 0);
}

/**
 * Weights of the author's balanced cross-entropy: his map gives a voxel of class c the weight (N / n) / N_c, for N voxels that are not
 * ignored, n classes that are present and N_c voxels of class c, and zero everywhere where fewer than two classes are present
 * (`get_weight_map` of CTH_seg_common's data.py, with its default). Here as weights of a mean over the N voxels, 1 / (n N_c): every class
 * has an equal say. That the mean is over N is an assumption: the author's training code is not public.
 *
 * @param image The labels of one image.
 * @returns The weight of a voxel, by its class.
 * @throws {RangeError} If a label is neither a class nor ignored.
 */
export function balancedWeights(image: ImageLabels): number[] {
  const counts = countClasses(image);
  const present = counts.filter((n) => n > 0).length;
  return counts.map((n) => n > 0 && present > 1 ? 1 / (present * n) : 0);
}

/**
 * Weighted cross-entropy: sum(-w log p) over voxels that are not ignored, w and p those of the voxel's class.
 *
 * @param image Logarithms and labels.
 * @param weights Of a voxel, by its class.
 * @returns The loss and its derivatives.
 */
export function crossEntropy(
  { labels, classes, logP }: LogProbabilities,
  weights: readonly number[],
): LogScored {
  const byLogP = new Float64Array(logP.length);
  let value = 0;
  for (let v = 0; v < labels.length; v++) {
    const label = labels[v]!;
    const weight = isIgnored(label) ? 0 : weights[label]!;
    if (weight === 0) continue;
    const i = v * classes + label;
    value -= weight * logP[i]!;
    byLogP[i] = -weight;
  }
  return { value, byLogP, byLogRest: new Float64Array(logP.length) };
}

/**
 * The author's later loss of one class, "CE-IOU": (F + B) / (1 + B), F the mean of -log p over the class's voxels and B the mean of
 * -log(1 - p) over its complement. It is 1 - IOU = (f + b) / (1 + b) with cross-entropies in the place of the shares f of the class that
 * is missed and b that is added (there both relative to the class). Not bounded; 0 iff p is y. An empty complement gives B = 0.
 *
 * @param image Logarithms and labels.
 * @param target The class; it must be present.
 * @returns The loss and its derivatives.
 * @throws {RangeError} If a label is neither a class nor ignored.
 */
export function ceIouLoss(image: LogProbabilities, target: number): LogScored {
  const { labels, classes, logP, logRest } = image;
  const counts = countClasses(image);
  const inside = counts[target]!;
  const outside = counts.reduce((sum, n) => sum + n, 0) - inside;
  let missed = 0;
  let added = 0;
  for (let v = 0; v < labels.length; v++) {
    const i = v * classes + target;
    if (labels[v] === target) missed -= logP[i]! / inside;
    else if (!isIgnored(labels[v]!)) added -= logRest[i]! / outside;
  }
  const value = (missed + added) / (1 + added);
  const byMissed = 1 / (1 + added);
  const byAdded = (1 - value) / (1 + added);
  const byLogP = new Float64Array(logP.length);
  const byLogRest = new Float64Array(logP.length);
  for (let v = 0; v < labels.length; v++) {
    const i = v * classes + target;
    if (labels[v] === target) byLogP[i] = -byMissed / inside;
    else if (!isIgnored(labels[v]!)) byLogRest[i] = -byAdded / outside;
  }
  return { value, byLogP, byLogRest };
}
