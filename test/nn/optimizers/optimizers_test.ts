import { assertEquals, assertThrows } from "@std/assert";
import type { Gpu, GpuArray } from "../../../src/gpu/mod.ts";
import { adam, lerp, rmsprop, sgd } from "../../../src/nn/mod.ts";
import { withGpu } from "../../_gpu.ts";
import { assertNear, numbers } from "../_gradients.ts";

const STEPS = 20;
const COUNT = 37;
const L2 = 0.01;
/** Weights start here, gradients of every step are drawn anew. */
const START = numbers(COUNT, 70);
const GRADIENTS = Array.from({ length: STEPS }, (_, t) => numbers(COUNT, 71 + t));

/** Runs 20 steps on the GPU. */
async function train(
  gpu: Gpu,
  step: (arrays: Record<"weights" | "gradient" | "a" | "b", GpuArray>, t: number) => void,
): Promise<Float32Array> {
  using weights = gpu.upload(START);
  using a = gpu.upload(new Float32Array(COUNT));
  using b = gpu.upload(new Float32Array(COUNT));
  for (const [t, values] of GRADIENTS.entries()) {
    using gradient = gpu.upload(values);
    step({ weights, gradient, a, b }, t + 1);
  }
  return await gpu.read(weights, Float32Array);
}

/** The same weight by weight in f64: `step` takes weight, gradient with L2, state and step number, and gives the new weight. */
function recur(step: (w: number, g: number, state: [number, number], t: number) => number) {
  return START.map((w, i) => {
    const state: [number, number] = [0, 0];
    let weight = w;
    GRADIENTS.forEach((g, t) => weight = step(weight, g[i]! + L2 * weight, state, t + 1));
    return weight;
  });
}

Deno.test(
  "adam() follows the recurrence of Kingma and Ba over 20 steps",
  withGpu(async (gpu) => {
    const [rate, beta1, beta2, epsilon] = [0.05, 0.8, 0.99, 1e-3];
    const found = await train(gpu, ({ weights, gradient, a, b }, step) =>
      adam(gpu, {
        ...{ weights, gradient, mean: a, square: b, step, rate, beta1, beta2, epsilon },
        l2: L2,
      }));
    const expected = recur((w, g, state, t) => {
      state[0] = beta1 * state[0] + (1 - beta1) * g;
      state[1] = beta2 * state[1] + (1 - beta2) * g * g;
      const unbiased = state[0] / (1 - beta1 ** t);
      return w - rate * unbiased / (Math.sqrt(state[1] / (1 - beta2 ** t)) + epsilon);
    });
    assertNear(found, expected, 3e-6);
  }),
);

Deno.test(
  "rmsprop() follows TensorFlow's recurrence over 20 steps, with momentum and without",
  withGpu(async (gpu) => {
    const [rate, decay, epsilon] = [0.02, 0.9, 1e-2];
    for (const share of [0, 0.7]) {
      const found = await train(gpu, ({ weights, gradient, a, b }) =>
        rmsprop(gpu, {
          ...{ weights, gradient, square: b, rate, decay, epsilon, l2: L2 },
          momentum: share > 0 ? { step: a, share } : undefined,
        }));
      const expected = recur((w, g, state) => {
        state[1] = decay * state[1] + (1 - decay) * g * g;
        state[0] = share * state[0] + rate * g / Math.sqrt(state[1] + epsilon);
        return w - state[0];
      });
      assertNear(found, expected, 3e-6);
    }
  }),
);

Deno.test(
  "sgd() follows PyTorch's recurrence over 20 steps, with momentum and without",
  withGpu(async (gpu) => {
    for (const share of [0, 0.9]) {
      const found = await train(gpu, ({ weights, gradient, a }) =>
        sgd(gpu, {
          ...{ weights, gradient, rate: 0.02, l2: L2 },
          momentum: share > 0 ? { velocity: a, share } : undefined,
        }));
      const expected = recur((w, g, state) => {
        state[0] = share * state[0] + g;
        return w - 0.02 * state[0];
      });
      assertNear(found, expected, 3e-6);
    }
  }),
);

Deno.test(
  "adam()'s first step is the learning rate, against the gradient's sign",
  withGpu(async (gpu) => {
    using weights = gpu.upload(new Float32Array([1, 1, 1, 1]));
    using gradient = gpu.upload(new Float32Array([1e-4, -5, 300, 0]));
    using mean = gpu.upload(new Float32Array(4));
    using square = gpu.upload(new Float32Array(4));
    adam(gpu, { weights, gradient, mean, square, step: 1, rate: 0.25 });
    assertNear(await gpu.read(weights, Float32Array), [0.75, 1.25, 0.75, 1], 1e-4);
  }),
);

Deno.test(
  "lerp() goes a part of the way, in place",
  withGpu(async (gpu) => {
    using values = gpu.upload(new Float32Array([0, 4, -8, 2, 1]));
    using source = gpu.upload(new Float32Array([1, 0, 8, 2, 0]));
    lerp(gpu, { values, source, weight: 0.25 });
    assertEquals([...await gpu.read(values, Float32Array)], [0.25, 3, -4, 2, 0.75]);
    assertThrows(() => lerp(gpu, { values, source, weight: 2 }), RangeError, "found 2");
  }),
);

Deno.test(
  "optimizers refuse arrays of other lengths and numbers out of range",
  withGpu((gpu) => {
    using weights = gpu.upload(new Float32Array(4));
    using gradient = gpu.upload(new Float32Array(5));
    const arrays = { weights, gradient: weights, mean: weights, square: weights };
    assertThrows(() => sgd(gpu, { weights, gradient, rate: 1 }), TypeError, "gradient has 5");
    assertThrows(
      () => adam(gpu, { ...arrays, step: 0, rate: 1 }),
      RangeError,
      "counted from 1, found 0",
    );
    assertThrows(() => adam(gpu, { ...arrays, step: 1, rate: 1, beta2: 1 }), RangeError, "beta2");
    assertThrows(() => adam(gpu, { ...arrays, step: 1, rate: NaN }), RangeError, "rate");
    assertThrows(() => rmsprop(gpu, { ...arrays, rate: 1, decay: -1 }), RangeError, "decay");
    assertThrows(() => rmsprop(gpu, { ...arrays, rate: 1, l2: -1 }), RangeError, "l2");
  }),
);
