import type { Likeness } from "../data/mod.ts";
import type { OrganName } from "../labels/mod.ts";

/** Everything that can compute a kernel's result; `webgpu` is the subject, the others are what it is compared with. */
export type BenchImplementation =
  | "webgpu"
  | "webgpu-fast"
  | "typescript"
  | "tfjs-cpu"
  | "itk-wasm"
  | "niimath"
  | "scipy"
  | "itk-1t"
  | "itk-2t"
  | "torch-cpu"
  | "torch-cuda"
  | "cupy"
  | "monai-cuda"
  | "dali";

/** Lower and upper end of a bootstrap 95 % interval, in the unit of the figure it belongs to. */
export type Interval = readonly [low: number, high: number];

/** The adapter that ran. */
export interface ResultAdapter {
  /** The driver's own name of the device. */
  readonly description: string;
  readonly vendor: string;
  /** True if the "GPU" is a program on the CPU: its times say nothing of real hardware. */
  readonly software: boolean;
  readonly driver?: string;
}

/** The machine that ran. */
export interface ResultMachine {
  /** The processor's model. */
  readonly cpu?: string;
  /** Logical cores. */
  readonly cores: number;
  /** Main memory. */
  readonly memory_bytes?: number;
  /** Operating system, release and architecture. */
  readonly os: string;
}

/** How an implementation's output compares with the GPU's. */
export interface BenchAgreement {
  /** The acceptance class: all elements equal, none further off than a bound, or few that differ at all. */
  readonly class: "exact" | "absolute" | "mismatch-count";
  /** Largest absolute difference, in the unit of the kernel's output. */
  readonly max_abs: number;
  /** Elements that differ by more than the class allows any of them to. */
  readonly mismatches?: number;
  /** True if the output is accepted. */
  readonly ok: boolean;
  /**
   * Standard deviation of the noise that the implementation draws by a generator of its own, in the unit of the kernel's output: its values
   * are only compared as far as that noise reaches.
   */
  readonly own_noise?: number;
  /** One line that says why it is not. */
  readonly error?: string;
  /** Unit of `max_abs`; absent where the output has none. */
  readonly unit?: string;
  /**
   * The output's parts, where they are judged by themselves, e.g. an image and its labels; `class`, `max_abs` and `unit` are then those of
   * the first, `mismatches` those of all.
   */
  readonly parts?: readonly BenchPartAgreement[];
}

/** How one part of an output compares. */
export interface BenchPartAgreement {
  readonly name: string;
  readonly class: BenchAgreement["class"];
  readonly max_abs: number;
  readonly mismatches: number;
  readonly ok: boolean;
  readonly error?: string;
  readonly unit?: string;
}

/** How near an output must be to the references', and why. */
export interface BenchAcceptance {
  /** `suite/name`. */
  readonly kernel: string;
  /** Whose output: the exact way or the fast one. */
  readonly implementation: "webgpu" | "webgpu-fast";
  /** Which part of it, where parts are judged by themselves. */
  readonly part?: string;
  readonly class: BenchAgreement["class"];
  /** In the output's unit, or elements in a million; 0 if absent. */
  readonly tolerance?: number;
  /** Elements in a million that may be further off; 0 if absent. */
  readonly exceptions_per_million?: number;
  readonly unit?: string;
  /** One sentence. */
  readonly reason: string;
}

/** The least work of a kernel against the adapter's own measured ceilings. */
export interface BenchRoofline {
  /** What the shares are of: the kernels' own time, or, where the adapter has no clock, the wall time of the whole call. */
  readonly time: "kernel" | "wall";
  /** Bytes that must be read and written. */
  readonly bytes: number;
  /** Operations on floats, a multiply-add counting two. */
  readonly flops: number;
  /** Operations on integers; absent if there are none. */
  readonly integer_ops?: number;
  /** Share of the adapter's copy bandwidth, 1 is all of it. */
  readonly bandwidth_share: number;
  /** Share of the adapter's multiply-add rate, 1 is all of it. */
  readonly flops_share: number;
  /** Share of the adapter's rate of integer operations; absent if there are none. */
  readonly integer_share?: number;
}

/** One implementation on one case. */
export interface BenchRow {
  readonly suite: string;
  /** `suite/name`. */
  readonly kernel: string;
  readonly case: string;
  readonly implementation: BenchImplementation;
  /** Wall times in the order taken, transfers included, ms. */
  readonly samples_ms: readonly number[];
  readonly median_ms: number;
  /** Of the median. */
  readonly ci95_ms: Interval;
  /** Samples far from the others; they are kept. */
  readonly outliers?: number;
  /** Time of the kernels alone by the GPU's own clock, ms. */
  readonly kernel_ms?: number;
  /** Wall time of the first call, compilation included, ms. */
  readonly first_call_ms?: number;
  readonly roofline?: BenchRoofline;
  /** Of the rows of `webgpu` and `webgpu-fast`: the worst of their agreements; of others, that of `webgpu` with them. */
  readonly agreement: BenchAgreement;
}

