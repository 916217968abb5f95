import type { GpuArray } from "./array.ts";
import { ShaderError } from "./errors.ts";
import { type Failures, oneLine } from "./failures.ts";

/**
 * How a kernel uses a binding: `read` and `write` are storage buffers, `uniform` is up to 64 KiB handed over by value,
 * `uniform-slice` up to 64 KiB of GPU memory read as a uniform, `texture-3d` a float texture read with or without a filter,
 * `sampler` a filtering sampler.
 */
export type BindingKind =
  | "read"
  | "write"
  | "uniform"
  | "uniform-slice"
  | "texture-3d"
  | "sampler";

/** A part of a GPU array. */
export interface GpuSlice {
  /** What it is a part of. */
  readonly array: GpuArray;
  /** Its first byte, a multiple of {@linkcode SLICE_ALIGNMENT}. */
  readonly offset: number;
  /** Its bytes. */
  readonly byteLength: number;
}

/** Where a {@linkcode GpuSlice} may begin, bytes: what every adapter takes. */
export const SLICE_ALIGNMENT = 256;

/** The largest uniform, bytes: what every adapter takes; some allow more, which no kernel may count on. */
export const LARGEST_UNIFORM = 1 << 16;

/** What a binding of each kind is given at dispatch. */
export interface BindingValue {
  read: GpuArray;
  write: GpuArray;
  uniform: ArrayBufferView<ArrayBuffer>;
  "uniform-slice": GpuSlice;
  "texture-3d": GPUTextureView;
  sampler: GPUSampler;
}

/** The resources of a kernel by the names of its bindings. */
export type Resources<B extends Record<string, BindingKind>> = {
  readonly [K in keyof B]: BindingValue[B[K]];
};

/** A compute shader with an entry point `main` and named bindings; plain data, free until it is dispatched. */
export interface Kernel<B extends Record<string, BindingKind> = Record<string, BindingKind>> {
  /** `suite/name`, as in the benchmark; stands in every error message. */
  readonly label: string;
  /** The WGSL. */
  readonly code: string;
  /** Bindings of group 0 in the order of their numbers, from `@binding(0)`. */
  readonly bindings: B;
  /** Values for the WGSL's `override` declarations. */
  readonly constants?: Readonly<Record<string, number>>;
}

/**
 * Declares a kernel, keeping the types of its bindings.
 *
 * @param kernel Label, WGSL, bindings and constants.
 * @returns The same object.
 *
 * @example
 * ```ts
 * const double = defineKernel({
 *   label: "example/double",
 *   code: `@group(0) @binding(0) var<storage, read_write> y: array<f32>;
 * @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
 *   if (id.x < arrayLength(&y)) { y[id.x] *= 2; }
 * }`,
 *   bindings: { y: "write" },
 * });
 * ```
 */
export function defineKernel<const B extends Record<string, BindingKind>>(
  kernel: Kernel<B>,
): Kernel<B> {
  return kernel;
}

/**
 * Lavapipe ends an invocation's loops after this many iterations in all, without an error. The end of each loop counts as one more: an
 * inner loop of m, run n times, takes n (m + 1).
 */
export const MAX_LOOP_ITERATIONS = 65_535;

/**
 * Refuses a dispatch whose invocations would loop more often than every adapter allows.
 *
 * @param label The kernel's label, for the message.
 * @param iterations Iterations of all loops of one invocation together, and one more for each time a loop ends.
 * @throws {RangeError} If they pass {@linkcode MAX_LOOP_ITERATIONS}.
 */
export function checkIterations(label: string, iterations: number): void {
  if (iterations > MAX_LOOP_ITERATIONS) {
    throw new RangeError(
      `Cannot run kernel "${label}": one invocation would loop ${iterations} times, software adapters stop ` +
        `silently after ${MAX_LOOP_ITERATIONS}; split the work`,
    );
  }
}

const LAYOUT: Record<BindingKind, Partial<GPUBindGroupLayoutEntry>> = {
  read: { buffer: { type: "read-only-storage" } },
  write: { buffer: { type: "storage" } },
  uniform: { buffer: { type: "uniform" } },
  "uniform-slice": { buffer: { type: "uniform" } },
  "texture-3d": { texture: { viewDimension: "3d", sampleType: "float" } },
  sampler: { sampler: { type: "filtering" } },
};

/** A compiled kernel. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** Compiles kernels once per source and constants. */
export class PipelineCache {
  readonly #device: GPUDevice;
  readonly #failures: Failures;
  readonly #bySource = new Map<string, Pipeline>();
  readonly #byKernel = new WeakMap<Kernel, Pipeline>();

  /**
   * @param device Where the kernels run.
   * @param failures Takes what does not compile.
   */
  constructor(device: GPUDevice, failures: Failures) {
    this.#device = device;
    this.#failures = failures;
  }

  /**
   * The compiled form of a kernel.
   *
   * @param kernel The kernel.
   * @returns Its pipeline, compiled on the first call.
   */
  get(kernel: Kernel): Pipeline {
    const known = this.#byKernel.get(kernel);
    if (known) return known;
    const key = JSON.stringify([kernel.code, kernel.constants ?? {}, kernel.bindings]);
    const pipeline = this.#bySource.get(key) ?? this.#compile(kernel, key);
    this.#bySource.set(key, pipeline);
    this.#byKernel.set(kernel, pipeline);
    return pipeline;
  }

  #compile(kernel: Kernel, key: string): Pipeline {
    const { label, code, constants = {} } = kernel;
    const device = this.#device;
    const entries = Object.values(kernel.bindings).map((kind, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      ...LAYOUT[kind],
    }));
    let module: GPUShaderModule;
    return this.#failures.scope("validation", () => {
      module = device.createShaderModule({ label, code });
      const layout = device.createBindGroupLayout({ label, entries });
      const pipeline = device.createComputePipeline({
        label,
        layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: "main", constants },
      });
      return { pipeline, layout };
    }, async (message) => {
      // Compiled anew, and so explained anew, if it is dispatched again.
      this.#bySource.delete(key);
      this.#byKernel.delete(kernel);
      return shaderError(kernel, message, await module.getCompilationInfo());
    });
  }
}

function shaderError(kernel: Kernel, reason: string, info: GPUCompilationInfo): ShaderError {
  const messages = info.messages.map(({ message, lineNum, linePos }) => ({
    text: oneLine(message),
    place: `line ${lineNum}, column ${linePos}`,
  }));
  const first = messages[0];
  const summary = first ? `${first.text} (${first.place})` : oneLine(reason);
  const source = kernel.code.split("\n").map((line, i) => `${String(i + 1).padStart(4)}  ${line}`);
  const complaints = messages.map(({ text, place }) => `${place}: ${text}`);
  return new ShaderError(
    `Cannot compile kernel "${kernel.label}": ${summary}`,
    [...complaints, ...source].join("\n"),
  );
}
