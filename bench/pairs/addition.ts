import { tfjsAdd } from "../../reference/mod.ts";
import { addArrays } from "../../src/nn/mod.ts";
import { fillNormal } from "../../src/random/mod.ts";
import type { Case, Pair } from "./pair.ts";

/** Two arrays of as many floats. */
export interface AdditionInput {
  readonly a: Float32Array<ArrayBuffer>;
  readonly b: Float32Array<ArrayBuffer>;
}

function additionCase(name: string, length: number, kind: Partial<Case>): Case<AdditionInput> {
  const numbers = (stream: number) => fillNormal({ seed: 31, stream }, new Float32Array(length));
  return { name, ...kind, input: () => ({ a: numbers(0), b: numbers(1) }) };
}

/** Sum of two arrays: gradients of an activation that two layers use. */
export const addition: Pair<AdditionInput> = {
  name: "nn/add",
  kernels: ["src/nn/ops/add.wgsl"],
  cases: [
    additionCase("48 x 48 x 48 x 8", 48 ** 3 * 8, { headline: true }),
    additionCase("1 number", 1, { edge: true }),
    additionCase("67 numbers", 67, { edge: true }),
    // 65,535 workgroups fill the first dimension.
    additionCase("4,194,305 numbers", 65_536 * 64 + 1, { edge: true }),
  ],
  gpu: async (gpu, input) => {
    using a = gpu.upload(input.a);
    using b = gpu.upload(input.b);
    using sum = addArrays(gpu, a, b);
    return await gpu.read(sum, Float32Array);
  },
  references: {
    typescript: ({ a, b }) => a.map((value, i) => Math.fround(value + b[i]!)),
    "tfjs-cpu": ({ a, b }) => tfjsAdd(a, b),
  },
  acceptance: { class: "exact", reason: "One addition of two 32-bit floats is correctly rounded" },
  work: ({ a }) => ({ bytes: 3 * a.byteLength, flops: a.length }),
};