/** How long a method of dilation takes by a ball, on a grid that is the same for all. */
export interface MethodTime {
  readonly method: "packed" | "fft" | "distance";
  /** Of the ball, voxels. */
  readonly radius: number;
  /** Wall time without transfers, median, ms. */
  readonly ms: number;
  /** On the method that `auto` takes there. */
  readonly auto?: true;
}

/**
 * How many times faster the GPU's exact way is than another implementation. Against `webgpu-fast` it says how many times longer the fast
 * way takes: below 1 the fast way is the faster one.
 */
export interface BenchRatio {
  /** `suite/name`. */
  readonly kernel: string;
  readonly case: string;
  readonly against: BenchImplementation;
  /** The other's median over the median of `webgpu`, transfers included: above 1 the GPU is faster. */
  readonly ratio: number;
  readonly ci95: Interval;
  /** In a baseline: the ratio in each of several runs of all processes, in order; `ratio` is their geometric mean. */
  readonly processes?: readonly number[];
}

/** What a reader of a time or a ratio must know of how an implementation computes a kernel. */
export interface BenchNote {
  /** `suite/name`. */
  readonly kernel: string;
  readonly implementation: BenchImplementation;
  /** Whole sentences. */
  readonly text: string;
}

/** An implementation that could not run a case. */
export interface BenchAbsence {
  /** `suite/name`. */
  readonly kernel: string;
  readonly case: string;
  readonly implementation: BenchImplementation;
  /** One line. */
  readonly reason: string;
  /** True if the case itself leaves it out: that it is absent is no failure. */
  readonly intended?: boolean;
}

/** A native peer that was looked for and is not on the machine, or has none of the kernels. */
export interface BenchAbsentPeer {
  readonly implementation: BenchImplementation;
  /** One line; if it is not on the machine, with how to get it. */
  readonly reason: string;
}

/** A case that was compared with an earlier result. */
export interface BenchMove {
  /** `suite/name`. */
  readonly kernel: string;
  readonly case: string;
  readonly implementation: BenchImplementation;
  /** How many times longer it takes now, measured against the CPU twin: above 1 it has become slower. */
  readonly change: number;
  readonly ci95: Interval;
  /** The least factor, above 1, that counts as a change: it follows from what processes of one version differ by in the session (A/A). */
  readonly floor: number;
  /** Processes of now that were measured; more of what seemed to have moved. */
  readonly processes: number;
  readonly verdict: "slower" | "faster" | "same";
}

/** A comparison with an earlier result. */
export interface BenchGate {
  /** The earlier result, as the command named it. */
  readonly base: string;
  /** The adapter it ran on. */
  readonly base_adapter: ResultAdapter;
  readonly moves: readonly BenchMove[];
  readonly not_compared: readonly {
    readonly kernel: string;
    readonly case: string;
    readonly implementation: BenchImplementation;
    readonly reason: string;
  }[];
}

/** What a benchmark writes as JSON. */
export interface BenchResult {
  readonly schema: "ct-organ-webgpu/bench@1";
  readonly adapter: ResultAdapter;
  readonly machine: ResultMachine;
  /** By name of the program or package. */
  readonly versions: Readonly<Record<string, string>>;
  /** What to type to run it again. */
  readonly command: string;
  /** A small case of each kernel, or the first of those that are worth a comparison; absent where all of these were timed. */
  readonly extent?: "brief" | "quick";
  readonly seed: number;
  readonly results: readonly BenchRow[];
  readonly ratios: readonly BenchRatio[];
  /** What counted as agreement. */
  readonly acceptances?: readonly BenchAcceptance[];
  /** Of the implementations that were timed. */
  readonly notes?: readonly BenchNote[];
  readonly absent?: readonly BenchAbsence[];
  readonly absent_peers?: readonly BenchAbsentPeer[];
  /** What has moved since an earlier result, where it was compared with one. */
  readonly gate?: BenchGate;
  /** Of the suite `morphology`: which method of dilation is the fastest up to which ball. */
  readonly methods?: readonly MethodTime[];
  readonly overhead?: {
    /** Wall time of an empty submit and wait, median, ms. */
    readonly empty_submit_ms: number;
    /** Time to draw one transform of the augmentation and compose its map on the host, median, microseconds. */
    readonly sample_transform_us?: number;
  };
}

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
