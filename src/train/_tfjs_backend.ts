import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import type { Gpu, GpuArray } from "../gpu/mod.ts";

/** What tfjs 4.22.0 keeps of a tensor, as far as it is used here. */
interface TensorData {
  values: ArrayLike<number> | null;
  resource?: unknown;
  external?: boolean;
}

/**
 * Members of tfjs's `WebGPUBackend` that its types hide, or type by another copy of WebGPU's types than Deno's. This is the only file
 * that knows of them; test/train/tfjs_backend_test.ts fails if a version of tfjs does without one.
 */
interface Internals {
  readonly tensorMap: { has(dataId: object): boolean; get(dataId: object): TensorData };
  /** Stock kernels that are recorded and not yet handed to the GPU. */
  readonly commandEncoder: unknown;
}

/** GPU memory behind a tensor, and whether it goes back to the pool with the tensor. */
interface Held {
  readonly array: GpuArray;
  readonly owned: boolean;
}

/**
 * tfjs's WebGPU backend on the project's own device and memory: every tensor lies in an array of the pool, without copies, and goes back
 * to it when tfjs lets go of the tensor.
 *
 * There are two streams of recorded work, the project's (`Gpu`) and tfjs's own, for stock kernels. Whatever a stream records after the
 * other must also run after it: work of tfjs is handed to the GPU before anything of ours can touch its tensors
 * ({@linkcode TapeBackend.arrayOf}) or reuse their memory ({@linkcode TapeBackend.disposeData}), and ours before any of tfjs's
 * ({@linkcode TapeBackend.submitQueue}). Who changes an array in place that a tensor lies on calls {@linkcode TapeBackend.flush} first.
 */
export class TapeBackend extends WebGPUBackend {
  /** Where the tensors are. */
  readonly gpu: Gpu;
  readonly #held = new Map<object, Held>();
  /** Memory of tensors that are gone, but that stock kernels may use which are not handed to the GPU yet. */
  readonly #waiting: GpuArray[] = [];

  /** @param gpu Where the tensors shall be. */
  constructor(gpu: Gpu) {
    super(gpu.device as ConstructorParameters<typeof WebGPUBackend>[0]);
    this.gpu = gpu;
  }

  /**
   * A tensor on top of an array, which it owns from now on.
   *
   * @param array Its elements.
   * @param shape Its axes.
   * @returns The tensor.
   */
  adopt(array: GpuArray, shape: readonly number[]): Tensor {
    return this.#tensorOn({ array, owned: true }, shape);
  }

  /**
   * A tensor on top of an array that stays the caller's and must outlive it.
   *
   * @param array Its elements.
   * @param shape Its axes.
   * @returns The tensor.
   */
  borrow(array: GpuArray, shape: readonly number[]): Tensor {
    return this.#tensorOn({ array, owned: false }, shape);
  }

  /**
   * The array behind a tensor, for kernels of ours: what tfjs recorded so far runs before them.
   *
   * @param tensor Any tensor of this backend.
   * @returns Its array, which stays the tensor's.
   */
  arrayOf({ dataId }: Pick<TensorInfo, "dataId">): GpuArray {
    this.uploadToGPU(dataId);
    this.flush();
    return this.#held.get(dataId)!.array;
  }

  /**
   * The elements of a tensor that came from the host and was not used on the GPU so far.
   *
   * @param tensor Any tensor of this backend.
   * @returns Its elements; null if they are on the GPU.
   */
  hostValues({ dataId }: Pick<TensorInfo, "dataId">): ArrayLike<number> | null {
    return this.#internals.tensorMap.get(dataId).values;
  }

  /**
   * Takes the array out of a tensor, and disposes of the tensor.
   *
   * @param tensor A tensor that owns its array, and that nothing else refers to.
   * @returns The array, the caller's now.
   * @throws {ReferenceError} If the array is someone else's.
   */
  take(tensor: Tensor): GpuArray {
    const array = this.arrayOf(tensor);
    if (!this.#held.get(tensor.dataId)!.owned || this.refCount(tensor.dataId) > 1) {
      throw new ReferenceError(`Cannot take GPU array "${array.label}": others refer to it`);
    }
    this.#held.set(tensor.dataId, { array, owned: false });
    tensor.dispose();
    return array;
  }

