import type { LossSpec } from "../src/nn/mod.ts";

/** Logits of a batch, its labels and a loss. */
export interface ReferenceLoss {
  /** [image, voxel, class]. */
  readonly logits: ArrayLike<number>;
  /** [image, voxel], each image padded to a multiple of 4; what is no class is ignored. */
  readonly labels: ArrayLike<number>;
  readonly images: number;
  /** Of an image. */
  readonly voxels: number;
  readonly classes: number;
  readonly loss: SortlessLoss;
}

/** Any loss but Lovász-softmax. */
export type SortlessLoss = Exclude<LossSpec, { readonly name: "lovasz" }>;

/** A loss and its gradient by logits. */
export interface ReferenceGradient {
  readonly value: number;
  /** As the logits. */
  readonly gradient: Float64Array<ArrayBuffer>;
}

/** Probabilities of an image, and its one-hot labels. */
interface Image {
  /** [voxel, class]. */
  readonly p: Float64Array;
  /** 1 - p, as the sum of the others: a difference would lose it where p is nearly 1. */
  readonly rest: Float64Array;
  /** 1 for the label, else 0; all 0 where the voxel is ignored. */
  readonly y: Float64Array;
  /** 1, or 0 where the voxel is ignored. */
  readonly live: Float64Array;
  readonly voxels: number;
  readonly classes: number;
}

/**
 * A segmentation loss by its definition, in f64: softmax, one-hot labels, the loss's derivative by every probability, then the whole
 * Jacobian of softmax. Takes voxels x classes^2 steps. The mean over images.
 *
 * @param input Logits, labels and the loss.
 * @returns The loss and its gradient.
 */
export function lossReference(input: ReferenceLoss): ReferenceGradient {
  const { images, voxels, classes } = input;
  const gradient = new Float64Array(images * voxels * classes);
  let value = 0;
  for (let b = 0; b < images; b++) {
    const image = readImage(input, b);
    const { loss, slopes } = imageLoss(image, input.loss);
    value += loss / images;
    for (let v = 0; v < voxels; v++) {
      for (let j = 0; j < classes; j++) {
        let sum = 0;
        for (let c = 0; c < classes; c++) {
          const i = v * classes + c;
          // d p_c / d z_j
          const jacobian = c === j
            ? image.p[i]! * image.rest[i]!
            : -image.p[i]! * image.p[v * classes + j]!;
          if (slopes[i] !== 0) sum += slopes[i]! * jacobian;
        }
        gradient[(b * voxels + v) * classes + j] = sum / images;
      }
    }
  }
  return { value, gradient };
}

function readImage({ logits, labels, voxels, classes }: ReferenceLoss, b: number): Image {
  const p = new Float64Array(voxels * classes);
  const rest = new Float64Array(voxels * classes);
  const y = new Float64Array(voxels * classes);
  const live = new Float64Array(voxels);
  const padded = 4 * Math.ceil(voxels / 4);
  for (let v = 0; v < voxels; v++) {
    const start = (b * voxels + v) * classes;
    let most = -Infinity;
    for (let c = 0; c < classes; c++) most = Math.max(most, logits[start + c]!);
    const powers = Array.from({ length: classes }, (_, c) => Math.exp(logits[start + c]! - most));
    const total = powers.reduce((a, b) => a + b, 0);
    for (let c = 0; c < classes; c++) {
      const others = powers.reduce((sum, power, j) => j === c ? sum : sum + power, 0);
      p[v * classes + c] = powers[c]! / total;
      rest[v * classes + c] = others / total;
    }
    const label = labels[b * padded + v]!;
    if (label >= classes) continue;
    live[v] = 1;
    y[v * classes + label] = 1;
  }
  return { p, rest, y, live, voxels, classes };
}

