import type { ResultAdapter, ResultMachine } from "./bench_schema.ts";

/** What comes of a comparison: `undecided` where PyTorch's own runs part before the end and nothing differs until then. */
export type TwinVerdict = "agrees" | "differs" | "undecided";

/** How a distance from PyTorch in f64 is judged. */
export interface TwinRule {
  /** How many times as far as PyTorch's farthest run in f32. */
  readonly factor: number;
  /** And this much more. */
  readonly floor: number;
  /** The largest share by which a nudged run's weights are off. */
  readonly nudge: number;
  /** Batches whose median counts for a gradient. */
  readonly batches: number;
  /** Distance of PyTorch's own runs at which a curve stops to decide anything. */
  readonly decisive: number;
}

/** The gradients of one step. */
export interface TwinGradientRow {
  readonly loss: string;
  /** The parameter whose gradient takes the largest share of its tolerance. */
  readonly parameter: string;
  /** Its distance from PyTorch's in f64, relative to that. */
  readonly deviation: number;
  /** That of PyTorch's farthest in f32. */
  readonly yardstick: number;
  /** Share of the tolerance. */
  readonly share: number;
  readonly verdict: TwinVerdict;
}

/** A loss curve. */
export interface TwinCurveRow {
  readonly loss: string;
  readonly optimizer: string;
  /** Loss before each step. */
  readonly curves: {
    readonly ours: readonly number[];
    readonly float64: readonly number[];
    /** One an order of sums. */
    readonly float32: readonly (readonly number[])[];
    /** In f64, from weights off by a rounding error. */
    readonly nudged: readonly (readonly number[])[];
  };
  /** Our largest distance from f64 over the steps that are judged. */
  readonly deviation: number;
  /** That of PyTorch's farthest run. */
  readonly yardstick: number;
  /** The largest share of the tolerance, and at which step, from 1. */
  readonly share: number;
  readonly worst_step: number;
  /** Steps that are judged. */
  readonly judged: number;
  readonly verdict: TwinVerdict;
}

/** PyTorch in f64 with one setting changed, in the place of ours: what the comparison of curves would notice. */
export interface TwinControlRow {
  readonly loss: string;
  readonly optimizer: string;
  /** What was changed, in words. */
  readonly change: string;
  readonly deviation: number;
  readonly share: number;
  readonly noticed: boolean;
}

/** Segmentations of cases that none has trained on. */
export interface TwinDice {
  readonly loss: string;
  readonly optimizer: string;
  readonly steps: number;
  readonly cases: number;
  /** Who trained: ours, PyTorch in f64, and in f32 by several orders of sums. */
  readonly trainers: readonly string[];
  /** Mean over cases of each organ that one of them has, by trainer. */
  readonly organs: Readonly<Record<string, readonly number[]>>;
  /** Mean over organs, by trainer. */
  readonly mean: readonly number[];
  /** Largest difference of means between ours and one of PyTorch's. */
  readonly difference: number;
  /** The same among PyTorch's. */
  readonly spread: number;
  /** What the difference may be. */
  readonly limit: number;
  /** Share of voxels that our inference and PyTorch's label alike by our weights. */
  readonly alike: number;
  readonly verdict: TwinVerdict;
}

/** What a comparison with PyTorch writes as JSON. */
export interface TwinResult {
  readonly schema: "ct-organ-webgpu/twin@1";
  readonly adapter: ResultAdapter;
  readonly machine: ResultMachine;
  /** By name of the program or package. */
  readonly versions: Readonly<Record<string, string>>;
  /** What to type to run it again. */
  readonly command: string;
  /** What was trained, and on what, in words by name. */
  readonly setting: Readonly<Record<string, string>>;
  readonly rule: TwinRule;
  readonly gradients: readonly TwinGradientRow[];
  readonly curves: readonly TwinCurveRow[];
  readonly controls: readonly TwinControlRow[];
  /** Absent in a quick comparison. */
  readonly dice?: TwinDice;
  readonly seconds: number;
}
