import {
  type Filter,
  OUTSIDE_HU,
  OUTSIDE_LABEL,
  OUTSIDE_WINDOWED,
  type Transform,
  warpImage,
  warpLabels,
} from "../../src/augment/mod.ts";
import { type Vec3, voxelCount } from "../../src/volume/mod.ts";
import { itkWarp, itkWarpLabels, warpLabelsReference, warpReference } from "../../reference/mod.ts";
import { EDGE_WARPS, regions, STEEPEST, turnAndScale, type WarpInput, waves } from "./_warps.ts";
import type { Acceptance, Case, Pair } from "./pair.ts";
import { NORMAL_FLOPS, PHILOX_OPERATIONS } from "./random.ts";

type ImageInput = WarpInput<Float32Array<ArrayBuffer>>;
type LabelInput = WarpInput<Uint8Array<ArrayBuffer>>;

const TORSO: Vec3 = [160, 160, 130];
const HALF: Vec3 = [80, 80, 65];
const turn = (dims: Vec3): Transform => ({ shape: dims, matrix: turnAndScale(dims, dims, 12) });

/**
 * What f32 coordinates allow. A coordinate near 160, a sum of three f32 products below 250, is off by at most 4 roundings of 2^-17 or
 * 3e-5 voxels along each axis.
 */
export const F32_COORDINATES: Acceptance = {
  class: "absolute",
  tolerance: 3 * 3e-5 * STEEPEST,
  exceptionsPerMillion: 6,
  reason:
    `f32 coordinates are off by up to 3e-5 voxels, at edges of up to ${STEEPEST} HU a voxel on three axes; ` +
    "a voxel whose coordinate lies that near a face may fall on its other side",
};

function imageCases(extra: Partial<Transform>): Case<ImageInput>[] {
  const whole = (dims: Vec3) => ({
    name: `turn and scale, ${dims.join(" x ")}`,
    input: () => ({ data: waves(dims, 13), dims, transform: { ...turn(dims), ...extra } }),
  });
  return [
    { ...whole(TORSO), headline: true },
    { ...whole(HALF), brief: true },
    ...EDGE_WARPS.map(([name, dims, transform]) => ({
      name,
      edge: true,
      input: () => ({ data: waves(dims, 14), dims, transform: { ...transform, ...extra } }),
    })),
  ];
}

async function warpOnGpu(
  gpu: Parameters<Pair["gpu"]>[0],
  { data, dims, transform }: ImageInput,
  filter: Filter,
): Promise<Float32Array> {
  using values = filter === "exact" ? gpu.upload(data) : gpu.uploadTexture(data, dims);
  using warped = warpImage(gpu, { values, dims }, transform);
  return await gpu.read(warped, Float32Array);
}

function twin({ data, dims, transform }: ImageInput): Float32Array {
  const { shape, matrix, noise, window } = transform;
  return warpReference({
    data,
    dims,
    matrix,
    shape,
    interpolation: "linear",
    outside: window ? OUTSIDE_WINDOWED : OUTSIDE_HU,
    ...noise && { noise: { sigma: noise.sigma, ...noise.key } },
    ...window && { window },
  });
}

/** Reads and writes each voxel once; seven lerps and nine multiply-adds a voxel, and what the values' change takes. */
function warpWork({ data, transform }: ImageInput, more = 0) {
  const voxels = voxelCount(transform.shape);
  return { bytes: data.byteLength + voxels * 4, flops: voxels * (7 * 3 + 9 * 2 + more) };
}

/** What f32 coordinates allow labels. */
export const NEAREST_LABEL: Acceptance = {
  class: "mismatch-count",
  tolerance: 60,
  reason:
    "f32 coordinates are off by up to 3e-5 voxels: of a million voxels 180 lie that near the middle between two " +
    "on some axis, a third of them or fewer where the label changes",
};

/** What the sampler's fractions allow. */
export const EIGHT_BIT_FRACTIONS: Acceptance = {
  class: "absolute",
  tolerance: 3 * STEEPEST / 256,
  exceptionsPerMillion: 6,
  reason:
    "WebGPU promises the sampler's fractions no better than 8 bits: half a step on each axis at edges of " +
    `${STEEPEST} HU, rounded up to one step; a voxel whose f32 coordinate lies at a face may fall on its other side`,
};

/** Windowed images are compared in HU: a difference of 1 is a whole window of 600 HU. */
export const IN_WINDOW = { unit: "HU", scale: 600 } as const;

