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
