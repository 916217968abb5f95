import {
  clearMaskBorder,
  connectedComponents,
  fillMaskHoles,
  keepLargest,
  packMask,
  reconstructMask,
  unpackMask,
} from "../../src/morphology/mod.ts";
import type { Vec3 } from "../../src/volume/mod.ts";
import {
  clearBorderReference,
  componentsReference,
  fillHolesReference,
  keepLargestReference,
  niimathFillHoles,
  reconstructReference,
  type Touch,
} from "../../reference/mod.ts";
import { blobMask, EDGE_MASKS, type HostMask, randomMask, serpentine } from "./_masks.ts";
import type { Case, Pair } from "./pair.ts";

interface RegionInput extends HostMask {
  readonly connectivity: Touch;
  readonly slices?: 1 | 2;
}

const TORSO: Vec3 = [160, 160, 130];
const KERNELS = ["src/morphology/regions.wgsl.ts", "src/morphology/regions_merge.wgsl.ts"];
const EXACT = { class: "exact", reason: "Runs are joined and counted in whole numbers" } as const;

/** Voxels that touch by corners alone, across words too. */
function corners(dims: Vec3): HostMask {
  const [nx, ny] = dims;
  const data = new Uint8Array(nx * ny * dims[2]).map((_, i) => {
    const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
    return Number(x % 2 === y % 2 && y % 2 === z % 2);
  });
  return { data, dims };
}

const MASKS: Readonly<Record<string, () => HostMask>> = {
  ...EDGE_MASKS,
  "serpentine 70 x 13 x 9": () => serpentine([70, 13, 9]),
  "corners alone 70 x 6 x 5": () => corners([70, 6, 5]),
  "on every face 40 x 9 x 8": () => randomMask([40, 9, 8], 0.7, 5),
};

/** One path that winds from a slice's corner to its middle, two of its turns a voxel apart. */
function spiral(n: number): HostMask {
  const data = new Uint8Array(n * n);
  const at = (x: number, y: number) => x >= 0 && y >= 0 && x < n && y < n ? data[x + n * y] : 0;
  let [x, y, dx, dy] = [0, 0, 1, 0];
  for (let turns = 0; turns < 2;) {
    data[x + n * y] = 1;
    const [u, v] = [x + dx, y + dy];
    if (u < 0 || v < 0 || u >= n || v >= n || at(u + dx, v + dy)) {
      [dx, dy] = [-dy, dx];
      turns++;
    } else {
      [x, y, turns] = [u, v, 0];
    }
  }
  return { data, dims: [n, n, 1] };
}

/** References that leave a case out, and why, by the mask's name, what touches, and whether it is cut into slices. */
type Without = (mask: string, connectivity: Touch, inSlices: boolean) => Case["without"];

function cases(
  timed: Touch,
  slices: readonly (1 | 2 | undefined)[],
  without: Without = () => undefined,
  masks = MASKS,
) {
  const leftOut = (mask: string, connectivity: Touch, axis: 1 | 2 | undefined) => {
    const found = without(mask, connectivity, axis !== undefined);
    return found && { without: found };
  };
  const blobs = (dims: Vec3, axis?: 1 | 2): Case<RegionInput> => ({
    name: `blobs, ${timed} neighbours${axis === undefined ? "" : " in slices"}, ${
      dims.join(" x ")
    }`,
    ...leftOut("blobs", timed, axis),
    input: () => ({
      ...blobMask(dims, 60, 14),
      connectivity: timed,
      ...axis !== undefined && { slices: axis },
    }),
  });
  const edges = Object.entries(masks).flatMap(([name, mask]) =>
    ([6, 18, 26] as const).flatMap((connectivity) =>
      slices.map((axis): Case<RegionInput> => ({
        name: `${name}, ${connectivity} neighbours${
          axis === undefined ? "" : ` in slices across ${"xyz"[axis]}`
        }`,
        edge: true,
        ...leftOut(name, connectivity, axis),
        input: () => ({ ...mask(), connectivity, ...axis !== undefined && { slices: axis } }),
      }))
    )
  );
  return [
    ...slices.map((axis) => ({ ...blobs(TORSO, axis), headline: true })),
    { ...blobs([80, 80, 65]), brief: true },
    ...edges,
  ];
}

