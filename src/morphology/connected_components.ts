import type { Gpu, GpuArray } from "../gpu/mod.ts";
import { componentsOnGpu } from "./_components_on_gpu.ts";
import { componentsOnHost } from "./_components_on_host.ts";
import type { PackedMask } from "./mask.ts";
import { checkRegionOptions, type RegionOptions } from "./region_options.ts";
import { fitsRegions } from "./regions.ts";

/**
 * Connected regions of a mask by decreasing size, those of equal size by their first voxel in memory: region `k` has the label `k + 1`. The
 * same on every adapter.
 */
export interface ConnectedComponents extends Disposable {
  /** Voxels of each region. */
  readonly sizes: Uint32Array<ArrayBuffer>;
  /** Of each region the first and the last voxel along each axis, six numbers: `x0, y0, z0, x1, y1, z1`. */
  readonly boxes: Uint32Array<ArrayBuffer>;
  /**
   * The label of each voxel, 0 outside the mask.
   *
   * @returns A u32 a voxel, x fastest; dispose of it.
   * @throws {GpuMemoryError} If the adapter cannot hold 4 bytes a voxel in one binding.
   */
  labels(): GpuArray;
  /**
   * The label of each voxel, on the host, also where the adapter cannot hold them all.
   *
   * @returns Labels, x fastest.
   */
  readLabels(): Promise<Uint32Array<ArrayBuffer>>;
  /**
   * The voxels of some regions: of the `n` largest by `k => k < n`.
   *
   * @param keep Whether region `k`, from 0, is one of them.
   * @returns A new mask.
   */
  select(keep: (k: number) => boolean): PackedMask;
  /**
   * Counts the voxels that each region shares with another mask.
   *
   * @param mask The other mask, of the same dims.
   * @returns Voxels by region.
   * @throws {TypeError} If the dims differ.
   */
  countIn(mask: PackedMask): Promise<Uint32Array<ArrayBuffer>>;
}

/**
 * Finds the connected regions of a mask on the GPU, by union-find over runs of voxels. Masks that do not fit the adapter's largest array with 2
 * bytes a voxel or 24 bytes a region are worked on by the host; {@linkcode components} is for masks that are there.
 *
 * @param gpu Where the mask is.
 * @param mask The mask; it must outlive the regions.
 * @param options What touches, by default 26; slices.
 * @returns The regions; dispose of them.
 * @throws {RangeError} If an option is none of the values above.
 * @throws {GpuMemoryError} If the adapter cannot hold them.
 *
 * @example Regions of at least 1,000 voxels that reach the first slice.
 * ```ts
 * using regions = await connectedComponents(gpu, mask, { connectivity: 6 });
 * const { sizes, boxes } = regions;
 * using kept = regions.select((k) => sizes[k]! >= 1000 && boxes[6 * k + 2] === 0);
 * ```
 */
export async function connectedComponents(
  gpu: Gpu,
  mask: PackedMask,
  { connectivity = 26, slices, signal }: RegionOptions = {},
): Promise<ConnectedComponents> {
  checkRegionOptions("find components", { connectivity, slices });
  const find = fitsRegions(gpu, mask) ? componentsOnGpu : componentsOnHost;
  return await find(gpu, mask, { connectivity, slices, signal });
}
