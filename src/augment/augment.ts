import type { Gpu, GpuArray, GpuTexture } from "../gpu/mod.ts";
import type { Vec3, Volume } from "../volume/mod.ts";
import { voxelCount } from "../volume/mod.ts";
import type { Transform } from "./transform.ts";
import { warpImage, warpLabels } from "./warp.ts";

/** How the image is interpolated: `"exact"` in f32, `"fast"` by the hardware's sampler. */
export type Filter = "exact" | "fast";

/** Options of {@linkcode augment}. */
export interface AugmentOptions {
  /** The CT, HU. */
  readonly volume: Volume;
  /** Its labels, on the same grid. */
  readonly labels?: Volume<Uint8Array<ArrayBuffer>> | undefined;
  /** One for each result. */
  readonly transforms: readonly Transform[];
  /** Default `"exact"`. */
  readonly filter?: Filter | undefined;
  /** Stops between two results. */
  readonly signal?: AbortSignal | undefined;
}

/** One augmented crop. */
export interface Augmented {
  /** What was done. */
  readonly transform: Transform;
  /** Voxels of `transform.shape`, x fastest: [0, 1] with a window, HU without. */
  readonly image: Float32Array<ArrayBuffer>;
  /** Labels on the same grid, 255 outside; absent if none were given. */
  readonly labels?: Uint8Array<ArrayBuffer>;
}

/**
 * Augments a volume on the GPU, any number of times for one upload.
 *
 * @param gpu Where to work.
 * @param options Volume, labels, transforms.
 * @returns One result for each transform, in order.
 * @throws {TypeError} If the labels' dims differ from the volume's.
 * @throws {RangeError} If a transform is not sound.
 *
 * @example A crop of 120 x 120 x 160 voxels from the volume's corner, with 5 HU of noise.
 * ```ts
 * const [crop] = await augment(gpu, {
 *   volume: ct,
 *   transforms: [{
 *     shape: [120, 120, 160],
 *     matrix: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
 *     noise: { sigma: 5, key: { seed: 1, stream: 0 } },
 *     window: { low: -200, high: 400 },
 *   }],
 * });
 * ```
 */
export async function augment(gpu: Gpu, options: AugmentOptions): Promise<Augmented[]> {
  const { volume, labels, transforms, filter = "exact", signal } = options;
  if (labels && labels.dims.some((n, axis) => n !== volume.dims[axis])) {
    throw new TypeError(
      `Cannot augment: the volume has ${volume.dims.join(" x ")} voxels, its labels ${
        labels.dims.join(" x ")
      }`,
    );
  }
  using image = upload(gpu, volume, filter);
  using labelBytes = labels && gpu.upload(labels.data, "labels");
  const results: Augmented[] = [];
  for (const transform of transforms) {
    signal?.throwIfAborted();
    using warped = warpImage(gpu, { values: image, dims: volume.dims }, transform);
    using warpedLabels = labelBytes &&
      warpLabels(gpu, { values: labelBytes, dims: volume.dims }, transform);
    const length = voxelCount(transform.shape);
    results.push({
      transform,
      image: await gpu.read(warped, Float32Array, { signal }),
      ...warpedLabels && { labels: await gpu.read(warpedLabels, Uint8Array, { length, signal }) },
    });
  }
  return results;
}

function upload(gpu: Gpu, volume: Volume, filter: Filter): GpuArray | GpuTexture {
  const values = volume.data instanceof Float32Array
    ? volume.data as Float32Array<ArrayBuffer>
    : Float32Array.from(volume.data);
  return filter === "fast"
    ? gpu.uploadTexture(values, volume.dims as Vec3)
    : gpu.upload(values, "volume");
}
