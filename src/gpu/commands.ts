import type { GpuArray } from "./array.ts";
import { GpuValidationError } from "./errors.ts";
import { type Failures, oneLine } from "./failures.ts";
import {
  type BindingKind,
  type GpuSlice,
  type Kernel,
  LARGEST_UNIFORM,
  PipelineCache,
  type Resources,
  SLICE_ALIGNMENT,
} from "./kernel.ts";
import type { PassTimer } from "./timing.ts";

const UNIFORM_ARENA = 1 << 18;

/**
 * The stream of recorded work. Uniforms of all dispatches of one submit lie in one buffer, written once just before it: a queue's
 * writes come before the submit that follows them, so no dispatch sees another's values.
 */
export class Commands {
  /** While set, every pass is timed. */
  timer: PassTimer | undefined;
  readonly #device: GPUDevice;
  readonly #failures: Failures;
  readonly #pipelines: PipelineCache;
  readonly #arena: GPUBuffer;
  readonly #uniforms = new Uint8Array(UNIFORM_ARENA);
  #uniformsUsed = 0;
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPUComputePassEncoder | undefined;
  #recorded: string[] = [];

  /**
   * @param device Where the work runs.
   * @param failures Takes what goes wrong.
   */
  constructor(device: GPUDevice, failures: Failures) {
    this.#device = device;
    this.#failures = failures;
    this.#pipelines = new PipelineCache(device, failures);
    this.#arena = device.createBuffer({
      label: "uniforms",
      size: UNIFORM_ARENA,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
  }

  /** Records a kernel; see `Gpu.dispatch`. */
  dispatch<B extends Record<string, BindingKind>>(
    kernel: Kernel<B>,
    resources: Resources<B>,
    workgroups: readonly [x: number, y?: number, z?: number],
  ): void {
    const most = this.#device.limits.maxComputeWorkgroupsPerDimension;
    if (!workgroups.every((n = 1) => Number.isInteger(n) && n >= 0 && n <= most)) {
      throw new RangeError(
        `Cannot dispatch kernel "${kernel.label}": ${workgroups.join(" x ")} workgroups, ` +
          `the adapter takes 0 to ${most} along an axis`,
      );
    }
    checkNames(kernel, resources);
    const { pipeline, layout } = this.#pipelines.get(kernel);
    this.#reserveUniforms(kernel, resources);
    const group = this.#failures.scope(
      "validation",
      () =>
        this.#device.createBindGroup({
          label: kernel.label,
          layout,
          entries: Object.entries(kernel.bindings).map(([name, kind], binding) => ({
            binding,
            resource: this.#resource(kind, resources[name]),
          })),
        }),
      refused(kernel.label),
    );
    this.#pass ??= this.#beginPass();
    this.#pass.setPipeline(pipeline);
    this.#pass.setBindGroup(0, group);
    this.#pass.dispatchWorkgroups(...workgroups);
    this.#recorded.push(kernel.label);
  }

  /**
   * An encoder for work other than dispatches, in its place in the stream.
   *
   * @returns The encoder, with no pass open.
   */
  encoder(): GPUCommandEncoder {
    this.#pass?.end();
    this.#pass = undefined;
    return this.#encoder ??= this.#device.createCommandEncoder();
  }

  /** Submits what is recorded. */
  flush(): void {
    if (!this.#encoder) return;
    const commands = this.encoder();
    const label = [...new Set(this.#recorded)].join(", ") || "copy";
    if (this.#uniformsUsed > 0) {
      this.#device.queue.writeBuffer(this.#arena, 0, this.#uniforms, 0, this.#uniformsUsed);
    }
    this.#failures.scope(
      "validation",
      () => this.#device.queue.submit([commands.finish()]),
      refused(label),
    );
    this.#encoder = undefined;
    this.#recorded = [];
    this.#uniformsUsed = 0;
  }

  #beginPass(): GPUComputePassEncoder {
    const encoder = this.encoder();
    return this.timer
      ? encoder.beginComputePass({ timestampWrites: this.timer.next() })
      : encoder.beginComputePass();
  }

  #resource(kind: BindingKind, value: unknown): GPUBindingResource {
    switch (kind) {
      case "read":
      case "write": {
        const { buffer, byteLength } = value as GpuArray;
        return { buffer, offset: 0, size: byteLength };
      }
      case "uniform": {
        const { buffer, byteOffset, byteLength } = value as ArrayBufferView<ArrayBuffer>;
        const offset = this.#uniformsUsed;
        this.#uniforms.set(new Uint8Array(buffer, byteOffset, byteLength), offset);
        this.#uniformsUsed += align(byteLength);
        return { buffer: this.#arena, offset, size: byteLength };
      }
      case "uniform-slice": {
        const { array, offset, byteLength } = value as GpuSlice;
        return { buffer: array.buffer, offset, size: byteLength };
      }
      case "texture-3d":
        return value as GPUTextureView;
      case "sampler":
        return value as GPUSampler;
    }
  }

  /** A dispatch whose uniforms would not fit beside those recorded starts a new submit. */
  #reserveUniforms<B extends Record<string, BindingKind>>(
    kernel: Kernel<B>,
    resources: Resources<B>,
  ): void {
    let bytes = 0;
    for (const [name, kind] of Object.entries(kernel.bindings)) {
      if (kind !== "uniform" && kind !== "uniform-slice") continue;
      const uniform = resources[name] as ArrayBufferView | GpuSlice;
      if (uniform.byteLength > LARGEST_UNIFORM) {
        throw new RangeError(
          `Cannot dispatch kernel "${kernel.label}": uniform "${name}" has ${uniform.byteLength} bytes, ` +
            `at most ${LARGEST_UNIFORM} fit`,
        );
      }
      if ("array" in uniform) checkSlice(kernel.label, name, uniform);
      else bytes += align(uniform.byteLength);
    }
    if (this.#uniformsUsed + bytes > UNIFORM_ARENA) this.flush();
  }
}

function checkNames(kernel: Kernel, resources: Readonly<Record<string, unknown>>): void {
  const missing = Object.keys(kernel.bindings).filter((name) => !resources[name]);
  const unknown = Object.keys(resources).filter((name) => !(name in kernel.bindings));
  if (missing.length === 0 && unknown.length === 0) return;
  const faults = [
    ...missing.map((name) => `binding "${name}" is missing`),
    ...unknown.map((name) => `it has no binding "${name}"`),
  ];
  throw new GpuValidationError(`Cannot dispatch kernel "${kernel.label}": ${faults.join(", ")}`);
}

function checkSlice(label: string, name: string, { array, offset, byteLength }: GpuSlice): void {
  if (offset >= 0 && offset % SLICE_ALIGNMENT === 0 && offset + byteLength <= array.byteLength) {
    return;
  }
  throw new RangeError(
    `Cannot dispatch kernel "${label}": uniform "${name}" is ${byteLength} bytes from ${offset} of ` +
      `"${array.label}" with ${array.byteLength}; a slice starts at a multiple of ${SLICE_ALIGNMENT} and ends inside`,
  );
}

function refused(label: string): (message: string) => Error {
  return (message) => new GpuValidationError(`Cannot run "${label}": ${oneLine(message)}`);
}

function align(bytes: number): number {
  return Math.ceil(bytes / SLICE_ALIGNMENT) * SLICE_ALIGNMENT;
}
