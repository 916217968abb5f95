import type { GpuArray } from "../gpu/mod.ts";
import { type Vec3, voxelCount } from "../volume/mod.ts";
import type { ImageTarget } from "./warp.ts";

/** A batch of images as training wants it: [batch, z, y, x, channel], each image with `halo` voxels of padding on every side. */
export interface TensorLayout {
  /** Voxels of an image along x, y, z, without padding. */
  readonly shape: Vec3;
  /** Images in the batch. */
  readonly batch: number;
  /** Channels of a voxel. */
  readonly channels: number;
  /** Voxels of padding on each side of each axis, e.g. 1 for a 3 x 3 x 3 convolution. */
  readonly halo: number;
}

/**
 * Bytes of such a batch.
 *
 * @param layout The layout.
 * @returns The size of its array; zero the array once, the padding is never written.
 */
export function tensorBytes({ shape, batch, channels, halo }: TensorLayout): number {
  return 4 * batch * channels * voxelCount(padded(shape, halo));
}

/**
 * Where one channel of one image of a batch lies, for {@linkcode warpImageInto}.
 *
 * @param values The batch's array, of at least {@linkcode tensorBytes}.
 * @param layout Its layout.
 * @param index Which image and which channel, from 0.
 * @returns The target.
 * @throws {RangeError} If there is no such image or channel.
 */
export function tensorTarget(
  values: GpuArray,
  { shape, batch, channels, halo }: TensorLayout,
  { image, channel = 0 }: { readonly image: number; readonly channel?: number },
): ImageTarget {
  if (!(image >= 0 && image < batch && channel >= 0 && channel < channels)) {
    throw new RangeError(
      `Cannot place image ${image}, channel ${channel}: the batch has ${batch} images of ${channels} channels`,
    );
  }
  const [nx, ny, nz] = padded(shape, halo);
  const strides = [channels, channels * nx, channels * nx * ny] as const;
  const corner = halo * (strides[0] + strides[1] + strides[2]);
  return { values, start: image * nz * strides[2] + corner + channel, strides };
}

function padded([nx, ny, nz]: Vec3, halo: number): Vec3 {
  return [nx + 2 * halo, ny + 2 * halo, nz + 2 * halo];
}
