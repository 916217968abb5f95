import { widestPaths } from "../../src/morphology/mod.ts";
import { RandomStream } from "../../src/random/mod.ts";
import { type Vec3, voxelCount } from "../../src/volume/mod.ts";
import { widestPathsReference } from "../../reference/mod.ts";
import { randomMask, serpentine } from "./_masks.ts";
import type { Pair } from "./pair.ts";

interface WidthsInput {
  /** x fastest. */
  readonly data: Float32Array<ArrayBuffer>;
  readonly dims: Vec3;
  /** Indices of voxels. */
  readonly seeds: readonly number[];
}

/** Depths in balls that overlap by more and less, as organs and the vessels between them; the front begins in the first. */
function balls(dims: Vec3, count: number, seed: number): WidthsInput {
  const random = new RandomStream({ seed, stream: 0 });
  const data = new Float32Array(voxelCount(dims));
  const most = Math.min(...dims) / 4;
  let first = 0;
  for (let b = 0; b < count; b++) {
    const [cx, cy, cz] = dims.map((n) => random.integer(n)) as unknown as Vec3;
    const radius = random.uniform(most / 2, most);
    if (b === 0) first = cx + dims[0] * (cy + dims[1] * cz);
    for (let i = 0, z = 0; z < dims[2]; z++) {
      for (let y = 0; y < dims[1]; y++) {
        for (let x = 0; x < dims[0]; x++, i++) {
          const depth = radius - Math.hypot(x - cx, y - cy, z - cz);
          if (depth > data[i]!) data[i] = depth;
        }
      }
    }
  }
  return { data, dims, seeds: [first] };
}

function randomWidths(dims: Vec3, seeds: readonly number[]): WidthsInput {
  const random = new RandomStream({ seed: 4, stream: 0 });
  return { data: new Float32Array(voxelCount(dims)).map(() => random.uniform()), dims, seeds };
}

const EDGES: Readonly<Record<string, () => WidthsInput>> = {
  "one voxel": () => ({ data: Float32Array.of(2.5), dims: [1, 1, 1], seeds: [0] }),
  "a line of each axis, 40 x 1 x 1": () => randomWidths([40, 1, 1], [13]),
  "1 x 40 x 1": () => randomWidths([1, 40, 1], [39]),
  "1 x 1 x 40": () => randomWidths([1, 1, 40], [0]),
  "random, three seeds, 33 x 7 x 5": () => randomWidths([33, 7, 5], [0, 500, 1154]),
  "random, 20 x 21 x 22": () => randomWidths([20, 21, 22], [4000]),
  "nothing but walls, 9 x 8 x 7": () => ({
    ...{ data: new Float32Array(504), dims: [9, 8, 7], seeds: [250] },
  }),
  "a seed in a wall, 40 x 30 x 20": () => {
    const { data, dims } = randomMask([40, 30, 20], 0.6, 3);
    return { data: Float32Array.from(data), dims, seeds: [data.indexOf(0)] };
  },
  "a path of many turns, 70 x 13 x 9": () => {
    const { data, dims } = serpentine([70, 13, 9]);
    return { data: Float32Array.from(data, (on) => 3 * on), dims, seeds: [0] };
  },
};

/** The widest way from seeds to every voxel: a front that passes narrow places last. */
export const widest: Pair<WidthsInput> = {
  name: "morphology/widest-paths",
  kernels: ["src/morphology/widest_paths.wgsl"],
  cases: [
    {
      name: "in 30 balls, 80 x 80 x 65",
      headline: true,
      input: () => balls([80, 80, 65], 30, 7),
    },
    { name: "in 12 balls, 32 x 32 x 32", brief: true, input: () => balls([32, 32, 32], 12, 7) },
    ...Object.entries(EDGES).map(([name, input]) => ({ name, edge: true, input })),
  ],
  gpu: (gpu, { data, dims, seeds }) => widestPaths(gpu, { data, dims }, { seeds }),
  references: { typescript: widestPathsReference },
  acceptance: { class: "exact", reason: "Widths are compared and copied, never computed with" },
  // Widths in, levels out; each width and each neighbour is compared at least once.
  work: ({ data }) => ({ bytes: 8 * data.length, flops: 7 * data.length }),
};
