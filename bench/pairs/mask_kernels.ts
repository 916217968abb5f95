import {
  combine,
  invert,
  packMask,
  threshold as thresholdOnGpu,
  unpackMask,
} from "../../src/morphology/mod.ts";
import { RandomStream } from "../../src/random/mod.ts";
import type { Vec3 } from "../../src/volume/mod.ts";
import { packReference, thresholdReference, unpackReference } from "../../reference/mod.ts";
import { blobMask, EDGE_MASKS, type HostMask, randomMask } from "./_masks.ts";
import type { Case, Pair } from "./pair.ts";

const TORSO: Vec3 = [160, 160, 130];
const HALF: Vec3 = [80, 80, 65];
const EXACT = { class: "exact", reason: "Bits have no rounding" } as const;

const maskCases: Case<HostMask>[] = [
  { name: "160 x 160 x 130", headline: true, input: () => blobMask(TORSO, 60, 4) },
  { name: "80 x 80 x 65", brief: true, input: () => blobMask(HALF, 60, 4) },
  ...Object.entries(EDGE_MASKS).map(([name, input]) => ({ name, edge: true, input })),
];

/** Bytes to bits, seen as words. */
export const pack: Pair<HostMask> = {
  name: "morphology/pack",
  kernels: ["src/morphology/pack.wgsl"],
  cases: maskCases,
  gpu: async (gpu, { data, dims }) => {
    using mask = packMask(gpu, data, dims);
    return await gpu.read(mask.words, Uint32Array);
  },
  references: { typescript: ({ data, dims }) => packReference(data, dims) },
  acceptance: EXACT,
  work: ({ data }) => ({ bytes: data.length * 9 / 8, flops: 0, integerOps: data.length }),
};

/** Bytes to bits and back. */
export const unpack: Pair<HostMask> = {
  name: "morphology/unpack",
  kernels: ["src/morphology/unpack.wgsl"],
  cases: maskCases,
  gpu: async (gpu, { data, dims }) => {
    using mask = packMask(gpu, data, dims);
    return await unpackMask(gpu, mask);
  },
  references: {
    typescript: ({ data, dims }) => unpackReference(packReference(data, dims), dims),
  },
  acceptance: EXACT,
  work: ({ data }) => ({ bytes: data.length * 9 / 4, flops: 0, integerOps: data.length }),
};

/** A range of HU to bits. */
export const threshold: Pair<
  { values: Float32Array<ArrayBuffer>; dims: Vec3; min: number; max: number }
> = {
  name: "morphology/threshold",
  kernels: ["src/morphology/threshold.wgsl"],
  cases: [
    { name: "bone, 160 x 160 x 130", headline: true, input: () => huCase(TORSO, 175, 3000) },
    { name: "bone, 80 x 80 x 65", brief: true, input: () => huCase(HALF, 175, 3000) },
    { name: "bounds included, 33 x 5 x 3", edge: true, input: () => huCase([33, 5, 3], -150, 0) },
    { name: "none inside, 7 x 1 x 1", edge: true, input: () => huCase([7, 1, 1], 5000, 6000) },
  ],
  gpu: async (gpu, { values, dims, min, max }) => {
    using image = gpu.upload(values);
    using mask = thresholdOnGpu(gpu, { values: image, dims }, { min, max });
    return await gpu.read(mask.words, Uint32Array);
  },
  references: {
    typescript: ({ values, dims, min, max }) =>
      packReference(thresholdReference(values, { min, max }), dims),
  },
  acceptance: { class: "exact", reason: "A comparison of equal floats has one answer" },
  work: ({ values }) => ({ bytes: values.length * (4 + 1 / 8), flops: 2 * values.length }),
};

function huCase(dims: Vec3, min: number, max: number) {
  const random = new RandomStream({ seed: 5, stream: 0 });
  const values = new Float32Array(dims[0] * dims[1] * dims[2]);
  for (let i = 0; i < values.length; i++) values[i] = random.integer(3000) - 1000;
  return { values, dims, min, max };
}

const OPERATIONS = ["and", "or", "minus", "xor", "not"] as const;

/** Two masks to one. */
export const combination: Pair<
  { a: HostMask; b: HostMask; operation: typeof OPERATIONS[number] }
> = {
  name: "morphology/combine",
  kernels: ["src/morphology/combine.wgsl"],
  cases: [
    {
      name: "and, 160 x 160 x 130",
      headline: true,
      input: () => ({ a: blobMask(TORSO, 60, 6), b: blobMask(TORSO, 60, 7), operation: "and" }),
    },
    {
      name: "and, 80 x 80 x 65",
      brief: true,
      input: () => ({ a: blobMask(HALF, 60, 6), b: blobMask(HALF, 60, 7), operation: "and" }),
    },
    ...OPERATIONS.map((operation) => ({
      name: `${operation}, 45 x 6 x 7`,
      edge: true,
      input: () => ({
        a: randomMask([45, 6, 7], 0.5, 8),
        b: randomMask([45, 6, 7], 0.5, 9),
        operation,
      }),
    })),
  ],
  gpu: async (gpu, { a, b, operation }) => {
    using first = packMask(gpu, a.data, a.dims);
    using second = packMask(gpu, b.data, b.dims);
    using combined = operation === "not"
      ? invert(gpu, first)
      : combine(gpu, first, second, operation);
    return await gpu.read(combined.words, Uint32Array);
  },
  references: {
    typescript: ({ a, b, operation }) => {
      const rule: Record<typeof operation, (x: number, y: number) => number> = {
        and: (x, y) => x & y,
        or: (x, y) => x | y,
        minus: (x, y) => x & (1 - y),
        xor: (x, y) => x ^ y,
        not: (x) => 1 - x,
      };
      return packReference(a.data.map((x, i) => rule[operation](x, b.data[i]!)), a.dims);
    },
  },
  acceptance: EXACT,
  work: ({ a }) => ({ bytes: a.data.length * 17 / 8, flops: 0, integerOps: a.data.length / 32 }),
};
