import { filled, type Gpu, type GpuArray } from "../gpu/mod.ts";
import { voxelCount } from "../volume/mod.ts";
import type { ConnectOptions } from "./_runs.ts";
import { type Slab, slabsOf } from "./_slabs.ts";
import { componentsOnHost } from "./_components_on_host.ts";
import type { ConnectedComponents } from "./connected_components.ts";
import { allocateMask, checkSameDims, type PackedMask } from "./mask.ts";
import { findRegions, recordRegions, type Regions } from "./regions.ts";

/** Numbers regions on the GPU: union-find there, sorting on the host, which alone gives the same numbers on every run. */
export async function componentsOnGpu(
  gpu: Gpu,
  mask: PackedMask,
  options: ConnectOptions & { readonly signal?: AbortSignal | undefined },
): Promise<ConnectedComponents> {
  using held = new DisposableStack();
  const regions = held.use(await findRegions(gpu, mask, options));
  const { marks, count } = regions;
  // Millions of specks: their boxes do not fit one binding where two voxels' slots do.
  if (24 * count > gpu.largestArray) return await componentsOnHost(gpu, mask, options);
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
    labels: () => labelsOf(gpu, regions, { first: 0, dims: mask.dims }),
    readLabels: async () => {
      const slabs = slabsOf(gpu, mask.dims, 4);
      if (slabs.length === 1) return await readSlab(gpu, regions, slabs[0]!);
      const all = new Uint32Array(voxelCount(mask.dims));
      for (const slab of slabs) {
        all.set(await readSlab(gpu, regions, slab), slab.first * mask.dims[0] * mask.dims[1]);
      }
      return all;
    },
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

/** The labels of some slices. */
function labelsOf(gpu: Gpu, regions: Regions, slab: Slab): GpuArray {
  return filled(gpu.allocate(4 * voxelCount(slab.dims), "labels"), (labels) => {
    recordRegions(gpu, "labels", regions, { marks: regions.marks, labels }, { slab });
  });
}

async function readSlab(
  gpu: Gpu,
  regions: Regions,
  slab: Slab,
): Promise<Uint32Array<ArrayBuffer>> {
  using labels = labelsOf(gpu, regions, slab);
  return await gpu.read(labels, Uint32Array);
}

/** Slots and sizes of the regions, the largest first, those of equal size by slot. */
async function sortRegions(
  gpu: Gpu,
  regions: Regions,
): Promise<{ slots: Uint32Array<ArrayBuffer>; sizes: Uint32Array<ArrayBuffer> }> {
  const { marks, count } = regions;
  using list = gpu.allocate(8 * (count + 1), "list of regions");
  gpu.clear(list, 0, 8);
  recordRegions(gpu, "count", regions, { marks });
  recordRegions(gpu, "list", regions, { marks, list });
  // Little end first, as everything on a GPU: the slot is the key's lower half.
  const halves = (await gpu.read(list, Uint32Array, { length: 2 * (count + 1) })).subarray(2);
  new BigUint64Array(halves.buffer, 8, count).sort();
  return {
    slots: Uint32Array.from({ length: count }, (_, k) => halves[2 * k]!),
    sizes: Uint32Array.from({ length: count }, (_, k) => ~halves[2 * k + 1]!),
  };
}
