import { filled, type Gpu } from "../gpu/mod.ts";
import { voxelCount } from "../volume/mod.ts";
import type { ConnectOptions } from "./_runs.ts";
import type { ConnectedComponents } from "./connected_components.ts";
import { allocateMask, checkSameDims, type PackedMask } from "./mask.ts";
import { countVoxels, findRegions, recordRegions, type Regions } from "./regions.ts";

/** Numbers regions on the GPU: union-find there, sorting on the host, which alone gives the same numbers on every run. */
export async function componentsOnGpu(
  gpu: Gpu,
  mask: PackedMask,
  options: ConnectOptions & { readonly signal?: AbortSignal | undefined },
): Promise<ConnectedComponents> {
  using held = new DisposableStack();
  const regions = held.use(await findRegions(gpu, mask, options));
  const { marks, count } = regions;
  const { slots, sizes } = await sortRegions(gpu, regions);
  using boxes = gpu.allocate(count * 24, "boxes of regions");
  using named = gpu.upload(slots, "regions by size");
  recordRegions(gpu, "name", regions, { marks, slots: named, boxes });
  recordRegions(gpu, "measure", regions, { marks, boxes });
  const bounds = await gpu.read(boxes, Uint32Array, { length: count * 6, signal: options.signal });
  const owned = held.move();
  return {
    sizes,
    boxes: bounds,
    labels: () =>
      filled(gpu.allocate(4 * voxelCount(mask.dims), "labels"), (labels) => {
        recordRegions(gpu, "labels", regions, { marks, labels });
      }),
    select: (keep) =>
      filled(allocateMask(gpu, mask.dims), ({ words }) => {
        using chosen = gpu.upload(
          Uint32Array.from(sizes, (_, k) => keep(k) ? 0xffffffff : 0),
          "chosen regions",
        );
        recordRegions(gpu, "select", regions, { marks, chosen, kept: words });
      }),
    countIn: async (marker) => {
      checkSameDims("count a mask's voxels in regions", marker.dims, mask.dims);
      using counts = gpu.allocate(count * 4, "voxels by region");
      gpu.clear(counts);
      recordRegions(gpu, "tally", regions, { marks, marker: marker.words, counts });
      return await gpu.read(counts, Uint32Array, { length: count });
    },
    [Symbol.dispose]: () => owned.dispose(),
  };
}

/** Slots and sizes of the regions, the largest first, those of equal size by slot. */
async function sortRegions(
  gpu: Gpu,
  regions: Regions,
): Promise<{ slots: Uint32Array<ArrayBuffer>; sizes: Uint32Array<ArrayBuffer> }> {
  const { marks, count } = regions;
  using list = gpu.allocate(8 * (count + 1), "list of regions");
  gpu.clear(list, 0, 8);
  countVoxels(gpu, regions);
  recordRegions(gpu, "list", regions, { marks, list });
  // Little end first, as everything on a GPU: the slot is the key's lower half.
  const halves = (await gpu.read(list, Uint32Array, { length: 2 * (count + 1) })).subarray(2);
  new BigUint64Array(halves.buffer, 8, count).sort();
  return {
    slots: Uint32Array.from({ length: count }, (_, k) => halves[2 * k]!),
    sizes: Uint32Array.from({ length: count }, (_, k) => ~halves[2 * k + 1]!),
  };
}
