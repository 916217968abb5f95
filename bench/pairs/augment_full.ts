import {
  augment,
  type Filter,
  OUTSIDE_LABEL,
  OUTSIDE_WINDOWED,
  type Transform,
  uploadVolume,
} from "../../src/augment/mod.ts";
import { createVolume, type Vec3, type VoxelArray, voxelCount } from "../../src/volume/mod.ts";
import { type Augmentation, augmentReference, itkAugment } from "../../reference/mod.ts";
import {
  BORDER_NOTES,
  EIGHT_BIT_FRACTIONS,
  F32_COORDINATES,
  IN_WINDOW,
  NEAREST_LABEL,
  windowed,
} from "./augment.ts";
import { NORMAL_FLOPS, PHILOX_OPERATIONS } from "./random.ts";
import { regions, turnAndScale, waves } from "./_warps.ts";
import type { Case, Pair } from "./pair.ts";

interface FullInput {
  /** HU, x fastest. */
  readonly data: Float32Array<ArrayBuffer> | Int16Array<ArrayBuffer>;
  /** One byte a voxel. */
  readonly labels: Uint8Array<ArrayBuffer>;
  readonly dims: Vec3;
  readonly transforms: readonly Transform[];
}

/** The paper's crop of a torso at 3 mm. */
const TORSO: Vec3 = [160, 160, 130];
const CROP: Vec3 = [120, 120, 160];

function input(dims: Vec3, shape: Vec3, count: number): FullInput {
  return {
    data: waves(dims, 16),
    labels: regions(dims, 16),
    dims,
    transforms: Array.from({ length: count }, (_, stream) => ({
      shape,
      matrix: turnAndScale(dims, shape, 17 + stream),
      noise: { sigma: 5, key: { seed: 18, stream } },
      window: { low: -200, high: 400 },
    })),
  };
}

const SMALL: Vec3 = [20, 18, 11];

const cases: readonly Case<FullInput>[] = [
  {
    name: "160 x 160 x 130 to 120 x 120 x 160",
    headline: true,
    input: () => input(TORSO, CROP, 1),
  },
  {
    name: "80 x 80 x 65 to 60 x 60 x 80",
    brief: true,
    input: () => input([80, 80, 65], [60, 60, 80], 1),
  },
  ...[4, 16].map((count) => ({
    name: `batch of ${count}, 160 x 160 x 130 to 120 x 120 x 160`,
    headline: true,
    input: () => input(TORSO, CROP, count),
  })),
  ...[32, 64, 128, 192, 256, 320].map((n) => ({
    name: `${n} x ${n} x ${n}`,
    headline: true,
    input: () => input([n, n, n], [n, n, n], 1),
  })),
  {
    name: "16-bit integers, occluded slab, 20 x 18 x 11",
    edge: true,
    input: () => {
      const { data, transforms, ...rest } = input(SMALL, [17, 13, 9], 3);
      return {
        ...rest,
        data: Int16Array.from(data),
        transforms: transforms.map((t, i) => ({ ...t, occlusion: { first: 2 * i, last: 4 } })),
      };
    },
  },
];

async function augmentOnGpu(
  gpu: Parameters<Pair["gpu"]>[0],
  { data, labels, dims, transforms }: FullInput,
  filter: Filter,
): Promise<VoxelArray[]> {
  const grid = { dims, spacing: [3, 3, 3] } as const;
  using volume = uploadVolume(gpu, createVolume(data, grid), {
    labels: createVolume(labels, grid),
    filter,
  });
  return parts(await augment(gpu, { volume, transforms }));
}

/** Image, then labels, of each result. */
function parts(
  results: readonly { readonly image: Float32Array; readonly labels?: Uint8Array }[],
): VoxelArray[] {
  return results.flatMap(({ image, labels }) => labels ? [image, labels] : [image]);
}

/** What the references are asked for, one entry a result. */
function augmentations({ transforms, ...source }: FullInput): Augmentation[] {
  const outside = { outside: OUTSIDE_WINDOWED, outsideLabel: OUTSIDE_LABEL };
  return transforms.map(({ matrix, shape, noise, window, occlusion }) => ({
    ...{ ...source, ...outside, matrix, shape },
    ...noise && { noise: { sigma: noise.sigma, ...noise.key } },
    ...window && { window },
    ...occlusion && { occlusion },
  }));
}

/** The whole augmentation from host to host: image with noise and window, and labels. */
export const full: Pair<FullInput> = {
  name: "augment/full",
  kernels: [
    "src/augment/warp.wgsl",
    "src/augment/warp_exact.wgsl",
    "src/augment/warp_labels.wgsl",
    "src/augment/int16.wgsl",
    "src/random/philox.wgsl",
  ],
  cases,
  gpu: (gpu, input) => augmentOnGpu(gpu, input, "exact"),
  references: {
    typescript: (input) => parts(augmentations(input).map(augmentReference)),
    "itk-wasm": async (input) => parts(await Array.fromAsync(augmentations(input), itkAugment)),
  },
  acceptance: windowed(F32_COORDINATES),
  ...IN_WINDOW,
  notes: {
    ...BORDER_NOTES,
    // Shares of the first case: the least of 25 calls of each part, in turn, on 2 cores that others used too.
    "itk-wasm":
      "ITK resamples image and labels, some 40 % of the time at 120 x 120 x 160. The rest is not ITK's but the TypeScript twin's: the " +
      "noise, some 43 %, the window and the occluded slab.",
  },
  fast: {
    kernels: ["src/augment/warp_fast.wgsl"],
    acceptance: windowed(EIGHT_BIT_FRACTIONS),
    gpu: (gpu, input) => augmentOnGpu(gpu, input, "fast"),
  },
  parts: ({ transforms }) =>
    transforms.flatMap(({ shape }) => [
      { name: "image", length: voxelCount(shape) },
      { name: "labels", length: voxelCount(shape), acceptance: NEAREST_LABEL },
    ]),
  work: ({ data, labels, transforms }) => {
    const voxels = transforms.reduce((sum, { shape }) => sum + voxelCount(shape), 0);
    return {
      bytes: data.byteLength + labels.byteLength + 5 * voxels,
      flops: voxels * (7 * 3 + 2 * 9 * 2 + 3 + NORMAL_FLOPS),
      integerOps: voxels * PHILOX_OPERATIONS / 4,
    };
  },
};
