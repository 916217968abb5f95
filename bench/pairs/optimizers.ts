import {
  adamReference,
  type OptimizerOptions,
  type OptimizerState,
  rmspropReference,
  sgdReference,
  tfjsAdam,
  tfjsLerp,
  tfjsRmsprop,
  tfjsSgd,
} from "../../reference/mod.ts";
import {
  adam as adamOnGpu,
  lerp as lerpOnGpu,
  rmsprop as rmspropOnGpu,
  sgd as sgdOnGpu,
} from "../../src/nn/mod.ts";
import { normals } from "./_layers.ts";
import type { Acceptance, Case, Pair } from "./pair.ts";

type Floats = Float32Array<ArrayBuffer>;

/** One step of an optimizer in the middle of a training. */
export interface StepInput extends OptimizerOptions {
  readonly weights: Floats;
  readonly gradient: Floats;
  readonly first: Floats;
  readonly second: Floats;
  /** Which step. */
  readonly step: number;
}

const OPTIONS: OptimizerOptions = {
  rate: 1e-2,
  l2: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  decay: 0.9,
  momentum: 0.9,
  epsilon: 1e-3,
};

function step(count: number, stream: number, options: Partial<OptimizerOptions>): StepInput {
  return {
    ...OPTIONS,
    ...options,
    weights: normals(count, stream, { sd: 0.2 }),
    gradient: normals(count, stream + 1, { sd: 0.5 }),
    first: normals(count, stream + 2, { sd: 0.1 }),
    // Not far below the mean's square, as in a training: tfjs loses digits of 1 - beta2^t, which long steps would show.
    second: normals(count, stream + 3).map((v) => 0.05 + v * v / 4),
    step: 7,
  };
}

const cases: Case<StepInput>[] = [
  { name: "100,000 weights", headline: true, input: () => step(100_000, 4000, {}) },
  { name: "2.8 M weights", headline: true, input: () => step(2_800_000, 4010, {}) },
  { name: "one weight", edge: true, input: () => step(1, 4020, {}) },
  { name: "1,727 weights", edge: true, input: () => step(1727, 4030, { l2: 0 }) },
  {
    name: "4,099 weights without momentum",
    edge: true,
    input: () => step(4099, 4040, { momentum: 0 }),
  },
];

function stateOf({ weights, first, second }: StepInput): OptimizerState {
  return {
    weights: Float64Array.from(weights),
    first: Float64Array.from(first),
    second: Float64Array.from(second),
  };
}

const F32_STEP: Acceptance = {
  class: "absolute",
  tolerance: 1e-6,
  reason:
    "weights, moments and steps below 6, each from a few operations with roundings of 2^-24 relative to them",
};

/** A step of Adam: weights and both moments. */
export const adam: Pair<StepInput> = {
  name: "nn/adam",
  kernels: ["src/nn/optimizers/update.wgsl.ts"],
  cases,
  gpu: async (gpu, { rate, l2, beta1, beta2, epsilon, step, ...host }) => {
    using weights = gpu.upload(host.weights);
    using gradient = gpu.upload(host.gradient);
    using mean = gpu.upload(host.first);
    using square = gpu.upload(host.second);
    const arrays = { weights, gradient, mean, square };
    adamOnGpu(gpu, { ...arrays, step, rate, l2, beta1, beta2, epsilon });
    return [
      await gpu.read(weights, Float32Array),
      await gpu.read(mean, Float32Array),
      await gpu.read(square, Float32Array),
    ];
  },
  references: {
    typescript: (input) => {
      const state = stateOf(input);
      adamReference(state, input.gradient, input.step, input);
      return [state.weights, state.first, state.second];
    },
    "tfjs-cpu": tfjsAdam,
  },
  acceptance: F32_STEP,
  work: ({ weights }) => ({ bytes: 7 * weights.byteLength, flops: 16 * weights.length }),
};

/** A step of RMSProp: weights, mean square, and the step that goes on. */
export const rmsprop: Pair<StepInput> = {
  name: "nn/rmsprop",
  kernels: ["src/nn/optimizers/update.wgsl.ts"],
  cases,
  gpu: async (gpu, { rate, l2, decay, momentum, epsilon, ...host }) => {
    using weights = gpu.upload(host.weights);
    using gradient = gpu.upload(host.gradient);
    using square = gpu.upload(host.second);
    using step = gpu.upload(host.first);
    rmspropOnGpu(gpu, {
      weights,
      gradient,
      square,
      rate,
      decay,
      epsilon,
      l2,
      momentum: momentum > 0 ? { step, share: momentum } : undefined,
    });
    return [
      await gpu.read(weights, Float32Array),
      await gpu.read(square, Float32Array),
      ...momentum > 0 ? [await gpu.read(step, Float32Array)] : [],
    ];
  },
  references: {
    typescript: (input) => {
      const state = stateOf(input);
      rmspropReference(state, input.gradient, input);
      return [state.weights, state.second, ...input.momentum > 0 ? [state.first] : []];
    },
    "tfjs-cpu": tfjsRmsprop,
  },
  acceptance: F32_STEP,
  work: ({ weights, momentum }) => ({
    bytes: (momentum > 0 ? 7 : 5) * weights.byteLength,
    flops: 12 * weights.length,
  }),
};

/** A step of gradient descent: weights and velocity. */
export const sgd: Pair<StepInput> = {
  name: "nn/sgd",
  kernels: ["src/nn/optimizers/update.wgsl.ts"],
  cases,
  gpu: async (gpu, { rate, l2, momentum, ...host }) => {
    using weights = gpu.upload(host.weights);
    using gradient = gpu.upload(host.gradient);
    using velocity = gpu.upload(host.first);
    const share = momentum;
    sgdOnGpu(gpu, {
      weights,
      gradient,
      rate,
      l2,
      momentum: share > 0 ? { velocity, share } : undefined,
    });
    return [
      await gpu.read(weights, Float32Array),
      ...share > 0 ? [await gpu.read(velocity, Float32Array)] : [],
    ];
  },
  references: {
    typescript: (input) => {
      const state = stateOf(input);
      sgdReference(state, input.gradient, input);
      return [state.weights, ...input.momentum > 0 ? [state.first] : []];
    },
    "tfjs-cpu": tfjsSgd,
  },
  acceptance: F32_STEP,
  work: ({ weights, momentum }) => ({
    bytes: (momentum > 0 ? 5 : 3) * weights.byteLength,
    flops: 6 * weights.length,
  }),
};

/** A step of one array towards another: weights towards `first`, a hundredth of the way. */
export const lerp: Pair<StepInput> = {
  name: "nn/lerp",
  kernels: ["src/nn/optimizers/update.wgsl.ts"],
  cases,
  gpu: async (gpu, { weights, first, rate }) => {
    using values = gpu.upload(weights);
    using source = gpu.upload(first);
    lerpOnGpu(gpu, { values, source, weight: rate });
    return await gpu.read(values, Float32Array);
  },
  references: {
    typescript: ({ weights, first, rate }) =>
      Float64Array.from(weights, (w, i) => w + rate * (first[i]! - w)),
    "tfjs-cpu": tfjsLerp,
  },
  acceptance: F32_STEP,
  work: ({ weights }) => ({ bytes: 3 * weights.byteLength, flops: 3 * weights.length }),
};
