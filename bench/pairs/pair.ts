import type { Gpu } from "../../src/gpu/mod.ts";
import type { BenchImplementation } from "../../src/report/bench_schema.ts";
import type { VoxelArray } from "../../src/volume/mod.ts";

/** The CPU references a pair may name. */
export type ReferenceName = keyof References<object>;

/** Everything that can compute a pair's result. */
export type ImplementationName = "webgpu" | "webgpu-fast" | ReferenceName;

/** A kernel's name, `suite/kernel`. */
export type PairName = `${string}/${string}`;

/** One input of a kernel. */
export interface Case<I extends object = object> {
  /** Short and with units, e.g. `ball 25 mm, 160 x 160 x 130`; unique within the pair. */
  readonly name: string;
  /**
   * True if the benchmark times it. Headline cases go from small to large: a quick run times only the first. A pair without any has its
   * first case timed.
   */
  readonly headline?: boolean;
  /** True if the briefest benchmark times it in the place of the first headline case: of the same kind, milliseconds on any machine. */
  readonly brief?: boolean;
  /** True if it is there to be checked at a border of the kernel's domain, not to be timed. */
  readonly edge?: boolean;
  /** References that are not run on this case, and why; the reason stands in the report. */
  readonly without?: Partial<Record<ReferenceName, string>>;
  /**
   * Makes the input from fixed seeds, the same on every call.
   *
   * @returns A plain object of numbers, strings, booleans, arrays, plain objects and typed arrays: see `writeCase`.
   */
  input(): I;
}

/** What a kernel gives: an array, or several that count as one, one after the other. */
export type Output = VoxelArray | readonly VoxelArray[];

/**
 * An output as one array; this is never timed.
 *
 * @param output What a kernel gave.
 * @returns The array itself, or all elements in 32-bit floats.
 */
export function flat(output: Output): VoxelArray {
  if (ArrayBuffer.isView(output)) return output;
  const all = new Float32Array(output.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const array of output) {
    all.set(array, start);
    start += array.length;
  }
  return all;
}

/** The CPU implementations of a pair by name; each takes the same input and gives the same elements in the same order. */
export interface References<I extends object = object> {
  /** The project's own oracle: plain loops, written to be read. */
  typescript?(input: I): Promise<Output> | Output;
  /** TensorFlow.js on its CPU backend: `tfjs-core` and `tfjs-backend-cpu`. */
  "tfjs-cpu"?(input: I): Promise<Output> | Output;
  /** ITK's WebAssembly build. */
  "itk-wasm"?(input: I): Promise<Output> | Output;
  /** niimath's WebAssembly build. */
  niimath?(input: I): Promise<Output> | Output;
}

/** How near the GPU's output must be to every reference's. */
export interface Acceptance {
  /**
   * `exact`: every element equal. `absolute`: no element further off than `tolerance`. `mismatch-count`: at most `tolerance`
   * elements in a million differ, by however much (masks cut from floats).
   */
  readonly class: "exact" | "absolute" | "mismatch-count";
  /** In the output's unit, or elements in a million; 0 if absent. */
  readonly tolerance?: number;
  /**
   * `absolute` only: how many elements in a million may be further off, because a decision upstream of them hangs on a rounding (is a
   * coordinate still inside the volume?); 0 if absent. The reason must say which.
   */
  readonly exceptionsPerMillion?: number;
  /** Why this class and this number, in one sentence; it stands in the report. */
  readonly reason: string;
}

/** A stretch of a kernel's output with a name of its own in reports: judged by itself, parts of one name together. */
export interface OutputPart {
  readonly name: string;
  /** Elements. */
  readonly length: number;
  /** How near it must be; the pair's acceptance if absent. */
  readonly acceptance?: Acceptance;
}

/**
 * The same kernel by a way that is faster and less exact, e.g. the hardware's sampler: the row `webgpu-fast` beside `webgpu`, checked
 * against the same references by an acceptance of its own. It stands in no headline: `ratios` with `against: "webgpu-fast"` say how many
 * times longer it takes than `webgpu` does, below 1 where it is the faster one.
 */
