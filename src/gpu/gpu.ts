import { type AdapterInfo, LIMITS, selectAdapter } from "./adapter.ts";
import { BufferPool, type GpuArray, type GpuMemory } from "./array.ts";
import { Commands } from "./commands.ts";
import { GpuValidationError } from "./errors.ts";
import { Failures, oneLine } from "./failures.ts";
import type { BindingKind, Kernel, Resources } from "./kernel.ts";
import { type ArrayType, Staged, StagingRing } from "./readback.ts";
import { type GpuTexture, TexturePool } from "./texture.ts";
import { type KernelTime, PassTimer } from "./timing.ts";

/** A typed array whose bytes can travel to the GPU and back. */
export type GpuData =
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>;

/** Options of {@linkcode openGpu}. */
export interface GpuOptions {
  /** `"software"`, `"hardware"`, or a part of the adapter's description; by default the fastest that answers. */
  readonly adapter?: string | undefined;
  /** Ends the opening. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@linkcode Gpu.read}. */
export interface ReadOptions {
  /** Elements to read from the start; by default all. */
  readonly length?: number | undefined;
  /** Ends the wait before it begins. */
  readonly signal?: AbortSignal | undefined;
}

const FEATURES = ["float32-filterable", "shader-f16", "timestamp-query"] as const;

/**
 * Opens a GPU with the adapter's own limits and every optional feature the project can use.
 *
 * @param options Which adapter.
 * @returns The GPU; dispose of it to let the process end.
 * @throws {NoAdapterError} If no adapter answers or none matches.
 *
 * @example
 * ```ts
 * await using gpu = await openGpu({ adapter: "hardware" });
 * ```
 */
export async function openGpu(options: GpuOptions = {}): Promise<Gpu> {
  options.signal?.throwIfAborted();
  const { adapter, info } = await selectAdapter(options.adapter);
  const device = await adapter.requestDevice({
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(LIMITS.map((key) => [key, adapter.limits[key]])),
  });
  return new Gpu(device, info);
}

/**
 * A device and the stream of work on it. Dispatches and copies are recorded in order and run when something is read; every
 * failure, from a shader that does not compile to a lost device, becomes an exception of the next `await`.
 */
export class Gpu implements AsyncDisposable {
  /** What runs the work. */
  readonly info: AdapterInfo;
  /** The WebGPU device, for libraries that share it. */
  readonly device: GPUDevice;
  readonly #failures: Failures;
  readonly #commands: Commands;
  readonly #pool: BufferPool;
  readonly #textures: TexturePool;
  readonly #staging: StagingRing;

  /**
   * Use {@linkcode openGpu}.
   *
   * @param device The device.
   * @param info What is known of its adapter.
   */
  constructor(device: GPUDevice, info: AdapterInfo) {
    this.device = device;
    this.info = info;
    this.#failures = new Failures(device);
    this.#commands = new Commands(device, this.#failures);
    this.#pool = new BufferPool(device, this.#failures, () => this.flush());
    this.#textures = new TexturePool(device, this.#failures);
    this.#staging = new StagingRing(device, this.#failures);
  }

  /** GPU memory held for arrays, bytes. */
  get memory(): GpuMemory {
    return this.#pool.memory;
  }

  /** The largest array one binding takes, bytes: larger work goes in parts. */
  get largestArray(): number {
    return this.#pool.largest;
  }

  /**
   * Takes a storage buffer from the pool. Its contents are whatever was there before.
   *
   * @param bytes Size in bytes.
   * @param label What it will hold, for error messages.
   * @returns The array; dispose of it to reuse its memory.
   * @throws {GpuMemoryError} If one binding cannot be that large.
   */
  allocate(bytes: number, label = "unnamed"): GpuArray {
    return this.#pool.take(bytes, label);
  }

