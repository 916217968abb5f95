import type { Likeness } from "../data/mod.ts";
import type { OrganName } from "../labels/mod.ts";
import type { BenchResult, Interval, ResultAdapter, ResultMachine } from "./bench_schema.ts";

/** What the evidence allows to say of a claim. `reproduced` and `not reproduced` need real CTs or a hardware adapter; `undecided`: the figure's interval holds the bound. */
export type Verdict =
  | "reproduced"
  | "not reproduced"
  | "undecided"
  | "holds on phantoms"
  | "fails on phantoms"
  | "holds on a software adapter"
  | "fails on a software adapter"
  | "undecided on a software adapter"
  | "not tested";

/** One of the paper's claims and what came of it. */
export interface Claim {
  /** The paper's own number for it, from 1. */
  readonly id: number;
  /** The claim in a sentence. */
  readonly text: string;
  /** The paper's figure, with its unit. */
  readonly paper: string;
  /** Ours, with its unit; absent if not tested. */
  readonly measured?: string;
  readonly verdict: Verdict;
  /** What the verdict rests on, or why there is none. */
  readonly why: string;
}

/** The cases of a run. */
export interface ResultDataset {
  readonly name: string;
  /**
   * Phantoms are generated; the others are CTs. `ct-org` says that cases 0 to 20 are there in CT-ORG's layout, not that the files are
   * CT-ORG's: this version has no published hashes of them.
   */
  readonly kind: "phantom" | "ct-org" | "folder";
  /** Case numbers. */
  readonly train?: readonly number[];
  readonly validation?: readonly number[];
  readonly test: readonly number[];
}

/** An unsupervised label against the truth. */
export interface LabelScore {
  /** The case's number. */
  readonly case: number;
  readonly organ: OrganName;
  /** Of the rules, e.g. `paper`. */
  readonly variant: string;
  /** 0 to 1; absent if the organ is in neither the label nor the truth. */
  readonly dice?: number;
}

/** Mean and spread of a metric over cases; a case counts once, by the mean over the arm's seeds. */
export interface MetricSummary {
  /** How many cases have a figure. */
  readonly n: number;
  /** Absent if none has. */
  readonly mean?: number;
  /** Sample standard deviation; absent below two cases. */
  readonly sd?: number;
  /** Bootstrap over cases; absent below two. */
  readonly ci95?: Interval;
}

/** Metrics of one organ in one arm. */
export interface ArmOrgan {
  /** On the grid that `scored_at_mm` of the arm names. */
  readonly dice: MetricSummary;
  readonly iou?: MetricSummary;
  /** Normalised surface Dice at 1 voxel. */
  readonly nsd?: MetricSummary;
  readonly hd95_mm?: MetricSummary;
  /** Predicted minus true. */
  readonly volume_error_ml?: MetricSummary;
  /** Dice at 3 mm, where the others are of another grid. */
  readonly dice_3mm?: MetricSummary;
  /** Cases whose truth has the organ and the prediction does not, over all seeds: their Dice is 0, their HD95 is not defined. */
  readonly missed?: number;
  /** Cases whose prediction has it and the truth does not: the same. */
  readonly invented?: number;
}

/** One way to train. */
export interface Arm {
  readonly name: string;
  readonly loss: string;
  readonly augmentation: boolean;
  /** The losses by steps, in words. */
  readonly recipe?: string;
  /** Where lungs and bone of the training cases came from. */
  readonly labels?: "true" | "unsupervised";
  readonly seeds: readonly number[];
  readonly steps: number;
  readonly cost: {
    readonly parameters: number;
    readonly peak_gpu_bytes?: number;
    /** Of all seeds' training together. */
    readonly seconds: number;
  };
  /** mm between the voxels of `organs`' metrics. */
  readonly scored_at_mm?: number;
  readonly organs: Readonly<Partial<Record<OrganName, ArmOrgan>>>;
}

/** Arms compared over the same cases. */
export interface ArmComparison {
  /**
   * `loss` and `augmentation` are the main effects of the 2 x 2 of claim 6 (IOU minus weighted cross-entropy, with minus without),
   * `interaction` is what augmentation adds under the IOU loss minus what it adds under the other; `pair` is the first arm minus the second.
   */
  readonly effect: "loss" | "augmentation" | "interaction" | "pair";
  /** Names of the arms. */
  readonly arms: readonly string[];
  /** An organ, or the mean over a case's organs. */
  readonly organ: OrganName | "mean";
  readonly metric: "dice" | "nsd" | "hd95_mm";
  /** Absent without cases. */
  readonly difference?: number;
  readonly ci95?: Interval;
  /** Cases. */
  readonly n: number;
  /** After the correction for multiplicity that `test` names. */
  readonly p_value: number;
  /** The test and the correction, in words. */
  readonly test: string;
}

/** An arm trained on phantoms, tried on CTs of another folder. */
export interface Transfer {
  /** What the folder is called. */
  readonly name: string;
  readonly arm: string;
  readonly seed: number;
  /** Case numbers. */
  readonly cases: readonly number[];
  /** At 3 mm. */
  readonly organs: Readonly<Partial<Record<OrganName, ArmOrgan>>>;
}

/** A file and its content's hash. */
export interface HashedFile {
  /** Path or name, as the run was given it. */
  readonly path: string;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/** A stage and how long it took. */
export interface StageTime {
  readonly name: string;
  /** Of the run that made its files: an earlier one if they are reused. */
  readonly seconds: number;
  /** True if its files were taken from an earlier run. */
  readonly reused?: boolean;
}

/** Everything needed to run it again and to see whether the same came out. */
export interface Manifest {
  /** What to type. */
  readonly command: string;
  /** The checkout; absent where git does not tell. */
  readonly git?: {
    readonly commit: string;
    /** Whether files differ from the commit; absent where that is not known. */
    readonly dirty?: boolean;
  };
  /** By name of the program or package. */
  readonly versions: Readonly<Record<string, string>>;
  readonly adapter: ResultAdapter;
  readonly machine: ResultMachine;
  /** The profile's settings by name. */
  readonly config: Readonly<Record<string, string | number | boolean>>;
  /** What to run again with: paths as `command` tells them. */
  readonly options?: {
    readonly data?: string;
    readonly arms?: readonly string[];
    readonly transfer?: string;
    readonly adapter?: string;
  };
  /** By what they drive. */
  readonly seeds: Readonly<Record<string, number>>;
  readonly inputs: readonly HashedFile[];
  readonly outputs: readonly HashedFile[];
  /** Stages, in order. */
  readonly stages: readonly StageTime[];
  /** Stages that did not, and why. */
  readonly not_run?: readonly { readonly name: string; readonly why: string }[];
  /** ISO 8601, UTC. */
  readonly started_at?: string;
  readonly energy_joules?: number;
}

/** What a reproduction writes as JSON. */
export interface ReproduceResult {
  readonly schema: "ct-organ-webgpu/result@1";
  readonly profile: string;
  readonly seed: number;
  readonly dataset: ResultDataset;
  /** Phantoms beside a real CT. */
  readonly likeness?: {
    readonly phantoms: Likeness;
    readonly real: Likeness & { readonly name: string };
  };
  readonly labels?: readonly LabelScore[];
  readonly arms?: readonly Arm[];
  readonly comparisons?: readonly ArmComparison[];
  /** An arm on CTs from elsewhere, where a folder was given. */
  readonly transfer?: Transfer;
  readonly claims: readonly Claim[];
  readonly bench?: BenchResult;
  readonly manifest: Manifest;
}
