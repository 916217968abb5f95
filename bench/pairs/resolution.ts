import {
  maxPoolGradientReference,
  maxPoolReference,
  tfjsMaxPool,
  tfjsMaxPoolGradient,
  tfjsUpsample,
  tfjsUpsampleGradient,
  upsampleGradientReference,
  upsampleReference,
} from "../../reference/mod.ts";
import {
  elementCount,
  maxPool3d,
  maxPool3dGradient,
  type PoolSize,
  type TensorShape,
  upsample3d,
  upsample3dGradient,
  type UpsampleMode,
} from "../../src/nn/mod.ts";
import { readBack, uploadTensor } from "./_convolutions.ts";
import { cube, nameOf, normals } from "./_layers.ts";
import type { Case, Pair } from "./pair.ts";

type Floats = Float32Array<ArrayBuffer>;

/** What max-pooling takes. */
export interface PoolInput {
  readonly input: Floats;
  readonly shape: TensorShape;
  readonly size: PoolSize;
}

const POOLED: readonly (readonly [TensorShape, PoolSize])[] = [
  [cube(48, 8), 2],
  [cube(48, 8), 3],
  [cube(24, 16), 2],
];

const POOLED_EDGES: readonly (readonly [TensorShape, PoolSize])[] = [
  [[1, 1, 1, 1, 3], 3],
  [[1, 2, 2, 2, 1], 2],
  [[2, 5, 7, 9, 7], 2],
  [[2, 5, 7, 9, 7], 3],
  [[1, 6, 8, 4, 8], 3],
  [[2, 3, 4, 5, 4], 2],
  [[1, 1, 6, 11, 33], 3],
];

/** Edge cases have values in steps of a quarter, among which equal maxima are the rule, and say what is not run on them. */
function pooledCases<I extends object>(
  make: (input: PoolInput, stream: number) => I,
  without: NonNullable<Case["without"]> = {},
): Case<I>[] {
  const one = (
    [shape, size]: readonly [TensorShape, PoolSize],
    stream: number,
    values: { readonly step?: number } = {},
  ) => ({
    name: `windows of ${size}, ${nameOf(shape)}`,
    input: () => make({ input: normals(elementCount(shape), stream, values), shape, size }, stream),
  });
  return [
    ...POOLED.map((pool, i) => ({ ...one(pool, 1000 + i), headline: true })),
    { ...one([cube(20, 8), 2], 1050), brief: true },
    ...POOLED_EDGES.map((pool, i) => ({
      ...one(pool, 1100 + i, { step: 0.25 }),
      edge: true,
      without,
    })),
  ];
}

/** Max-pooling. */
export const maxPool: Pair<PoolInput> = {
  name: "nn/max-pool",
  kernels: ["src/nn/ops/grid.wgsl.ts", "src/nn/ops/max_pool.wgsl.ts"],
  cases: pooledCases((input) => input),
  gpu: async (gpu, { shape, size, ...host }) => {
    using input = uploadTensor(gpu, host.input, shape);
    return await readBack(gpu, maxPool3d(gpu, { input, size }));
  },
  references: {
    typescript: ({ input, shape, size }) => maxPoolReference(input, shape, size).output,
    "tfjs-cpu": ({ input, shape, size }) => tfjsMaxPool(input, shape, size),
  },
  acceptance: { class: "exact", reason: "A maximum is one of its values, unchanged" },
  work: ({ input, size }) => ({
    bytes: input.byteLength * 9 / 8,
    flops: input.length / 8 * size ** 3,
  }),
};

/** The gradient of max-pooling. */
export const maxPoolGradient: Pair<PoolInput & { readonly gradient: Floats }> = {
  name: "nn/max-pool-gradient",
  kernels: ["src/nn/ops/grid.wgsl.ts", "src/nn/ops/max_pool.wgsl.ts"],
  cases: pooledCases((input, stream) => ({
    ...input,
    gradient: normals(
      maxPoolReference(input.input, input.shape, input.size).output.length,
      stream + 500,
      { step: 2 ** -10 },
    ),
  }), { "tfjs-cpu": "it gives the gradient to the last of equal maxima" }),
  gpu: async (gpu, { shape, size, ...host }) => {
    using input = uploadTensor(gpu, host.input, shape);
    const [batch, nz, ny, nx, channels] = shape;
    const [z, y, x] = [nz, ny, nx].map((n) => Math[size === 2 ? "floor" : "ceil"](n / 2));
    using gradient = uploadTensor(gpu, host.gradient, [batch, z!, y!, x!, channels]);
    return await readBack(gpu, maxPool3dGradient(gpu, { input, size, gradient }));
  },
  references: {
    typescript: ({ input, shape, size, gradient }) =>
      maxPoolGradientReference(input, shape, size, gradient),
    "tfjs-cpu": ({ input, shape, size, gradient }) =>
      tfjsMaxPoolGradient(input, shape, size, gradient),
  },
  acceptance: {
    class: "exact",
    reason: "Sums of at most eight multiples of 2^-10 below 8 have no rounding",
  },
  work: ({ input, size }) => ({
    bytes: input.byteLength * 17 / 8,
    flops: input.length / 8 * size ** 3,
  }),
};

