/** Whether class 0 counts as a class: by default it does. */
interface OverClasses {
  /** False leaves class 0 out of the mean over classes. */
  readonly background: boolean;
}

/** A loss by name, with its parameters; {@linkcode parseLoss} reads one from text. */
export type LossSpec =
  /** Soft IOU, see `softIou`; the product form of the family. */
  | (OverClasses & { readonly name: "iou" })
  /** The family's min / max form, see `minMaxIou`. */
  | (OverClasses & { readonly name: "iou-min-max" })
  /** The family's form by the L1 distance, see `l1Iou`. */
  | (OverClasses & { readonly name: "iou-l1" })
  /** The family's member with exponent k, see `powerIou`. */
  | (OverClasses & { readonly name: "iou-power"; readonly exponent: number })
  /** The generalised mean of members with several exponents, see `meanIou`. */
  | (OverClasses & { readonly name: "iou-mean" } & MeanIou)
  /** Soft Dice, see `softDice`. */
  | (OverClasses & { readonly name: "dice" })
  /** Tversky's index, see `tversky`. */
  | (OverClasses & { readonly name: "tversky" } & Tversky)
  /** Lovász-softmax, see `lovaszLoss`. */
  | (OverClasses & { readonly name: "lovasz" })
  /** The author's later loss, see `ceIouLoss`. */
  | (OverClasses & { readonly name: "ce-iou" })
  /** Mean cross-entropy, see `crossEntropyWeights`. */
  | { readonly name: "cross-entropy" }
  /** Cross-entropy with the author's weight map, see `balancedWeights`. */
  | { readonly name: "balanced-cross-entropy" };

/** Parameters of Tversky's index. */
export interface Tversky {
  /** Weight of what is predicted and not there, not negative. */
  readonly alpha: number;
  /** Weight of what is there and not predicted, positive. */
  readonly beta: number;
}

/** Parameters of the generalised mean over the family. */
export interface MeanIou {
  /** Exponents k of the members, positive; at least one. */
  readonly exponents: readonly number[];
  /** Exponent of the mean: 1 arithmetic, 0 geometric, -1 harmonic. */
  readonly power: number;
}

/** The name of a loss. */
export type LossName = LossSpec["name"];

/** How many numbers follow a name, in words; an absent entry takes none. */
const PARAMETERS: Partial<Record<LossName, string>> = {
  "iou-power": "the exponent, e.g. iou-power:2",
  "iou-mean": "the mean's power, then the exponents, e.g. iou-mean:-1,1,2",
  tversky: "alpha and beta, e.g. tversky:0.3,0.7",
};

const OVER_CLASSES = [
  "iou",
  "iou-min-max",
  "iou-l1",
  "iou-power",
  "iou-mean",
  "dice",
  "tversky",
  "lovasz",
  "ce-iou",
] as const satisfies readonly LossName[];

const OVER_VOXELS = [
  "cross-entropy",
  "balanced-cross-entropy",
] as const satisfies readonly LossName[];

/** The names of all losses. */
export const LOSS_NAMES: readonly LossName[] = [...OVER_CLASSES, ...OVER_VOXELS];

const FOREGROUND = "-foreground";

/**
 * Reads a loss from text: its name, `-foreground` to leave class 0 out, and after a colon its numbers.
 *
 * @param text E.g. `iou`, `dice-foreground`, `tversky:0.3,0.7`.
 * @returns The loss.
 * @throws {SyntaxError} If there is no such loss, or the numbers are not as many as it takes.
 * @throws {RangeError} If a number is out of range.
 *
 * @example
 * ```ts
 * parseLoss("tversky-foreground:0.3,0.7"); // { name: "tversky", alpha: 0.3, beta: 0.7, background: false }
 * ```
 */
