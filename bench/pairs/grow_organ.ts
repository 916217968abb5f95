import { growOrgan, type SeededOrgan } from "../../src/labels/mod.ts";
import { RandomStream } from "../../src/random/mod.ts";
import { createVolume, type Vec3, voxelCount } from "../../src/volume/mod.ts";
import { growOrganReference, type GrowthOf } from "../../reference/mod.ts";
import type { Pair } from "./pair.ts";

interface GrowthInput {
  /** HU, x fastest, voxels of 3 mm. */
  readonly hu: Int16Array<ArrayBuffer>;
  readonly dims: Vec3;
  readonly organ: SeededOrgan;
  /** Indices of the voxel that is clicked. */
  readonly click: Vec3;
}

/** A ball in a scene: middle and radius as shares of the scene's sides and of its shortest one. */
type Ball = readonly [x: number, y: number, z: number, radius: number, hu: number];

/** An organ with a vessel and a cyst in it, a neighbour of the same HU that touches it, and one of other HU. */
const ABDOMEN: readonly Ball[] = [
  [0.8, 0.5, 0.5, 0.2, 80],
  [0.35, 0.5, 0.85, 0.22, 20],
  [0.35, 0.5, 0.45, 0.32, 80],
  [0.3, 0.6, 0.5, 0.05, 150],
  [0.45, 0.4, 0.4, 0.07, 5],
];

/** What `growOrgan` knows of each organ, said again. */
const RULES: Readonly<Record<SeededOrgan, Omit<GrowthOf, "ct" | "voxel">>> = {
  liver: { near: 15, spread: [3, 18, 36], uniform: true, solid: false, largest: 3000 },
  kidneys: { near: 9, spread: [4, 130, Infinity], uniform: false, solid: true, largest: 350 },
  bladder: { near: 12, spread: [4, 130, Infinity], uniform: false, solid: false, largest: 700 },
};

function scene(
  organ: SeededOrgan,
  dims: Vec3,
  balls: readonly Ball[] = ABDOMEN,
  at: Vec3 = [0.35, 0.5, 0.45],
): GrowthInput {
  const random = new RandomStream({ seed: 6, stream: 0 });
  const side = Math.min(...dims);
  const hu = new Int16Array(voxelCount(dims));
  for (let z = 0, i = 0; z < dims[2]; z++) {
    for (let y = 0; y < dims[1]; y++) {
      for (let x = 0; x < dims[0]; x++, i++) {
        const ball = balls.findLast(([bx, by, bz, r]) =>
          Math.hypot(x - bx * dims[0], y - by * dims[1], z - bz * dims[2]) <= r * side
        );
        hu[i] = (ball?.[4] ?? -100) + random.normal(0, 12);
      }
    }
  }
  const click = at.map((share, axis) => Math.floor(share * dims[axis]!)) as unknown as Vec3;
  return { hu, dims, organ, click };
}

const SMALL: Vec3 = [31, 26, 22];
const EDGES: Readonly<Record<string, () => GrowthInput>> = {
  "kidneys, 31 x 26 x 22": () => scene("kidneys", SMALL),
  "bladder, 31 x 26 x 22": () => scene("bladder", SMALL),
  "a click in a cyst of a kidney, 31 x 26 x 22": () =>
    scene("kidneys", SMALL, [[0.4, 0.5, 0.5, 0.4, 150], [0.5, 0.5, 0.5, 0.25, 5]], [0.5, 0.5, 0.5]),
  "a click in fat, 31 x 26 x 22": () => scene("liver", SMALL, [], [0.5, 0.5, 0.5]),
  "an organ cut by three faces, 24 x 23 x 22": () =>
    scene("liver", [24, 23, 22], [[0, 0, 0, 0.7, 60]], [0.1, 0.1, 0.1]),
  "one slice, 40 x 36 x 1": () =>
    scene("liver", [40, 36, 1], [[0.5, 0.5, 0, 14, 60]], [0.5, 0.5, 0]),
};

/** An organ from one click. */
export const growth: Pair<GrowthInput> = {
  name: "labels/grow-organ",
  kernels: [
    "src/morphology/distance_lines.wgsl.ts",
    "src/morphology/distance_rows.wgsl",
    "src/morphology/regions.wgsl.ts",
    "src/morphology/widest_paths.wgsl",
  ],
  cases: [
    { name: "liver, 56 x 50 x 44", headline: true, input: () => scene("liver", [56, 50, 44]) },
    { name: "liver, 31 x 26 x 22", brief: true, input: () => scene("liver", SMALL) },
    ...Object.entries(EDGES).map(([name, input]) => ({ name, edge: true, input })),
  ],
  gpu: async (gpu, { hu, dims, organ, click }) => {
    const volume = createVolume(hu, { dims, spacing: [3, 3, 3] });
    const seeds = [click.map((i) => 3 * i) as unknown as Vec3];
    return (await growOrgan(gpu, { volume, organ, seeds })).mask.data;
  },
  references: {
    typescript: ({ hu, dims, organ, click: [x, y, z] }) =>
      growOrganReference({
        ct: createVolume(hu, { dims, spacing: [3, 3, 3] }),
        voxel: x + dims[0] * (y + dims[1] * z),
        ...RULES[organ],
      }),
  },
  acceptance: {
    class: "exact",
    reason:
      "Squared distances between voxels are whole numbers, and the host smooths the CT for both",
  },
  // HU in, a byte out; a voxel is smoothed by 7 taps along three axes, and three axes of distances are compared.
  work: ({ hu }) => ({ bytes: hu.byteLength + hu.length, flops: (2 * 3 * 7 + 9) * hu.length }),
};
