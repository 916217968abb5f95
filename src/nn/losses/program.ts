import type { LossSpec } from "./spec.ts";

/** A loss that the GPU takes. */
export type GpuLoss = Exclude<LossSpec, { readonly name: "lovasz" }>;

/**
 * How the GPU takes a loss. `overlap`: from each class's voxels Y, I = sum(p y) and sum(p^k) for some k. `cross-entropy`: from Y and
 * sum(-log p). `ce-iou`: from those and the sum of -log(1 - p) over the complement.
 */
export type LossProgram =
  | { readonly kind: "overlap"; readonly powers: readonly number[] }
  | { readonly kind: "cross-entropy" }
  | { readonly kind: "ce-iou" };

/**
 * @param spec The loss. Its min / max and L1 forms equal the product form where labels are hard, as labels on the GPU are.
 * @returns How it is taken.
 */
export function programOf(spec: GpuLoss): LossProgram {
  switch (spec.name) {
    case "cross-entropy":
    case "balanced-cross-entropy":
      return { kind: "cross-entropy" };
    case "ce-iou":
      return { kind: "ce-iou" };
    case "iou-power":
      return { kind: "overlap", powers: [spec.exponent] };
    case "iou-mean":
      return { kind: "overlap", powers: spec.exponents };
    default:
      return { kind: "overlap", powers: [1] };
  }
}

/** Sums of a class that a loss is taken from: its voxels first. */
export function sumCount(program: LossProgram): number {
  switch (program.kind) {
    case "overlap":
      return 2 + program.powers.length;
    case "cross-entropy":
      return 2;
    case "ce-iou":
      return 3;
  }
}

/** Numbers of a class that its gradient is made from. */
export function coefficientCount(program: LossProgram): number {
  return sumCount(program) - 1;
}

/** The exponents of p whose sums are taken. */
export function powersOf(program: LossProgram): readonly number[] {
  return program.kind === "overlap" ? program.powers : [];
}
