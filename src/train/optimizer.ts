import type { Gpu, GpuArray } from "../gpu/mod.ts";
import { adam, rmsprop, sgd } from "../nn/mod.ts";

/** An optimizer by name, with its parameters; what is absent is as `adam`, `rmsprop` and `sgd` of src/nn have it. */
export type OptimizerSpec =
  | {
    readonly name: "adam";
    readonly beta1?: number;
    readonly beta2?: number;
    readonly epsilon?: number;
  }
  | {
    readonly name: "rmsprop";
    readonly decay?: number;
    /** None by default. */
    readonly momentum?: number;
    readonly epsilon?: number;
  }
  | {
    readonly name: "sgd";
    /** None by default. */
    readonly momentum?: number;
  };

/** An array that an optimizer keeps for each parameter. */
export interface OptimizerSlot {
  /** E.g. `adam.mean`. */
  readonly name: string;
  /** What all its elements are before the first step. */
  readonly initial: number;
}

/** What an optimizer's step takes. */
export interface OptimizerStep {
  /** The parameter, changed in place. */
  readonly weights: GpuArray;
  readonly gradient: GpuArray;
  /** In the order of {@linkcode Optimizer.slots}, changed in place. */
  readonly slots: readonly GpuArray[];
  /** Which step this is, from 1. */
  readonly step: number;
  /** Learning rate. */
  readonly rate: number;
  /** Added to the gradient, times the parameter. */
  readonly l2: number;
}

/** An optimizer. */
export interface Optimizer {
  readonly slots: readonly OptimizerSlot[];
  /** Records the change of one parameter. */
  apply(gpu: Gpu, step: OptimizerStep): void;
}

/**
 * The optimizer that a spec names.
 *
 * @param spec Name and parameters.
 * @returns The optimizer. RMSProp's mean of squares begins at one, as TensorFlow 1 has it.
 */
export function optimizerOf(spec: OptimizerSpec): Optimizer {
  switch (spec.name) {
    case "adam":
      return {
        slots: [{ name: "adam.mean", initial: 0 }, { name: "adam.square", initial: 0 }],
        apply: (gpu, { slots: [mean, square], ...step }) =>
          adam(gpu, { ...spec, ...step, mean: mean!, square: square! }),
      };
    case "rmsprop": {
      const { momentum: share, ...rest } = spec;
      return {
        slots: [
          { name: "rmsprop.square", initial: 1 },
          ...share ? [{ name: "rmsprop.step", initial: 0 }] : [],
        ],
        apply: (gpu, { slots: [square, last], step: _, ...step }) =>
          rmsprop(gpu, {
            ...rest,
            ...step,
            square: square!,
            ...share && { momentum: { step: last!, share } },
          }),
      };
    }
    case "sgd": {
      const { momentum: share } = spec;
      return {
        slots: share ? [{ name: "sgd.velocity", initial: 0 }] : [],
        apply: (gpu, { slots: [velocity], step: _, ...step }) =>
          sgd(gpu, { ...step, ...share && { momentum: { velocity: velocity!, share } } }),
      };
    }
  }
}
