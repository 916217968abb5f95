import type { ReferenceLoss, SortlessLoss } from "../../reference/mod.ts";
import { RandomStream } from "../../src/random/mod.ts";
import { voxelCount } from "../../src/volume/mod.ts";
import type { Acceptance, Case, OutputPart } from "./pair.ts";

/** What the loss kernels work on. */
export interface LossInput extends ReferenceLoss {
  readonly logits: Float32Array<ArrayBuffer>;
  readonly labels: Uint8Array<ArrayBuffer>;
  /** Voxels along x, y, z. */
  readonly dims: readonly [nx: number, ny: number, nz: number];
  /** No logit is farther from 0. */
  readonly reach: number;
}

/** How a case differs from a batch of one with random logits and labels. */
interface LossCase {
  readonly dims: readonly [nx: number, ny: number, nz: number];
  readonly classes: number;
  readonly images?: number;
  /** Logits are uniform over -reach to reach; 3 by default. */
  readonly reach?: number;
  /** The label of a voxel, from a random number below 1; by default any class, one in twenty ignored. */
  readonly label?: (draw: number, image: number) => number;
  /** Logits favour the label by 2 `reach`, all others are -`reach`. */
  readonly perfect?: boolean;
}

const IGNORED = 255;

const HEADLINES: Readonly<Record<string, LossCase>> = {
  "7 classes, 48 x 48 x 48": { dims: [48, 48, 48], classes: 7 },
  "7 classes, 120 x 120 x 160": { dims: [120, 120, 160], classes: 7 },
};

const BRIEF: LossCase = { dims: [20, 20, 20], classes: 7 };

const BORDERS: Readonly<Record<string, LossCase>> = {
  "one voxel, 2 classes": { dims: [1, 1, 1], classes: 2, label: () => 1 },
  "5 classes of which 2 are absent, 5 x 3 x 7, batch 2": {
    dims: [5, 3, 7],
    classes: 5,
    images: 2,
    label: (draw, image) => [image, 3, IGNORED][Math.floor(3 * draw)]!,
  },
  "all ignored, 6 x 5 x 4": { dims: [6, 5, 4], classes: 3, label: () => IGNORED },
  "one image of two ignored, 4 x 4 x 3": {
    dims: [4, 4, 3],
    classes: 4,
    images: 2,
    label: (draw, image) => image === 0 ? IGNORED : Math.floor(4 * draw),
  },
  "background alone, 3 x 3 x 3": { dims: [3, 3, 3], classes: 3, label: () => 0 },
  "perfect prediction, 9 x 8 x 7": { dims: [9, 8, 7], classes: 4, reach: 10, perfect: true },
  "logits of up to 80, 9 x 8 x 7": { dims: [9, 8, 7], classes: 7, reach: 80 },
  "perfect prediction by logits of 80, 5 x 5 x 5": {
    dims: [5, 5, 5],
    classes: 3,
    reach: 80,
    perfect: true,
  },
  "32 classes, 10 x 9 x 8": { dims: [10, 9, 8], classes: 32 },
  "rare class, 17 x 15 x 13": {
    dims: [17, 15, 13],
    classes: 2,
    label: (draw) => draw < 0.01 ? 1 : 0,
  },
};

function inputOf(
  { dims, classes, images = 1, reach = 3, label, perfect = false }: LossCase,
  loss: SortlessLoss,
  stream: number,
): LossInput {
  const random = new RandomStream({ seed: 51, stream });
  const voxels = voxelCount(dims);
  const padded = 4 * Math.ceil(voxels / 4);
  // What pads an image to whole words is a class, so that a kernel that counts it is found out.
  const labels = new Uint8Array(images * padded);
  const logits = new Float32Array(images * voxels * classes);
  const any = (draw: number) => draw < 0.05 ? IGNORED : Math.floor(classes * (draw - 0.05) / 0.95);
  let i = 0;
  for (let image = 0; image < images; image++) {
    for (let v = 0; v < voxels; v++) {
      const own = (label ?? any)(random.uniform(), image);
      labels[image * padded + v] = own;
      for (let c = 0; c < classes; c++) {
        logits[i++] = perfect ? (c === own ? reach : -reach) : random.uniform(-reach, reach);
      }
    }
  }
  return { logits, labels, images, voxels, classes, loss, dims, reach };
}