/** What upsampling or its gradient takes: `shape` is that of the small tensor. */
export interface UpsampleInput {
  readonly values: Floats;
  readonly shape: TensorShape;
  readonly mode: UpsampleMode;
}

const UPSAMPLED: readonly TensorShape[] = [cube(24, 16), cube(12, 32)];
const UPSAMPLED_EDGES: readonly TensorShape[] = [
  [1, 1, 1, 1, 1],
  [2, 3, 1, 5, 7],
  [2, 2, 3, 4, 8],
  [1, 7, 5, 3, 33],
];

function upsampledCases(values: (shape: TensorShape) => number): Case<UpsampleInput>[] {
  const one = (shape: TensorShape, mode: UpsampleMode, stream: number) => ({
    name: `${mode}, ${nameOf(shape)}`,
    input: () => ({ values: normals(values(shape), stream), shape, mode }),
  });
  const without = {
    "tfjs-cpu": "it takes seconds a call: it has no such operation of three axes",
  };
  const cases = (["trilinear", "nearest"] as const).flatMap((mode, m) => [
    ...UPSAMPLED.map((shape, i) => ({
      ...one(shape, mode, 2000 + 100 * m + i),
      headline: true,
      without,
    })),
    ...UPSAMPLED_EDGES.map((shape, i) => ({
      ...one(shape, mode, 2050 + 100 * m + i),
      edge: true,
    })),
  ]);
  return [...cases, { ...one(cube(10, 16), "trilinear", 2040), brief: true, without }];
}

/** Upsampling to twice as many voxels along each axis. */
export const upsample: Pair<UpsampleInput> = {
  name: "nn/upsample",
  kernels: ["src/nn/ops/grid.wgsl.ts", "src/nn/ops/upsample.wgsl.ts"],
  cases: upsampledCases(elementCount),
  gpu: async (gpu, { values, shape, mode }) => {
    using input = uploadTensor(gpu, values, shape);
    return await readBack(gpu, upsample3d(gpu, { input, mode }));
  },
  references: {
    typescript: ({ values, shape, mode }) => upsampleReference(values, shape, mode),
    "tfjs-cpu": ({ values, shape, mode }) => tfjsUpsample(values, shape, mode),
  },
  acceptance: {
    class: "absolute",
    tolerance: 2e-6,
    reason:
      "three blends of two values below 6, each off by at most 1.5 roundings of 2^-24 relative to them",
  },
  work: ({ values }) => ({ bytes: 9 * values.byteLength, flops: 8 * 7 * 3 * values.length }),
};

/** Its gradient. */
export const upsampleGradient: Pair<UpsampleInput> = {
  name: "nn/upsample-gradient",
  kernels: ["src/nn/ops/grid.wgsl.ts", "src/nn/ops/upsample.wgsl.ts"],
  cases: upsampledCases((shape) => 8 * elementCount(shape)),
  gpu: async (gpu, { values, shape: [batch, nz, ny, nx, channels], mode }) => {
    using gradient = uploadTensor(gpu, values, [batch, 2 * nz, 2 * ny, 2 * nx, channels]);
    return await readBack(gpu, upsample3dGradient(gpu, { gradient, mode }));
  },
  references: {
    typescript: ({ values, shape, mode }) => upsampleGradientReference(values, shape, mode),
    "tfjs-cpu": ({ values, shape, mode }) => tfjsUpsampleGradient(values, shape, mode),
  },
  acceptance: {
    class: "absolute",
    tolerance: 1e-5,
    reason:
      "sums of at most 64 terms whose sizes add up to some 12 at most, twelve roundings of 2^-24 relative to that",
  },
  work: ({ values }) => ({ bytes: 9 / 8 * values.byteLength, flops: 2 * 8 * values.length }),
};