/** Bytes in and out; each word met with those before it in up to four rows. */
function work({ data, dims }: RegionInput) {
  const words = Math.ceil(dims[0] / 32) * dims[1] * dims[2];
  return { bytes: 2 * data.length, flops: 0, integerOps: 4 * words };
}

/** All regions: a label a voxel, then sizes and boxes. */
export const components: Pair<RegionInput> = {
  name: "morphology/components",
  kernels: [...KERNELS, "src/morphology/regions_number.wgsl.ts"],
  cases: cases(26, [undefined, 2], () => undefined, {
    ...MASKS,
    "spiral 37 x 37 x 1": () => spiral(37),
    "column 1 x 1 x 40": () => randomMask([1, 1, 40], 0.6, 6),
  }),
  gpu: async (gpu, { data, dims, ...options }) => {
    using mask = packMask(gpu, data, dims);
    using regions = await connectedComponents(gpu, mask, options);
    return [await regions.readLabels(), regions.sizes, regions.boxes];
  },
  references: { typescript: componentsReference },
  acceptance: EXACT,
  work: (input) => ({ ...work(input), bytes: 5 * input.data.length }),
};

/** The two largest regions. */
export const largest: Pair<RegionInput> = {
  name: "morphology/keep-largest",
  kernels: KERNELS,
  cases: cases(26, [undefined]),
  gpu: async (gpu, { data, dims, connectivity }) => {
    using mask = packMask(gpu, data, dims);
    using kept = await keepLargest(gpu, mask, { count: 2, connectivity });
    return await unpackMask(gpu, kept);
  },
  references: { typescript: (input) => keepLargestReference({ ...input, count: 2 }) },
  acceptance: EXACT,
  work,
};

const beyondNiimath: Without = (mask, connectivity, inSlices) => {
  if (inSlices) return { niimath: "it fills holes of the volume alone" };
  if (connectivity === 18) return { niimath: "it knows 6 and 26 neighbours" };
  const few = mask.startsWith("empty") || mask.startsWith("single voxel");
  return few ? { niimath: "it refuses masks of less than two voxels" } : undefined;
};

/** Holes filled, in the volume and in axial slices. */
export const holes: Pair<RegionInput> = {
  name: "morphology/fill-holes",
  kernels: KERNELS,
  cases: cases(6, [undefined, 2], beyondNiimath),
  gpu: async (gpu, { data, dims, ...options }) => {
    using mask = packMask(gpu, data, dims);
    using filled = await fillMaskHoles(gpu, mask, options);
    return await unpackMask(gpu, filled);
  },
  references: {
    typescript: fillHolesReference,
    niimath: ({ data, dims, connectivity }) =>
      niimathFillHoles({ data, dims, connectivity: connectivity === 6 ? 6 : 26 }),
  },
  acceptance: EXACT,
  work,
};

/** Regions that reach the border removed, in the volume and in axial slices. */
export const border: Pair<RegionInput> = {
  name: "morphology/clear-border",
  kernels: KERNELS,
  cases: cases(26, [undefined, 2]),
  gpu: async (gpu, { data, dims, ...options }) => {
    using mask = packMask(gpu, data, dims);
    using inner = await clearMaskBorder(gpu, mask, options);
    return await unpackMask(gpu, inner);
  },
  references: { typescript: clearBorderReference },
  acceptance: EXACT,
  work,
};

/** Markers, one voxel in a hundred, grown under the mask. */
export const reconstruction: Pair<RegionInput & { readonly marker: Uint8Array<ArrayBuffer> }> = {
  name: "morphology/reconstruct",
  kernels: KERNELS,
  cases: cases(26, [undefined]).map((item) => ({
    ...item,
    input() {
      const input = item.input();
      return { ...input, marker: randomMask(input.dims, 0.01, 15).data };
    },
  })),
  gpu: async (gpu, { data, dims, marker, connectivity }) => {
    using mask = packMask(gpu, data, dims);
    using seeds = packMask(gpu, marker, dims);
    using grown = await reconstructMask(gpu, seeds, mask, { connectivity });
    return await unpackMask(gpu, grown);
  },
  references: { typescript: reconstructReference },
  acceptance: EXACT,
  work,
};
