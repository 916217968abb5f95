import { formatBytes, GpuMemoryError } from "./errors.ts";
import type { Failures } from "./failures.ts";

/** A storage buffer on the GPU, taken from a pool; disposing of it hands it back for reuse. */
export class GpuArray implements Disposable {
  /** What it holds, for error messages. */
  readonly label: string;
  /** Bytes in use, a multiple of 4; the pooled buffer beneath may be larger. */
  readonly byteLength: number;
  readonly #release: (buffer: GPUBuffer) => void;
  #buffer: GPUBuffer | undefined;

  constructor(
    buffer: GPUBuffer,
    byteLength: number,
    label: string,
    release: (buffer: GPUBuffer) => void,
  ) {
    this.#buffer = buffer;
    this.byteLength = byteLength;
    this.label = label;
    this.#release = release;
  }

  /**
   * The WebGPU buffer beneath.
   *
   * @throws {ReferenceError} If the array was disposed of.
   */
  get buffer(): GPUBuffer {
    if (!this.#buffer) {
      throw new ReferenceError(`Cannot use GPU array "${this.label}": it was disposed of`);
    }
    return this.#buffer;
  }

  /** Hands the memory back to the pool; commands already recorded still see it. */
  [Symbol.dispose](): void {
    if (!this.#buffer) return;
    this.#release(this.#buffer);
    this.#buffer = undefined;
  }
}

/** GPU memory in bytes: `allocated` from the driver, `inUse` by live arrays, `peak` the most ever in use. */
export interface GpuMemory {
  readonly allocated: number;
  readonly inUse: number;
  readonly peak: number;
}

/** Memory that may lie idle when a new size is wanted, bytes, if that is more than what is in use. */
const MOST_IDLE = 2 ** 28;

/** Storage buffers by size class, so that repeated work of one shape allocates nothing. */
export class BufferPool {
  readonly #device: GPUDevice;
  readonly #free = new Map<number, GPUBuffer[]>();
  readonly #refused = new WeakSet<GPUBuffer>();
  readonly #failures: Failures;
  readonly #flush: () => void;
  #allocated = 0;
  #inUse = 0;
  #peak = 0;

  /** The largest array, bytes. */
  get largest(): number {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.#device.limits;
    return Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize) / 4) * 4;
  }

  /**
   * @param device Where the memory lives.
   * @param failures Takes the allocations that failed.
   * @param flush Hands recorded work to the GPU, which may still use memory that was given back.
   */
  constructor(device: GPUDevice, failures: Failures, flush: () => void) {
    this.#device = device;
    this.#failures = failures;
    this.#flush = flush;
  }

  get memory(): GpuMemory {
    return { allocated: this.#allocated, inUse: this.#inUse, peak: this.#peak };
  }

  take(bytes: number, label: string): GpuArray {
    const limit = this.largest;
    if (!(bytes >= 0)) {
      throw new RangeError(`Cannot allocate GPU array "${label}": ${bytes} bytes is no size`);
    }
    if (bytes > limit) {
      throw new GpuMemoryError(
        `Cannot allocate GPU array "${label}": it needs ${
          formatBytes(bytes)
        } in one binding, the adapter ` +
          `offers ${formatBytes(limit)}; work on a smaller volume or a coarser grid`,
      );
    }
    const byteLength = Math.max(4, Math.ceil(bytes / 4) * 4);
    const size = Math.min(pooledBytes(byteLength), limit);
    const buffer = this.#reuse(size) ?? this.#create(size, label);
    this.#inUse += buffer.size;
    this.#peak = Math.max(this.#peak, this.#inUse);
    return new GpuArray(buffer, byteLength, label, (buffer) => {
      this.#inUse -= buffer.size;
      const list = this.#free.get(buffer.size);
      if (list) list.push(buffer);
      else this.#free.set(buffer.size, [buffer]);
    });
  }

  /** A free buffer of this size; the driver's refusal of some may have come only after they were handed back. */
  #reuse(size: number): GPUBuffer | undefined {
    const list = this.#free.get(size);
    let buffer = list?.pop();
    while (buffer && this.#refused.has(buffer)) buffer = list?.pop();
    return buffer;
  }

  /** Gives what lies idle back to the driver: volumes of ever other sizes would pile up. */
  #trim(): void {
    this.#flush();
    for (const buffer of [...this.#free.values()].flat()) {
      if (this.#refused.has(buffer)) continue;
      this.#allocated -= buffer.size;
      buffer.destroy();
    }
    this.#free.clear();
  }

  #create(size: number, label: string): GPUBuffer {
    const idle = this.#allocated - this.#inUse;
    if (idle > 0 && idle + size > Math.max(MOST_IDLE, this.#inUse)) this.#trim();
    const held = this.#allocated;
    this.#allocated += size;
    let buffer: GPUBuffer;
    return this.#failures.scope(
      "out-of-memory",
      () =>
        buffer = this.#device.createBuffer({
          label,
          size,
          usage: GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_SRC |
            GPUBufferUsage.COPY_DST,
        }),
      () => {
        this.#allocated -= size;
        this.#refused.add(buffer);
        return new GpuMemoryError(
          `Cannot allocate GPU array "${label}": ${formatBytes(size)} beside the ${
            formatBytes(held)
          } ` +
            `held already is more than the adapter has free; close other programs or use a coarser grid`,
        );
      },
    );
  }
}

/**
 * What an array takes of the GPU's memory: the next of eight sizes per power of two, so at most 1/8 is wasted.
 *
 * @param bytes Bytes asked for.
 * @returns Bytes taken, where the adapter's limit does not lie between.
 */
export function pooledBytes(bytes: number): number {
  if (bytes <= 256) return 256;
  const step = 2 ** (Math.floor(Math.log2(bytes)) - 3);
  return Math.ceil(bytes / step) * step;
}