  /**
   * Copies a typed array to the GPU, as its bytes are.
   *
   * @param data Any length; bytes beyond the last whole word are padded with zeros.
   * @param label What it holds, for error messages.
   * @returns The array.
   * @throws {GpuMemoryError} If one binding cannot be that large.
   */
  upload(data: GpuData, label = "upload"): GpuArray {
    const array = this.allocate(data.byteLength, label);
    this.flush();
    const { queue } = this.device;
    const whole = data.byteLength - data.byteLength % 4;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#failures.scope("validation", () => {
      // A write of no bytes ends the process in Deno 2.9.6.
      if (whole > 0) queue.writeBuffer(array.buffer, 0, bytes, 0, whole);
      if (whole < data.byteLength) {
        const rest = new Uint8Array(4);
        rest.set(bytes.subarray(whole));
        queue.writeBuffer(array.buffer, whole, rest);
      }
    }, (message) => new GpuValidationError(`Cannot upload "${label}": ${oneLine(message)}`));
    return array;
  }

  /**
   * Copies a volume into a 3-D texture of 32-bit floats.
   *
   * @param data Voxels, x fastest.
   * @param dims Voxels along x, y, z.
   * @returns The texture; dispose of it to reuse its memory.
   * @throws {GpuMemoryError} If the adapter's textures are smaller.
   */
  uploadTexture(
    data: Float32Array<ArrayBuffer>,
    dims: readonly [number, number, number],
  ): GpuTexture {
    this.flush();
    return this.#textures.upload(data, dims);
  }

  /**
   * Records a kernel; it runs after everything recorded before it.
   *
   * @param kernel What to run.
   * @param resources One for each of the kernel's bindings, by name.
   * @param workgroups How many along x, y, z.
   * @throws {RangeError} If there are more workgroups than the adapter takes, or more than 64 KiB in a uniform.
   * @throws {GpuValidationError} If a binding is missing or unknown.
   */
  dispatch<B extends Record<string, BindingKind>>(
    kernel: Kernel<B>,
    resources: Resources<B>,
    workgroups: readonly [x: number, y?: number, z?: number],
  ): void {
    this.#commands.dispatch(kernel, resources, workgroups);
  }

  /**
   * How many workgroups one invocation for each item takes, over two dimensions, since one dimension holds 65,535 at most. The
   * kernel's item is `id.x + id.y * groups.x * size`, with `groups` the builtin `num_workgroups`.
   *
   * @param items Invocations needed.
   * @param size Invocations of a workgroup.
   * @returns Workgroups along x and y, for {@linkcode Gpu.dispatch}.
   */
  workgroups(items: number, size: number): [number, number] {
    const groups = Math.max(1, Math.ceil(items / size));
    const rows = Math.ceil(groups / this.device.limits.maxComputeWorkgroupsPerDimension);
    return [Math.ceil(groups / rows), rows];
  }

  /**
   * Records filling an array with zeros.
   *
   * @param array What to fill.
   * @param from First byte, a multiple of 4.
   * @param bytes How many, a multiple of 4.
   */
  clear(array: GpuArray, from = 0, bytes: number = array.byteLength - from): void {
    this.#commands.encoder().clearBuffer(array.buffer, from, bytes);
  }

  /**
   * Records copying an array to the beginning of another.
   *
   * @param from What to copy.
   * @param to Where to; what it holds behind that stays.
   * @throws {RangeError} If `to` is shorter.
   */
  copy(from: GpuArray, to: GpuArray): void {
    if (to.byteLength < from.byteLength) {
      throw new RangeError(
        `Cannot copy GPU array "${from.label}" of ${from.byteLength} bytes: "${to.label}" has ${to.byteLength}`,
      );
    }
    this.#commands.encoder().copyBufferToBuffer(from.buffer, 0, to.buffer, 0, from.byteLength);
  }

  /** Hands the recorded work to the GPU without waiting for it. */
  flush(): void {
    this.#commands.flush();
  }

  /**
   * Runs what is recorded, waits for it, and copies an array back.
   *
   * @param array What to read.
   * @param type The typed array to read it as, e.g. `Float32Array`.
   * @param options How much of it.
   * @returns The elements, in memory of their own.
   * @throws {RangeError} If the array holds fewer.
   * @throws {ShaderError} If a kernel did not compile.
   * @throws {GpuValidationError} If the GPU refused a command.
   * @throws {GpuMemoryError} If memory ran out.
   * @throws {GpuLostError} If the device was lost.
   */
  async read<T extends GpuData>(
    array: GpuArray,
    type: ArrayType<T>,
    options: ReadOptions = {},
  ): Promise<T> {
    options.signal?.throwIfAborted();
    return await this.#finish(this.stage(array, type, options.length));
  }

  /**
   * Hands what is recorded to the GPU, with a copy of an array as it is then. {@linkcode Gpu.read} in two halves, for work that overlaps.
   *
   * @param array What to read.
   * @param type The typed array to read it as.
   * @param length Elements from the start; by default all.
   * @returns The array on its way.
   * @throws {RangeError} If the array holds fewer.
   */
  stage<T extends GpuData>(
    array: GpuArray,
    type: ArrayType<T>,
    length: number = array.byteLength / type.BYTES_PER_ELEMENT,
  ): Staged<T> {
    const bytes = Math.ceil(length * type.BYTES_PER_ELEMENT / 4) * 4;
    if (!Number.isInteger(length) || length < 0 || bytes > array.byteLength) {
      throw new RangeError(
        `Cannot read ${length} elements of GPU array "${array.label}": it holds ${
          array.byteLength / type.BYTES_PER_ELEMENT
        }`,
      );
    }
    return this.#stage(array.buffer, bytes, type, length);
  }

  /** Runs what is recorded and waits for it; throws as {@linkcode Gpu.read} does. */
  async done(): Promise<void> {
    using mark = this.allocate(4, "done");
    await this.#finish(this.stage(mark, Uint32Array));
  }

  /**
   * Times the kernels of some work by the GPU's own clock.
   *
   * @param work Dispatches and reads on this GPU, nothing else profiled meanwhile.
   * @returns The work's result and the time of its passes.
   */
  async profile<T>(work: () => Promise<T>): Promise<{ value: T } & KernelTime> {
    if (!this.device.features.has("timestamp-query")) return { value: await work(), dropped: 0 };
    this.flush();
    using timer = new PassTimer(this.device);
    this.#commands.timer = timer;
    try {
      const value = await work();
      this.flush();
      timer.resolve(this.#commands.encoder());
      const { results, byteLength } = timer;
      const stamps = this.#stage(results, byteLength, BigUint64Array, byteLength / 8);
      return { value, ...PassTimer.sum(await this.#finish(stamps)) };
    } finally {
      // Passes recorded before an exception still name the timer's query set, which goes away here.
      this.flush();
      this.#commands.timer = undefined;
    }
  }

  /** Destroys the device and everything on it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.device.destroy();
    await this.device.lost;
  }

  #stage<T>(buffer: GPUBuffer, bytes: number, type: ArrayType<T>, length: number): Staged<T> {
    return new Staged(
      this.#staging,
      this.#failures,
      this.#copyToStaging(buffer, bytes),
      type,
      length,
    );
  }

  /** No await before the copy is recorded: what the caller records after this call must not be seen by it. */
  #copyToStaging(buffer: GPUBuffer, bytes: number): GPUBuffer | Error {
    try {
      const staging = this.#staging.take(bytes);
      this.#commands.encoder().copyBufferToBuffer(buffer, 0, staging, 0, bytes);
      this.flush();
      return staging;
    } catch (error) {
      return error as Error;
    }
  }

  async #finish<T>(staged: Staged<T>): Promise<T> {
    await staged.ready();
    return await staged.take();
  }
}
