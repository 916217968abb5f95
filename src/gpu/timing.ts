/** Kernel time from the GPU's own clock. */
export interface KernelTime {
  /** Sum over all passes, ms; absent where the adapter has no timestamps. */
  readonly kernelMs?: number;
  /** Passes whose clock stood still or ran backwards; they are left out of the sum. */
  readonly dropped: number;
}

/** Two timestamps a pass, as many passes as fit one query set. */
export class PassTimer implements Disposable {
  static readonly #CAPACITY = 2048;
  readonly #querySet: GPUQuerySet;
  readonly #results: GPUBuffer;
  #used = 0;

  /** @param device A device with the feature `timestamp-query`. */
  constructor(device: GPUDevice) {
    this.#querySet = device.createQuerySet({ type: "timestamp", count: PassTimer.#CAPACITY });
    this.#results = device.createBuffer({
      label: "timestamps",
      size: PassTimer.#CAPACITY * 8,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
  }

  /** Bytes of timestamps written so far. */
  get byteLength(): number {
    return this.#used * 8;
  }

  /** Where resolved timestamps land. */
  get results(): GPUBuffer {
    return this.#results;
  }

  /**
   * Timestamps for the next pass.
   *
   * @returns The descriptor's entry.
   * @throws {RangeError} If the work has more passes than the query set has room for.
   */
  next(): GPUComputePassTimestampWrites {
    if (this.#used + 2 > PassTimer.#CAPACITY) {
      throw new RangeError(
        `Cannot time more than ${PassTimer.#CAPACITY / 2} passes at once: profile less work`,
      );
    }
    const beginningOfPassWriteIndex = this.#used;
    this.#used += 2;
    return {
      querySet: this.#querySet,
      beginningOfPassWriteIndex,
      endOfPassWriteIndex: beginningOfPassWriteIndex + 1,
    };
  }

  /** @param encoder Records the copy of all timestamps into {@linkcode PassTimer.results}. */
  resolve(encoder: GPUCommandEncoder): void {
    encoder.resolveQuerySet(this.#querySet, 0, this.#used, this.#results, 0);
  }

  /**
   * Adds up the passes.
   *
   * @param stamps The resolved timestamps, ns.
   * @returns The time; negative and zero differences are counted, not added.
   */
  static sum(stamps: BigUint64Array): KernelTime {
    let nanoseconds = 0;
    let dropped = 0;
    for (let i = 0; i + 1 < stamps.length; i += 2) {
      const delta = Number(stamps[i + 1]! - stamps[i]!);
      if (delta > 0) nanoseconds += delta;
      else dropped++;
    }
    return dropped * 2 === stamps.length ? { dropped } : { kernelMs: nanoseconds / 1e6, dropped };
  }

  /** Frees the query set. */
  [Symbol.dispose](): void {
    this.#querySet.destroy();
    this.#results.destroy();
  }
}
