import type { Gpu } from "../gpu/mod.ts";
import { clearBorder } from "./clear_border.ts";
import { connectedComponents } from "./connected_components.ts";
import { fillHoles } from "./fill_holes.ts";
import { checkSameDims, type PackedMask } from "./mask.ts";
import { packMask, unpackMask } from "./pack.ts";
import { reconstruct } from "./reconstruct.ts";
import { checkRegionOptions, type RegionOptions } from "./region_options.ts";
import { findRegions, fitsRegions, keepRegions, markBorder, markHit } from "./regions.ts";

/**
 * The largest regions of a mask, all of them where there are fewer; of equal ones that whose first voxel comes first in memory.
 *
 * @param gpu Where the mask is.
 * @param mask The mask.
 * @param options How many; what touches, by default 26.
 * @returns A new mask.
 * @throws {RangeError} If `count` is not a whole number from 1, or an option is none of the values above.
 *
 * @example The two lungs.
 * ```ts
 * using lungs = await keepLargest(gpu, dark, { count: 2 });
 * ```
 */
export async function keepLargest(
  gpu: Gpu,
  mask: PackedMask,
  { count, connectivity = 26, signal }: Omit<RegionOptions, "slices"> & { readonly count: number },
): Promise<PackedMask> {
  if (!(Number.isInteger(count) && count >= 1)) {
    throw new RangeError(
      `Cannot keep the ${count} largest regions: it must be a whole number from 1`,
    );
  }
  using regions = await connectedComponents(gpu, mask, { connectivity, signal });
  return regions.select((k) => k < count);
}

/**
 * Fills holes of a mask on the GPU; {@linkcode fillHoles} says what a hole is.
 *
 * @param gpu Where the mask is.
 * @param mask The mask.
 * @param options How the background touches, by default 6; slices.
 * @returns A new mask.
 * @throws {RangeError} If an option is none of the values above.
 */
export async function fillMaskHoles(
  gpu: Gpu,
  mask: PackedMask,
  { connectivity = 6, slices, signal }: RegionOptions = {},
): Promise<PackedMask> {
  checkRegionOptions("fill holes", { connectivity, slices });
  if (!fitsRegions(gpu, mask)) {
    const options = { connectivity, ...slices && { slices } };
    return await onHost(gpu, mask, signal, (data) => fillHoles(data, mask.dims, options));
  }
  using regions = await findRegions(gpu, mask, { connectivity, slices, flip: true, signal });
  markBorder(gpu, regions, slices);
  return keepRegions(gpu, regions, "all but marked");
}

/**
 * Removes the regions of a mask that reach the volume's faces, on the GPU; see {@linkcode clearBorder}.
 *
 * @param gpu Where the mask is.
 * @param mask The mask.
 * @param options What touches, by default 26; slices.
 * @returns A new mask.
 * @throws {RangeError} If an option is none of the values above.
 */
export async function clearMaskBorder(
  gpu: Gpu,
  mask: PackedMask,
  { connectivity = 26, slices, signal }: RegionOptions = {},
): Promise<PackedMask> {
  checkRegionOptions("clear the border", { connectivity, slices });
  if (!fitsRegions(gpu, mask)) {
    const options = { connectivity, ...slices && { slices } };
    return await onHost(gpu, mask, signal, (data) => clearBorder(data, mask.dims, options));
  }
  using regions = await findRegions(gpu, mask, { connectivity, slices, signal });
  markBorder(gpu, regions, slices);
  return keepRegions(gpu, regions, "unmarked");
}

/**
 * The regions of a mask that hold a voxel of a marker, on the GPU; see {@linkcode reconstruct}.
 *
 * @param gpu Where the masks are.
 * @param marker Where to grow from.
 * @param mask How far to grow; same dims.
 * @param options What touches, by default 26.
 * @returns A new mask.
 * @throws {TypeError} If the dims differ.
 * @throws {RangeError} If an option is none of the values above.
 */
export async function reconstructMask(
  gpu: Gpu,
  marker: PackedMask,
  mask: PackedMask,
  { connectivity = 26, signal }: Omit<RegionOptions, "slices"> = {},
): Promise<PackedMask> {
  checkSameDims("reconstruct a marker under a mask", marker.dims, mask.dims);
  checkRegionOptions("reconstruct a marker", { connectivity });
  if (!fitsRegions(gpu, mask)) {
    const seeds = await unpackMask(gpu, marker, { signal });
    return await onHost(
      gpu,
      mask,
      signal,
      (data) => reconstruct(seeds, data, mask.dims, { connectivity }),
    );
  }
  using regions = await findRegions(gpu, mask, { connectivity, signal });
  markHit(gpu, regions, marker);
  return keepRegions(gpu, regions, "marked");
}

async function onHost(
  gpu: Gpu,
  mask: PackedMask,
  signal: AbortSignal | undefined,
  work: (data: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
): Promise<PackedMask> {
  return packMask(gpu, work(await unpackMask(gpu, mask, { signal })), mask.dims);
}
