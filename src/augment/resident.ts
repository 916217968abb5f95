import { defineKernel, type Gpu, type GpuArray, type GpuTexture } from "../gpu/mod.ts";
import { type Vec3, type Volume, voxelCount } from "../volume/mod.ts";
import int16Wgsl from "./int16.wgsl" with { type: "text" };

/** How an image is interpolated: `"exact"` in f32, `"fast"` by the hardware's sampler. */
export type Filter = "exact" | "fast";

/** A volume that stays on the GPU to be augmented any number of times; disposing of it frees its memory. */
export interface ResidentVolume extends Disposable {
  /** Voxels along x, y, z. */
  readonly dims: Vec3;
  /** HU, one entry a channel. */
  readonly channels: readonly (GpuArray | GpuTexture)[];
  /** One byte a voxel; absent if there are none. */
  readonly labels?: GpuArray | undefined;
}

/** Options of {@linkcode uploadVolume}. */
export interface ResidentOptions {
  /** Labels on the same grid. */
  readonly labels?: Volume<Uint8Array<ArrayBuffer>> | undefined;
  /** Which filter will sample it. Default `"exact"`. */
  readonly filter?: Filter | undefined;
}

const widen = defineKernel({
  label: "augment/int16",
  code: int16Wgsl,
  bindings: { integers: "read", values: "write" },
});

/**
 * Brings a volume to the GPU to stay.
 *
 * @param gpu Where to.
 * @param volume The CT, HU; or several images of the same dims, one a channel.
 * @param options Labels and filter.
 * @returns The volume on the GPU.
 * @throws {TypeError} If dims differ, or there is no channel.
 * @throws {GpuMemoryError} If it does not fit one binding or texture.
 */
export function uploadVolume(
  gpu: Gpu,
  volume: Volume | readonly Volume[],
  { labels, filter = "exact" }: ResidentOptions = {},
): ResidentVolume {
  const images = "dims" in volume ? [volume] : volume;
  const [first] = images;
  if (!first) throw new TypeError("Cannot augment: there is no channel");
  for (const other of [...images.slice(1), ...labels ? [labels] : []]) {
    if (other.dims.some((n, axis) => n !== first.dims[axis])) {
      throw new TypeError(
        `Cannot augment: the volume has ${first.dims.join(" x ")} voxels, ` +
          `${other === labels ? "its labels" : "another channel"} ${other.dims.join(" x ")}`,
      );
    }
  }
  using held = new DisposableStack();
  const channels = images.map((image) => held.use(uploadImage(gpu, image, filter)));
  const bytes = labels && held.use(gpu.upload(labels.data, "labels"));
  const owned = held.move();
  return { dims: first.dims, channels, labels: bytes, [Symbol.dispose]: () => owned.dispose() };
}

function uploadImage(gpu: Gpu, { data, dims }: Volume, filter: Filter): GpuArray | GpuTexture {
  if (filter === "fast") return gpu.uploadTexture(floats(data), dims);
  if (!(data instanceof Int16Array)) return gpu.upload(floats(data), "volume");
  using integers = gpu.upload(data as Int16Array<ArrayBuffer>, "volume of 16-bit integers");
  const voxels = voxelCount(dims);
  const values = gpu.allocate(voxels * 4, "volume");
  gpu.dispatch(widen, { integers, values }, gpu.workgroups(Math.ceil(voxels / 2), 128));
  return values;
}

function floats(data: Volume["data"]): Float32Array<ArrayBuffer> {
  return data instanceof Float32Array ? data as Float32Array<ArrayBuffer> : Float32Array.from(data);
}