export interface FastVariant<I extends object = object> {
  /** The kernel files that it exercises and the exact way does not. */
  readonly kernels: readonly string[];
  /** How near it must come. */
  readonly acceptance: Acceptance;
  /** @returns The output; see {@linkcode Pair.gpu}. */
  gpu(gpu: Gpu, input: I): Promise<Output>;
}

/** What a kernel cannot do without, however it is written: the roofline's coordinates. */
export interface Work {
  /** Bytes that must be read and written at least once: inputs and output. */
  readonly bytes: number;
  /** Arithmetic operations on floats; a multiply-add counts two. */
  readonly flops: number;
  /** Operations on integers, bits and words that the result is made of, without those of addresses; 0 if absent. */
  readonly integerOps?: number;
}

/**
 * A kernel, its CPU references and what counts as agreement: all that tests, benchmarks and reports know of it.
 *
 * To add one:
 * 1. in a file of `bench/pairs`, export an object of this type;
 * 2. name in `kernels` every `.wgsl` and `.wgsl.ts` file the kernel runs (a test fails on a file no pair names);
 * 3. give at least one headline case, and edge cases for whatever the kernel could get wrong: odd sizes, one voxel,
 *    empty and full masks;
 * 4. give the `typescript` reference always, the others where they compute the same thing;
 * 5. put it into the list of `bench/pairs/mod.ts`. Agreement tests, the benchmark and the report then include it.
 *
 * @example
 * ```ts
 * export const threshold: Pair<{ values: Float32Array; min: number }> = {
 *   name: "morphology/threshold",
 *   kernels: ["src/morphology/threshold.wgsl"],
 *   cases: [{ name: "4 values", headline: true, input: () => ({ values: new Float32Array([1, 2, 3, 4]), min: 2 }) }],
 *   gpu: (gpu, { values, min }) => thresholdOnGpu(gpu, values, min),
 *   references: { typescript: ({ values, min }) => Uint8Array.from(values, (value) => value >= min ? 1 : 0) },
 *   acceptance: { class: "exact", reason: "A comparison of equal floats has one answer" },
 *   work: ({ values }) => ({ bytes: values.byteLength + values.length, flops: values.length }),
 * };
 * ```
 */
export interface Pair<I extends object = object> {
  /** `suite/kernel`. */
  readonly name: PairName;
  /** The kernel files it exercises, as paths from the repository's root. */
  readonly kernels: readonly string[];
  /** Its inputs, at least one. */
  readonly cases: readonly Case<I>[];
  /** The CPU implementations. */
  readonly references: References<I>;
  /** How near the GPU must come. */
  readonly acceptance: Acceptance;
  /** Unit in which outputs are compared, e.g. `HU`: that of tolerances and deviations; absent where values have none. */
  readonly unit?: string;
  /**
   * How many units a difference of 1 between values is, e.g. 600 in an image of which 1 is a window of 600 HU; 1 if absent. It does not
   * hold for parts with an acceptance of their own.
   */
  readonly scale?: number;
  /**
   * What a reader of an implementation's time must know of how it computes this kernel, in whole sentences; it stands beside its ratio in
   * every report.
   */
  readonly notes?: Readonly<Partial<Record<BenchImplementation, string>>>;
  /** The faster, less exact way, where there is one. */
  readonly fast?: FastVariant<I>;
  /**
   * The stretches of an output that must not be judged as one, e.g. an image and its labels; absent where it is one.
   *
   * @param input A case's input.
   * @returns Parts whose lengths add up to the output's.
   */
  parts?(input: I): readonly OutputPart[];
  /**
   * The GPU implementation, from host input to host output: uploads and readbacks are its own, and so is freeing what it takes.
   *
   * @param gpu Where it runs.
   * @param input A case's input, not to be changed.
   * @returns The output.
   */
  gpu(gpu: Gpu, input: I): Promise<Output>;
  /**
   * The least work of a case, for the roofline.
   *
   * @param input A case's input.
   * @returns Bytes and operations.
   */
  work(input: I): Work;
}

/**
 * The references a pair has.
 *
 * @param pair The pair.
 * @returns Their names in the order in which a report lists them.
 */
export function referenceNames(pair: Pair): ReferenceName[] {
  const names: ReferenceName[] = ["typescript", "tfjs-cpu", "itk-wasm", "niimath"];
  return names.filter((name) => pair.references[name] !== undefined);
}
