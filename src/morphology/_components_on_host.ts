import type { Gpu } from "../gpu/mod.ts";
import type { Vec3 } from "../volume/mod.ts";
import type { ConnectOptions } from "./_runs.ts";
import { components } from "./components.ts";
import type { ConnectedComponents } from "./connected_components.ts";
import { checkSameDims, type PackedMask } from "./mask.ts";
import { packMask, unpackMask } from "./pack.ts";

/** Regions of a mask that the adapter cannot hold with 2 bytes a voxel in one binding. */
export async function componentsOnHost(
  gpu: Gpu,
  mask: PackedMask,
  { signal, ...options }: ConnectOptions & { readonly signal?: AbortSignal | undefined },
): Promise<ConnectedComponents> {
  const { dims } = mask;
  const data = await unpackMask(gpu, mask, { signal });
  const { labels, sizes } = components(data, dims, options);
  return {
    sizes: Uint32Array.from(sizes),
    boxes: boxesOf(labels, dims, sizes.length),
    labels: () => gpu.upload(labels, "labels"),
    readLabels: () => Promise.resolve(new Uint32Array(labels.buffer)),
    select: (keep) => {
      const kept = sizes.map((_, k) => Number(keep(k)));
      return packMask(gpu, Uint8Array.from(labels, (label) => kept[label - 1] ?? 0), dims);
    },
    countIn: async (marker) => {
      checkSameDims("count a mask's voxels in regions", marker.dims, dims);
      const counts = new Uint32Array(sizes.length);
      const inside = await unpackMask(gpu, marker);
      labels.forEach((label, i) => {
        if (label > 0 && inside[i]) counts[label - 1]!++;
      });
      return counts;
    },
    [Symbol.dispose]: () => {},
  };
}

function boxesOf(labels: Int32Array, [nx, ny, nz]: Vec3, count: number): Uint32Array<ArrayBuffer> {
  const boxes = new Uint32Array(count * 6).map((_, i) => i % 6 < 3 ? 0xffffffff : 0);
  let i = 0;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++) {
        const box = 6 * (labels[i++]! - 1);
        if (box < 0) continue;
        [x, y, z].forEach((at, axis) => {
          boxes[box + axis] = Math.min(boxes[box + axis]!, at);
          boxes[box + 3 + axis] = Math.max(boxes[box + 3 + axis]!, at);
        });
      }
    }
  }
  return boxes;
}
