import type { Gpu } from "../gpu/mod.ts";
import type { Connectivity } from "./_runs.ts";
import { clearBorder } from "./clear_border.ts";
import { components } from "./components.ts";
import { fillHoles } from "./fill_holes.ts";
import { checkSameDims, type PackedMask } from "./mask.ts";
import { packMask, unpackMask } from "./pack.ts";
import { reconstruct } from "./reconstruct.ts";
import {
  findRegions,
  fitsRegions,
  keepRegions,
  markBorder,
  markHit,
  markLargest,
} from "./regions.ts";

/**
 * Options of the functions on regions of a mask on the GPU. Masks of more voxels than fit the adapter's largest array, 2 bytes each, are
 * worked on by the host.
 */
export interface RegionOptions {
  /** How voxels touch: through faces (6), edges too (18) or corners too (26). In slices 6 stands for 4 neighbours, 18 and 26 for all 8. */
  readonly connectivity?: Connectivity;
  /** Treat each slice across this axis (2: axial in RAS) on its own; slices across x are for the functions on the host. */
  readonly slices?: 1 | 2;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

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
  checkRegionOptions("keep the largest regions", { connectivity });
  if (!fitsRegions(gpu, mask)) {
    return await onHost(gpu, mask, signal, (data) => {
      const { labels } = components(data, mask.dims, { connectivity });
      for (let i = 0; i < data.length; i++) data[i] = labels[i]! > 0 && labels[i]! <= count ? 1 : 0;
      return data;
    });
  }
  using regions = await findRegions(gpu, mask, { connectivity, signal });
  markLargest(gpu, regions, count);
  return keepRegions(gpu, regions, "marked", true);
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

/**
 * Refuses options that are none.
 *
 * @param action What was asked for, for the message.
 * @param options The options.
 * @throws {RangeError} If one is not valid.
 */
export function checkRegionOptions(
  action: string,
  { connectivity, slices }: { readonly connectivity: number; readonly slices?: number | undefined },
): void {
  if (![6, 18, 26].includes(connectivity)) {
    throw new RangeError(
      `Cannot ${action}: connectivity must be 6, 18 or 26, found ${connectivity}`,
    );
  }
  if (slices !== undefined && ![1, 2].includes(slices)) {
    throw new RangeError(
      `Cannot ${action}: slices on the GPU must be axis 1 or 2, found ${slices}`,
    );
  }
}
