import { distanceTransform, packMask, readDistances } from "../../src/morphology/mod.ts";
import type { Vec3 } from "../../src/volume/mod.ts";
import { distancesReference } from "../../reference/mod.ts";
import { blobMask, EDGE_MASKS, type HostMask } from "./_masks.ts";
import type { Pair } from "./pair.ts";

interface DistanceInput extends HostMask {
  /** mm. */
  readonly spacing: Vec3;
}

const TORSO: Vec3 = [160, 160, 130];

/** A mask with one voxel, in a corner: the longest distances there are. */
function cornerMask(dims: Vec3): HostMask {
  const data = new Uint8Array(dims[0] * dims[1] * dims[2]);
  data[0] = 1;
  return { data, dims };
}

/** Distance of every voxel to the mask, mm. */
export const distance: Pair<DistanceInput> = {
  name: "morphology/distance",
  kernels: ["src/morphology/distance_rows.wgsl", "src/morphology/distance_lines.wgsl.ts"],
  cases: [
    {
      name: "to blobs at 3 mm, 160 x 160 x 130",
      headline: true,
      input: () => ({ ...blobMask(TORSO, 60, 12), spacing: [3, 3, 3] }),
    },
    {
      name: "to blobs at 3 mm, 80 x 80 x 65",
      brief: true,
      input: () => ({ ...blobMask([80, 80, 65], 60, 12), spacing: [3, 3, 3] }),
    },
    {
      name: "to blobs at 0.8 x 0.8 x 2.5 mm, 160 x 160 x 130",
      headline: true,
      input: () => ({ ...blobMask(TORSO, 60, 12), spacing: [0.8, 0.8, 2.5] }),
    },
    {
      name: "to one voxel at 1 mm, 160 x 160 x 130",
      headline: true,
      input: () => ({ ...cornerMask(TORSO), spacing: [1, 1, 1] }),
    },
    ...Object.entries(EDGE_MASKS).map(([name, mask]) => ({
      name: `at 0.7 x 1.3 x 5 mm, ${name}`,
      edge: true,
      input: (): DistanceInput => ({ ...mask(), spacing: [0.7, 1.3, 5] }),
    })),
    ...([[200, 1, 1], [1, 200, 1], [1, 1, 200], [35, 1, 9]] as const).map((dims) => ({
      name: `to one voxel at 0.7 x 1.3 x 2 mm, ${dims.join(" x ")}`,
      edge: true,
      input: (): DistanceInput => ({ ...cornerMask(dims), spacing: [0.7, 1.3, 2] }),
    })),
  ],
  gpu: async (gpu, { data, dims, spacing }) => {
    using mask = packMask(gpu, data, dims);
    using map = distanceTransform(gpu, mask, { spacing });
    return await readDistances(gpu, map);
  },
  references: { typescript: distancesReference },
  acceptance: {
    class: "absolute",
    tolerance: 1e-4,
    reason:
      "Four units in the last place of the squared distance are 2e-7 of the distance, 1e-4 mm at 500 mm",
  },
  unit: "mm",
  // Bytes in, floats out; for each axis at least a product, a sum and a comparison a voxel.
  work: ({ data }) => ({ bytes: 5 * data.length, flops: 9 * data.length }),
};