export function parseLoss(text: string): LossSpec {
  const [head = "", tail] = text.split(/:(.*)/s, 2);
  const background = !head.endsWith(FOREGROUND);
  const wanted = background ? head : head.slice(0, -FOREGROUND.length);
  const overVoxels = OVER_VOXELS.find((name) => name === head);
  const overClasses = OVER_CLASSES.find((name) => name === wanted);
  const name = overVoxels ?? overClasses;
  if (name === undefined) {
    throw new SyntaxError(
      `Cannot read loss "${text}": known are ${OVER_CLASSES.join(", ")} (each also with ` +
        `${FOREGROUND}), ${OVER_VOXELS.join(", ")}`,
    );
  }
  const numbers = tail === undefined ? [] : tail.split(",").map(toNumber);
  const spec = numbers.includes(NaN) ? undefined : withNumbers(name, background, numbers);
  if (spec === undefined) {
    const takes = PARAMETERS[name] ?? "no numbers";
    throw new SyntaxError(`Cannot read loss "${text}": ${name} takes ${takes}`);
  }
  checkLoss(spec);
  return spec;
}

/** `Number` takes an empty text for 0. */
function toNumber(text: string): number {
  return text.trim() === "" ? NaN : Number(text);
}

/** A loss with its numbers in order; undefined if they are not as many as it takes. */
function withNumbers(
  name: LossName,
  background: boolean,
  [first, ...rest]: readonly number[],
): LossSpec | undefined {
  const [second] = rest;
  switch (name) {
    case "iou-power":
      return first === undefined || rest.length > 0
        ? undefined
        : { name, exponent: first, background };
    case "iou-mean":
      return first === undefined || rest.length === 0
        ? undefined
        : { name, power: first, exponents: rest, background };
    case "tversky":
      return first === undefined || second === undefined || rest.length > 1
        ? undefined
        : { name, alpha: first, beta: second, background };
    case "cross-entropy":
    case "balanced-cross-entropy":
      return first === undefined ? { name } : undefined;
    default:
      return first === undefined ? { name, background } : undefined;
  }
}

/**
 * Writes a loss as {@linkcode parseLoss} reads it.
 *
 * @param spec The loss.
 * @returns Its text.
 */
export function formatLoss(spec: LossSpec): string {
  const foreground = "background" in spec && !spec.background ? FOREGROUND : "";
  const numbers = parametersOf(spec);
  return `${spec.name}${foreground}${numbers.length > 0 ? `:${numbers.join(",")}` : ""}`;
}

function parametersOf(spec: LossSpec): readonly number[] {
  switch (spec.name) {
    case "iou-power":
      return [spec.exponent];
    case "iou-mean":
      return [spec.power, ...spec.exponents];
    case "tversky":
      return [spec.alpha, spec.beta];
    default:
      return [];
  }
}

/**
 * Refuses parameters that make no loss.
 *
 * @param spec The loss.
 * @throws {RangeError} If a number is out of range; the message says which.
 */
export function checkLoss(spec: LossSpec): void {
  const fault = faultOf(spec);
  if (fault) throw new RangeError(`Cannot use loss ${formatLoss(spec)}: ${fault}`);
}

function faultOf(spec: LossSpec): string | undefined {
  switch (spec.name) {
    case "iou-power":
      return isPositive(spec.exponent)
        ? undefined
        : "the exponent must be positive and fit 32 bits";
    case "iou-mean":
      if (!Number.isFinite(Math.fround(spec.power))) {
        return "the mean's power must be finite and fit 32 bits";
      }
      if (spec.exponents.length === 0) return "it needs an exponent";
      return spec.exponents.every(isPositive)
        ? undefined
        : "the exponents must be positive and fit 32 bits";
    case "tversky":
      if (!(spec.alpha >= 0 && Math.fround(spec.alpha) < Infinity)) {
        return "alpha must not be negative and fit 32 bits";
      }
      // With beta = 0 a class that is not predicted at all gives 0 / 0.
      return isPositive(spec.beta) ? undefined : "beta must be positive and fit 32 bits";
  }
}

/** Positive also as a 32-bit float, which the GPU takes it as. */
function isPositive(value: number): boolean {
  return Math.fround(value) > 0 && Math.fround(value) < Infinity;
}
