import { formatBytes, GpuMemoryError, GpuValidationError } from "./errors.ts";
import { type Failures, oneLine } from "./failures.ts";

/** A 3-D texture of 32-bit floats, taken from a pool; disposing of it hands it back for reuse. */
export class GpuTexture implements Disposable {
  /** What a kernel's `texture-3d` binding is given. */
  readonly view: GPUTextureView;
  readonly #release: () => void;

  constructor(view: GPUTextureView, release: () => void) {
    this.view = view;
    this.#release = release;
  }

  /** Hands the memory back to the pool. */
  [Symbol.dispose](): void {
    this.#release();
  }
}

/** Textures by their dims. */
export class TexturePool {
  readonly #device: GPUDevice;
  readonly #free = new Map<string, GPUTexture[]>();
  readonly #refused = new WeakSet<GPUTexture>();
  readonly #failures: Failures;

  /**
   * @param device Where the textures live.
   * @param failures Takes what goes wrong.
   */
  constructor(device: GPUDevice, failures: Failures) {
    this.#device = device;
    this.#failures = failures;
  }

  /**
   * Copies voxels into a texture.
   *
   * @param data Voxels, x fastest.
   * @param dims Voxels along x, y, z.
   * @returns The texture.
   * @throws {TypeError} If the number of values is not that of the dims.
   * @throws {GpuMemoryError} If the adapter's textures are smaller.
   */
  upload(
    data: Float32Array<ArrayBuffer>,
    dims: readonly [number, number, number],
  ): GpuTexture {
    if (!dims.every((n) => Number.isInteger(n) && n > 0)) {
      throw new RangeError(`Cannot make a 3-D texture of ${dims.join(" x ")} voxels`);
    }
    const most = this.#device.limits.maxTextureDimension3D;
    if (dims.some((n) => n > most)) {
      throw new GpuMemoryError(
        `Cannot make a 3-D texture of ${
          dims.join(" x ")
        } voxels: the adapter takes ${most} along an axis; ` +
          `use the exact filter`,
      );
    }
    if (data.length !== dims[0] * dims[1] * dims[2]) {
      throw new TypeError(
        `Cannot make a 3-D texture of ${dims.join(" x ")} voxels from ${data.length} values`,
      );
    }
    const key = dims.join("x");
    const free = this.#free.get(key)?.filter((texture) => !this.#refused.has(texture)) ?? [];
    if (free.length === 0) this.#trim();
    this.#free.set(key, free);
    const texture = free.pop() ?? this.#create(dims);
    const view = this.#failures.scope("validation", () => {
      this.#device.queue.writeTexture(
        { texture },
        data,
        { bytesPerRow: dims[0] * 4, rowsPerImage: dims[1] },
        [...dims],
      );
      return texture.createView();
    }, (message) =>
      new GpuValidationError(
        `Cannot upload a 3-D texture of ${dims.join(" x ")} voxels: ${oneLine(message)}`,
      ));
    let live = true;
    return new GpuTexture(view, () => {
      if (!live) return;
      live = false;
      this.#free.set(key, [...this.#free.get(key) ?? [], texture]);
    });
  }

  /** Gives what lies idle back to the driver; the caller has handed over the work that may still use it. */
  #trim(): void {
    for (const texture of [...this.#free.values()].flat()) texture.destroy();
    this.#free.clear();
  }

  #create(dims: readonly [number, number, number]): GPUTexture {
    let texture: GPUTexture;
    return this.#failures.scope(
      "out-of-memory",
      () =>
        texture = this.#device.createTexture({
          label: "volume",
          size: [...dims],
          dimension: "3d",
          format: "r32float",
          usage: GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST,
        }),
      () => {
        this.#refused.add(texture);
        return new GpuMemoryError(
          `Cannot allocate a 3-D texture of ${dims.join(" x ")} voxels: the adapter has less than ${
            formatBytes(4 * dims[0] * dims[1] * dims[2])
          } free; close other programs or use the exact filter`,
        );
      },
    );
  }
}