/** An acceptance in HU for images of which a window shows a part. */
export function windowed(acceptance: Acceptance): Acceptance {
  return { ...acceptance, reason: `${acceptance.reason}; compared where the window shows it` };
}

/** Of the peer that warps by `affine_transform`: least processor times of 25 calls in turn, 204 against 179 ms for `augment/full`. */
export const BORDER_NOTES = {
  scipy: "The border rule is that of ITK, which affine_transform does not have: it samples by " +
    'mode="nearest", then the voxels outside are overwritten. So it takes about 15 % longer than by mode="constant", the natural call, ' +
    "which counts the half voxel around the volume as outside: another result.",
} as const;

/** Affine warp of an image, interpolated in f32 or by the hardware's sampler. */
export const warp: Pair<ImageInput> = {
  name: "augment/warp",
  kernels: ["src/augment/warp.wgsl", "src/augment/warp_exact.wgsl"],
  cases: imageCases({}),
  gpu: (gpu, input) => warpOnGpu(gpu, input, "exact"),
  references: {
    typescript: twin,
    "itk-wasm": ({ data, dims, transform: { shape, matrix } }) =>
      itkWarp({ data, dims, matrix, shape, interpolation: "linear", outside: OUTSIDE_HU }),
  },
  acceptance: F32_COORDINATES,
  unit: "HU",
  notes: BORDER_NOTES,
  fast: {
    kernels: ["src/augment/warp_fast.wgsl"],
    acceptance: EIGHT_BIT_FRACTIONS,
    gpu: (gpu, input) => warpOnGpu(gpu, input, "fast"),
  },
  work: (input) => warpWork(input),
};

/** Warp, noise and window in one pass. */
export const fused: Pair<ImageInput> = {
  name: "augment/fused",
  kernels: ["src/augment/warp.wgsl", "src/augment/warp_exact.wgsl", "src/random/philox.wgsl"],
  cases: imageCases({
    noise: { sigma: 5, key: { seed: 15, stream: 3 } },
    window: { low: -200, high: 400 },
  }),
  gpu: (gpu, input) => warpOnGpu(gpu, input, "exact"),
  references: { typescript: twin },
  acceptance: windowed(F32_COORDINATES),
  ...IN_WINDOW,
  notes: BORDER_NOTES,
  fast: {
    kernels: ["src/augment/warp_fast.wgsl"],
    acceptance: windowed(EIGHT_BIT_FRACTIONS),
    gpu: (gpu, input) => warpOnGpu(gpu, input, "fast"),
  },
  work: (input) => ({
    ...warpWork(input, 3 + NORMAL_FLOPS),
    integerOps: voxelCount(input.transform.shape) * PHILOX_OPERATIONS / 4,
  }),
};

/** Affine warp of labels, nearest neighbour. */
export const labels: Pair<LabelInput> = {
  name: "augment/warp-labels",
  kernels: ["src/augment/warp_labels.wgsl"],
  cases: [
    ...[{ dims: TORSO, headline: true }, { dims: HALF, brief: true }].map(({ dims, ...kind }) => ({
      ...kind,
      name: `turn and scale, ${dims.join(" x ")}`,
      input: () => ({ data: regions(dims, 13), dims, transform: turn(dims) }),
    })),
    ...EDGE_WARPS.map(([name, dims, transform]) => ({
      name,
      edge: true,
      input: () => ({ data: regions(dims, 14), dims, transform }),
    })),
  ],
  gpu: async (gpu, { data, dims, transform }) => {
    using values = gpu.upload(data);
    using warped = warpLabels(gpu, { values, dims }, transform);
    return await gpu.read(warped, Uint8Array, { length: voxelCount(transform.shape) });
  },
  references: {
    typescript: ({ data, dims, transform: { shape, matrix } }) =>
      warpLabelsReference({ data, dims, matrix, shape, outside: OUTSIDE_LABEL }),
    "itk-wasm": ({ data, dims, transform: { shape, matrix } }) =>
      itkWarpLabels({ data, dims, matrix, shape, outside: OUTSIDE_LABEL }),
  },
  acceptance: NEAREST_LABEL,
  notes: BORDER_NOTES,
  work: ({ data, transform }) => {
    const voxels = voxelCount(transform.shape);
    return { bytes: data.byteLength + voxels, flops: voxels * 9 * 2 };
  },
};
