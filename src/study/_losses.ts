import { type LossSpec, parseLoss } from "../nn/mod.ts";

/** A loss of binary problems, and what the study may ask of it. */
export interface Studied {
  readonly text: string;
  readonly spec: LossSpec;
  /** Whether it takes logarithms, so that wrong binary predictions cost without bound. */
  readonly logarithms: boolean;
}

/** The losses that are compared, each taken of the foreground class where it is taken of classes. */
export const STUDIED: readonly Studied[] = [
  "iou-foreground",
  "iou-power-foreground:0.5",
  "iou-power-foreground:2",
  "iou-power-foreground:4",
  "iou-mean-foreground:-1,1,2",
  "dice-foreground",
  "tversky-foreground:0.3,0.7",
  "lovasz-foreground",
  "ce-iou-foreground",
  "cross-entropy",
  "balanced-cross-entropy",
].map((text) => {
  const spec = parseLoss(text);
  return { text, spec, logarithms: spec.name === "ce-iou" || spec.name.endsWith("entropy") };
});