/** The loss of one image and its derivative by each probability. */
function imageLoss(image: Image, spec: SortlessLoss): { loss: number; slopes: Float64Array } {
  const { y, live, voxels, classes } = image;
  const slopes = new Float64Array(voxels * classes);
  const counts = new Array<number>(classes).fill(0);
  y.forEach((value, i) => counts[i % classes]! += value);
  const lively = live.reduce((sum, one) => sum + one, 0);
  let loss = 0;

  if (spec.name === "cross-entropy" || spec.name === "balanced-cross-entropy") {
    const present = counts.filter((n) => n > 0).length;
    image.p.forEach((p, i) => {
      if (y[i] === 0) return;
      const weight = spec.name === "cross-entropy"
        ? 1 / lively
        : present > 1
        ? 1 / present / counts[i % classes]!
        : 0;
      loss -= weight * Math.log(p);
      slopes[i] = -weight / p;
    });
    return { loss, slopes };
  }

  const taking = counts.flatMap((n, c) => n > 0 && (spec.background || c > 0) ? [c] : []);
  for (const c of taking) {
    const own = classLoss(image, c, spec);
    loss += own.loss / taking.length;
    for (let v = 0; v < voxels; v++) slopes[v * classes + c] = own.slope(v) / taking.length;
  }
  return { loss, slopes };
}

interface ClassLoss {
  readonly loss: number;
  /** 1 - loss, kept apart as it may be too small for the difference. */
  readonly score: number;
  /** Derivative by the voxel's probability of the class. */
  readonly slope: (voxel: number) => number;
}

type ClassSpec = Extract<SortlessLoss, { readonly background: boolean }>;

function classLoss(image: Image, c: number, spec: ClassSpec): ClassLoss {
  const { voxels, classes, live } = image;
  const p = (v: number) => image.p[v * classes + c]!;
  const y = (v: number) => image.y[v * classes + c]!;
  const total = (term: (v: number) => number) => {
    let sum = 0;
    for (let v = 0; v < voxels; v++) if (live[v] === 1) sum += term(v);
    return sum;
  };
  /** 1 - top / bottom, from terms of a voxel and their derivatives by p. */
  const oneMinus = (
    top: (v: number) => number,
    topSlope: (v: number) => number,
    bottom: (v: number) => number,
    bottomSlope: (v: number) => number,
  ): ClassLoss => {
    const [t, b] = [total(top), total(bottom)];
    const slope = (v: number) => -(topSlope(v) * b - t * bottomSlope(v)) / (b * b);
    return { loss: 1 - t / b, score: t / b, slope: (v) => live[v] === 1 ? slope(v) : 0 };
  };
  const power = (k: number) =>
    oneMinus(
      (v) => p(v) * y(v),
      y,
      (v) => p(v) ** k + y(v) - p(v) * y(v),
      (v) => k * p(v) ** (k - 1) - y(v),
    );

  switch (spec.name) {
    case "iou":
    case "iou-min-max":
    case "iou-l1":
      return power(1);
    case "iou-power":
      return power(spec.exponent);
    case "iou-mean": {
      // The definition itself: the mean of the members' similarities, and its chain rule.
      const members = spec.exponents.map(power);
      const n = members.length;
      const scores = members.map(({ score }) => score);
      const mean = spec.power === 0
        ? scores.reduce((product, score) => product * score, 1) ** (1 / n)
        : (scores.reduce((sum, score) => sum + score ** spec.power, 0) / n) ** (1 / spec.power);
      const shares = scores.map((score) => (score / mean) ** (spec.power - 1) / n);
      return {
        loss: 1 - mean,
        score: mean,
        slope: (v) => members.reduce((sum, member, i) => sum + shares[i]! * member.slope(v), 0),
      };
    }
    case "dice":
      return oneMinus((v) => 2 * p(v) * y(v), (v) => 2 * y(v), (v) => p(v) + y(v), () => 1);
    case "tversky": {
      const { alpha, beta } = spec;
      return oneMinus(
        (v) => p(v) * y(v),
        y,
        (v) => p(v) * y(v) + alpha * p(v) * (1 - y(v)) + beta * (1 - p(v)) * y(v),
        (v) => y(v) + alpha * (1 - y(v)) - beta * y(v),
      );
    }
    case "ce-iou": {
      const inside = total(y);
      const outside = total((v) => 1 - y(v));
      const rest = (v: number) => image.rest[v * classes + c]!;
      const missed = total((v) => y(v) === 1 ? -Math.log(p(v)) : 0) / inside;
      const added = outside === 0 ? 0 : total((v) => y(v) === 1 ? 0 : -Math.log(rest(v))) / outside;
      const bottom = 1 + added;
      return {
        loss: (missed + added) / bottom,
        score: (1 - missed) / bottom,
        slope: (v) => {
          if (live[v] === 0) return 0;
          if (y(v) === 1) return -1 / p(v) / inside / bottom;
          return (bottom - missed - added) / bottom ** 2 / rest(v) / outside;
        },
      };
    }
  }
}
