import { defineKernel, type Gpu, uniforms } from "../../src/gpu/mod.ts";
import { fillNormal, keyWords, philox4x32, philoxWgsl } from "../../src/random/mod.ts";
import type { Case, Pair } from "./pair.ts";
import main from "./random_words.wgsl" with { type: "text" };

interface RandomInput {
  /** Blocks of four numbers. */
  readonly blocks: number;
  readonly seed: number;
  readonly stream: number;
}

/** The least for a block of four words: ten rounds of two products in two halves each, four exclusive ors and two additions. */
export const PHILOX_OPERATIONS = 10 * 10;

/** The least for a normal number: its share of radius and direction, polynomials by Horner's rule. */
export const NORMAL_FLOPS = 40;

const kernel = defineKernel({
  label: "random/words",
  code: philoxWgsl + main,
  bindings: { p: "uniform", numbers: "write" },
});

async function numbersOf<T extends Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>>(
  gpu: Gpu,
  { blocks, ...key }: RandomInput,
  type: {
    new (buffer: ArrayBuffer, byteOffset: number, length: number): T;
    readonly BYTES_PER_ELEMENT: number;
  },
): Promise<T> {
  const { seedLow, seedHigh, streamLow, streamHigh } = keyWords(key);
  using numbers = gpu.allocate(blocks * 16, "random numbers");
  const normals = Number((type as unknown) === Float32Array);
  gpu.dispatch(kernel, {
    p: uniforms({ u32: [blocks, normals, seedLow, seedHigh, streamLow, streamHigh] }),
    numbers,
  }, gpu.workgroups(blocks, 64));
  return await gpu.read(numbers, type);
}

const cases: Case<RandomInput>[] = [
  {
    name: "3.3 M numbers",
    headline: true,
    input: () => ({ blocks: 832_000, seed: 1, stream: 0 }),
  },
  {
    name: "0.4 M numbers",
    brief: true,
    input: () => ({ blocks: 100_000, seed: 1, stream: 1 }),
  },
  {
    name: "seed and stream above 32 bits",
    edge: true,
    input: () => ({ blocks: 1000, seed: 2 ** 52 + 1, stream: 2 ** 40 + 3 }),
  },
  { name: "one block", edge: true, input: () => ({ blocks: 1, seed: 0, stream: 0 }) },
];

/** Random words. */
export const philox: Pair<RandomInput> = {
  name: "random/philox",
  kernels: ["src/random/philox.wgsl"],
  cases,
  gpu: (gpu, input) => numbersOf(gpu, input, Uint32Array),
  references: {
    typescript: ({ blocks, ...key }) => {
      const { seedLow, seedHigh, streamLow, streamHigh } = keyWords(key);
      const words = new Uint32Array(blocks * 4);
      for (let i = 0; i < blocks; i++) {
        words.set(philox4x32([i, 0, streamLow, streamHigh], [seedLow, seedHigh]), 4 * i);
      }
      return words;
    },
  },
  acceptance: { class: "exact", reason: "Integer arithmetic is the same on every adapter" },
  work: ({ blocks }) => ({ bytes: blocks * 16, flops: 0, integerOps: blocks * PHILOX_OPERATIONS }),
};

/** Gaussian numbers. */
export const normal: Pair<RandomInput> = {
  name: "random/normal",
  kernels: ["src/random/philox.wgsl"],
  cases,
  gpu: (gpu, input) => numbersOf(gpu, input, Float32Array),
  references: {
    typescript: ({ blocks, ...key }) => fillNormal(key, new Float32Array(blocks * 4)),
  },
  acceptance: {
    class: "absolute",
    tolerance: 1e-5,
    reason: "Own polynomials in f32, within 3.5e-6 sigma of f64 whatever the rounding",
  },
  work: ({ blocks }) => ({
    bytes: blocks * 16,
    flops: blocks * 4 * NORMAL_FLOPS,
    integerOps: blocks * PHILOX_OPERATIONS,
  }),
};