  /** Hands tfjs's recorded kernels to the GPU. */
  flush(): void {
    if (this.#internals.commandEncoder) this.submitQueue();
  }

  /** Hands tfjs's recorded kernels to the GPU, after all that is recorded on {@linkcode TapeBackend.gpu}. */
  override submitQueue(): void {
    this.endComputePassEncoder();
    this.gpu.flush();
    super.submitQueue();
    for (const array of this.#waiting.splice(0)) array[Symbol.dispose]();
  }

  /**
   * Gives a tensor memory of the pool, if it has none yet.
   *
   * @param dataId Which.
   */
  override uploadToGPU(dataId: object): void {
    const data = this.#internals.tensorMap.get(dataId);
    if (data.resource) return;
    const { shape, dtype, values } = data as TensorData & Pick<TensorInfo, "shape" | "dtype">;
    const array = values
      ? this.gpu.upload(
        dtype === "float32" ? Float32Array.from(values) : Int32Array.from(values),
        "tensor",
      )
      : this.gpu.allocate(4 * shape.reduce((product, n) => product * n, 1), "tensor");
    data.values = null;
    this.#hold(dataId, { array, owned: true });
  }

  /**
   * Drops one reference to a tensor's data; with the last one its memory goes back to the pool.
   *
   * @param dataId Which.
   * @param force Drops all references.
   * @returns Whether the last one is gone.
   */
  override disposeData(dataId: object, force = false): boolean {
    const gone = super.disposeData(dataId, force);
    const held = this.#held.get(dataId);
    if (gone && held) {
      this.#held.delete(dataId);
      if (held.owned && this.#internals.commandEncoder) this.#waiting.push(held.array);
      else if (held.owned) held.array[Symbol.dispose]();
    }
    return gone;
  }

  /**
   * Reads a tensor.
   *
   * @param dataId Which.
   * @returns Its elements.
   */
  override async read(dataId: object): Promise<Float32Array | Int32Array | Uint8Array> {
    const data = this.#internals.tensorMap.get(dataId) as
      & TensorData
      & Pick<TensorInfo, "dtype" | "shape">;
    const length = data.shape.reduce((product, n) => product * n, 1);
    const array = this.arrayOf({ dataId });
    if (data.dtype === "float32") return await this.gpu.read(array, Float32Array, { length });
    const integers = await this.gpu.read(array, Int32Array, { length });
    return data.dtype === "bool" ? Uint8Array.from(integers) : integers;
  }

  /**
   * Refuses: WebGPU has no way to wait.
   *
   * @throws {TypeError} Always.
   */
  override readSync(): never {
    throw new TypeError("Cannot read a tensor of the GPU without waiting: use await data()");
  }

  /** GPU memory in tfjs's terms: all arrays of the pool count. */
  override memory(): ReturnType<WebGPUBackend["memory"]> {
    const { inUse, allocated } = this.gpu.memory;
    return { ...super.memory(), numBytesInGPU: inUse, numBytesAllocatedInGPU: allocated };
  }

  /** Gives all memory back to the pool. */
  override dispose(): void {
    this.flush();
    for (const { array, owned } of this.#held.values()) if (owned) array[Symbol.dispose]();
    this.#held.clear();
    super.dispose();
  }

  #tensorOn(held: Held, shape: readonly number[]): Tensor {
    const data = { buffer: held.array.buffer, zeroCopy: true };
    const tensor = this.createTensorFromGPUData(
      data as Parameters<WebGPUBackend["createTensorFromGPUData"]>[0],
      [...shape],
      "float32",
    );
    this.#held.set(tensor.dataId, held);
    return tensor;
  }

  #hold(dataId: object, held: Held): void {
    const data = this.#internals.tensorMap.get(dataId);
    data.resource = held.array.buffer;
    // Else tfjs would hand the buffer to a pool of its own.
    data.external = true;
    this.#held.set(dataId, held);
  }

  get #internals(): Internals {
    return this as unknown as Internals;
  }
}