/**
 * Cases of a loss.
 *
 * @param loss The loss.
 * @param headlines How many of the headline cases it has, the smallest first.
 * @returns The cases.
 */
export function lossCases(loss: SortlessLoss, headlines = 1): Case<LossInput>[] {
  const make = ([name, one]: [string, LossCase], stream: number) => ({
    name,
    input: () => inputOf(one, loss, stream),
  });
  // One loss shows how long tfjs takes.
  const slow = {
    "tfjs-cpu": "it takes seconds a call, a tensor for each of some thirty operations",
  };
  return [
    ...Object.entries(HEADLINES).slice(0, headlines)
      .map((entry, i) => ({
        ...make(entry, i),
        headline: true,
        ...loss.name === "cross-entropy" && i === 0 ? {} : { without: slow },
      })),
    {
      ...make(["7 classes, 20 x 20 x 20", BRIEF], 5),
      brief: true,
      ...loss.name === "cross-entropy" ? {} : { without: slow },
    },
    ...Object.entries(BORDERS).map((entry, i) => ({ ...make(entry, 10 + i), edge: true })),
  ];
}

/** Rounding of a sum of probabilities, of a quotient of such sums, and so of a gradient relative to its largest coefficient. */
const RELATIVE = 6e-6;

/** How near value and gradient of a loss come. */
export const F32_LOSS: Acceptance = {
  class: "absolute",
  tolerance: RELATIVE,
  reason:
    "WGSL's exp is within 3 units of the last place, so a probability is within 24 of 2^-24, a quotient of up to three sums of them " +
    "within 4 times that; relative to the largest coefficient of a gradient, and for a loss of logarithms to the largest logit",
};

/**
 * Value and gradient, each with its tolerance.
 *
 * @param input A case's input.
 * @returns The two parts.
 */
export function lossParts(input: LossInput): OutputPart[] {
  const { logits, reach, loss } = input;
  const logarithms = loss.name.endsWith("-entropy") || loss.name === "ce-iou";
  const part = (tolerance: number) => ({ acceptance: { ...F32_LOSS, tolerance } });
  return [
    { name: "value", length: 1, ...part(RELATIVE * (logarithms ? Math.max(1, 2 * reach) : 1)) },
    { name: "gradient", length: logits.length, ...part(RELATIVE * largestCoefficient(input)) },
  ];
}

/** A bound of a loss's derivatives by probabilities, as far as labels alone tell. */
function largestCoefficient(
  { labels, images, voxels, classes, loss, reach }: LossInput,
): number {
  const padded = 4 * Math.ceil(voxels / 4);
  let most = 0;
  for (let b = 0; b < images; b++) {
    const counts = new Array<number>(classes).fill(0);
    for (const label of labels.subarray(b * padded, b * padded + voxels)) {
      if (label < classes) counts[label]!++;
    }
    const present = counts.filter((n) => n > 0);
    if (present.length === 0) continue;
    const lively = present.reduce((sum, n) => sum + n, 0);
    const taking = "background" in loss && !loss.background && counts[0]! > 0
      ? present.slice(1)
      : present;
    if (taking.length === 0) continue;
    const each = 1 / (taking.length * Math.min(...taking));
    most = Math.max(most, coefficient(loss, each, lively, reach));
  }
  return most / images;
}

function coefficient(loss: SortlessLoss, each: number, voxels: number, reach: number): number {
  switch (loss.name) {
    case "cross-entropy":
      return 1 / voxels;
    case "balanced-cross-entropy":
      return each;
    // (1 - F) / (1 + B)^2 over the complement, where F is a mean of logarithms.
    case "ce-iou":
      return each * Math.max(1, 2 * reach);
    // d/dI = (1 + J) / U with U >= Y; k p^(k - 1) I / U^2 at most k times that, and for k = 2 U is at least 3/4 Y.
    case "iou-power":
      return 2 * Math.max(1, loss.exponent) * each;
    case "iou-mean":
      return 2 * Math.max(1, ...loss.exponents) * each;
    default:
      return 2 * each;
  }
}
