import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  type NormalizationInput,
  normalizeGradientReference,
  normalizeReference,
} from "../../../reference/mod.ts";
import type { Gpu } from "../../../src/gpu/mod.ts";
import {
  elementCount,
  normalize,
  normalizeGradient,
  normalizeWith,
  type TensorShape,
  updateRunningStatistics,
} from "../../../src/nn/mod.ts";
import { withGpu } from "../../_gpu.ts";
import { assertNear, centralDifferences, dot, numbers, tensor } from "../_gradients.ts";

const floats = (gpu: Gpu, values: ArrayLike<number>) => gpu.upload(Float32Array.from(values));

Deno.test(
  "normalize() takes off the mean, divides by the deviation, scales, shifts and bends",
  withGpu(async (gpu) => {
    // Channel 0: 1, 3, 5, 7: mean 4, variance 5. Channel 1: 2, 2, 2, 2.
    using input = tensor(gpu, [1, 1, 2, 2, 2], [1, 2, 3, 2, 5, 2, 7, 2]);
    using gamma = floats(gpu, [6, 1]);
    using beta = floats(gpu, [1, -8]);
    using made = normalize(gpu, { input, gamma, beta, kind: "batch", epsilon: 4, slope: 0.25 });
    // 1 / sqrt(5 + 4) = 1/3: 2 (x - 4) + 1 = -5, -1, 3, 7.
    const output = await gpu.read(made.output.array, Float32Array);
    assertNear(output, [-1.25, -2, -0.25, -2, 3, -2, 7, -2], 1e-6);
    assertNear(await gpu.read(made.statistics, Float32Array), [4, 2, 1 / 3, 0.5, 5, 0], 1e-6);
  }),
);

Deno.test(
  "normalize() of instances gives each image statistics of its own",
  withGpu(async (gpu) => {
    using input = tensor(gpu, [2, 1, 1, 2, 1], [1, 3, 100, 140]);
    using gamma = floats(gpu, [1]);
    using beta = floats(gpu, [0]);
    const layer = { input, gamma, beta, kind: "instance", epsilon: 1e-9, slope: 1 } as const;
    using made = normalize(gpu, layer);
    assertNear(await gpu.read(made.output.array, Float32Array), [-1, 1, -1, 1], 1e-6);
    const statistics = await gpu.read(made.statistics, Float32Array);
    assertNear(statistics, [2, 120, 1, 1 / 20, 1, 400], 1e-4);
  }),
);

Deno.test(
  "normalize() keeps its digits where the mean is 30,000 standard deviations, and where a channel begins with an outlier",
  withGpu(async (gpu) => {
    const shape: TensorShape = [1, 40, 50, 60, 2];
    const values = numbers(elementCount(shape), 21);
    const sum = values.reduce((sum, v, i) => sum + (i % 2) * v, 0);
    // Channel 0: 0.5 about 15,000, in steps that f32 holds there: the sum of squares alone would have no digit of the variance left.
    const input32 = values.map((v, i) =>
      i % 2 === 0 ? 15_000 + (v > 0 ? 0.5 : -0.5) : i === 1 ? 1000 : v
    );
    const plus = values.filter((v, i) => i % 2 === 0 && v > 0).length / 120_000;
    using input = tensor(gpu, shape, input32);
    using gamma = floats(gpu, [1, 1]);
    using beta = floats(gpu, [0, 0]);
    const layer = { input, gamma, beta, kind: "batch", epsilon: 1e-5, slope: 1 } as const;
    using made = normalize(gpu, layer);
    const [mean0, mean1, , , variance0, variance1] = await gpu.read(made.statistics, Float32Array);
    assertAlmostEquals(mean0!, 15_000 + plus - 0.5, 1e-3);
    // Two values 1 apart, a share p of the upper one: variance p (1 - p).
    assertAlmostEquals(variance0!, plus * (1 - plus), 1e-6);
    const mean = (sum - values[1]! + 1000) / 120_000;
    const squares = values.reduce((sum, v, i) => sum + (i % 2) * v * v, 0);
    const variance = (squares - values[1]! ** 2 + 1e6) / 120_000 - mean ** 2;
    // The outlier makes the deviation 2.9: what counts is the error beside that.
    assertAlmostEquals(mean1!, mean, 1e-6 * Math.sqrt(variance));
    assertAlmostEquals(variance1!, variance, 1e-5 * variance);
  }),
);

Deno.test(
  "normalize() of equal values that are no sum of powers of two gives exactly beta",
  withGpu(async (gpu) => {
    const shape: TensorShape = [1, 9, 10, 11, 7];
    using input = tensor(gpu, shape, new Float32Array(elementCount(shape)).fill(3.3));
    using gamma = floats(gpu, numbers(7, 26));
    using beta = floats(gpu, [1, 2, 3, 4, 5, 6, 7]);
    const layer = { input, gamma, beta, kind: "batch", epsilon: 1e-5, slope: 1 } as const;
    using made = normalize(gpu, layer);
    const output = await gpu.read(made.output.array, Float32Array);
    assertEquals(output, output.map((_, i) => i % 7 + 1));
  }),
);

Deno.test(
  "normalize() and its gradient give the same bits on every run",
  withGpu(async (gpu) => {
    const shape: TensorShape = [2, 17, 18, 19, 7];
    using input = tensor(gpu, shape, numbers(elementCount(shape), 22));
    using gradient = tensor(gpu, shape, numbers(elementCount(shape), 23));
    using gamma = floats(gpu, numbers(7, 24));
    using beta = floats(gpu, numbers(7, 25));
    const layer = { input, gamma, beta, kind: "batch", epsilon: 1e-5, slope: 0.1 } as const;
    const runs: Uint32Array[][] = [];
    for (let run = 0; run < 3; run++) {
      using made = normalize(gpu, layer);
      const { statistics } = made;
      using by = normalizeGradient(gpu, { ...layer, gradient, statistics });
      const arrays = [made.output.array, statistics, by.input.array, by.gamma, by.beta];
      runs.push(await Promise.all(arrays.map((array) => gpu.read(array, Uint32Array))));
    }
    assertEquals(runs[1], runs[0]);
    assertEquals(runs[2], runs[0]);
  }),
);

for (const kind of ["batch", "instance"] as const) {
  for (const slope of [0, 0.2, 1]) {
    Deno.test(
      `normalizeGradient() agrees with central differences through the statistics: ${kind}, slope ${slope}`,
      withGpu(async (gpu) => {
        const shape: TensorShape = [2, 2, 3, 3, 3];
        const count = elementCount(shape);
        const host: NormalizationInput = {
          ...{ input: numbers(count, 31, 2), shape, kind, epsilon: 1e-2, slope },
          gamma: numbers(3, 32, 2),
          beta: numbers(3, 33, 0.5),
        };
        const dz = numbers(count, 34);
        const loss = (part: Partial<NormalizationInput>) =>
          dot(normalizeReference({ ...host, ...part }), dz);
        const expected = {
          input: centralDifferences((input) => loss({ input }), host.input),
          gamma: centralDifferences((gamma) => loss({ gamma }), host.gamma),
          beta: centralDifferences((beta) => loss({ beta }), host.beta),
        };
        const oracle = normalizeGradientReference(host, dz);
        using input = tensor(gpu, shape, host.input);
        using gradient = tensor(gpu, shape, dz);
        using gamma = floats(gpu, host.gamma);
        using beta = floats(gpu, host.beta);
        using made = normalize(gpu, { input, gamma, beta, kind, epsilon: 1e-2, slope });
        const { statistics } = made;
        using by = normalizeGradient(gpu, {
          ...{ input, gradient, gamma, beta, statistics, kind, slope },
        });
        const found = { input: by.input.array, gamma: by.gamma, beta: by.beta };
        for (const name of ["input", "gamma", "beta"] as const) {
          assertNear(oracle[name], expected[name], 1e-8);
          assertNear(await gpu.read(found[name], Float32Array), expected[name], 1e-5);
        }
      }),
    );
  }
}

Deno.test(
  "normalizeWith() uses the running moments, updateRunningStatistics() moves them as PyTorch does",
  withGpu(async (gpu) => {
    using input = tensor(gpu, [1, 1, 1, 4, 1], [1, 3, 5, 7]);
    using gamma = floats(gpu, [2]);
    using beta = floats(gpu, [1]);
    using mean = floats(gpu, [2]);
    using variance = floats(gpu, [3]);
    const layer = { input, gamma, beta, epsilon: 1, slope: 0.5 };
    // 2 (x - 2) / sqrt(3 + 1) + 1 = x - 1.
    using output = normalizeWith(gpu, { ...layer, running: { mean, variance } });
    assertNear(await gpu.read(output.array, Float32Array), [0, 2, 4, 6], 1e-6);
    using made = normalize(gpu, { ...layer, kind: "batch" });
    const { statistics } = made;
    updateRunningStatistics(gpu, {
      ...{ running: { mean, variance }, statistics, count: 4, momentum: 0.1 },
    });
    // Mean 4; variance 5, unbiased 20 / 3.
    assertNear(await gpu.read(mean, Float32Array), [0.9 * 2 + 0.1 * 4], 1e-6);
    assertNear(await gpu.read(variance, Float32Array), [0.9 * 3 + 0.1 * 20 / 3], 1e-6);
  }),
);

Deno.test(
  "normalize() refuses parameters of other channels, and an epsilon that is not positive",
  withGpu((gpu) => {
    using input = tensor(gpu, [1, 1, 1, 2, 2], [1, 2, 3, 4]);
    using gamma = floats(gpu, [1, 1]);
    using beta = floats(gpu, [1]);
    const layer = { input, gamma, beta: gamma, kind: "batch", epsilon: 1, slope: 0 } as const;
    assertThrows(() => normalize(gpu, { ...layer, beta }), TypeError, "beta");
    assertThrows(() => normalize(gpu, { ...layer, epsilon: 0 }), RangeError, "epsilon");
    assertThrows(() => normalize(gpu, { ...layer, slope: NaN }), RangeError, "slope");
    const running = { mean: gamma, variance: beta };
    assertThrows(() => normalizeWith(gpu, { ...layer, running }), TypeError, "running variance");
    assertThrows(
      () => updateRunningStatistics(gpu, { running, statistics: gamma, count: 2, momentum: 0.1 }),
      TypeError,
      "running variance",
    );
    using gradient = tensor(gpu, [1, 1, 1, 1, 2], [1, 2]);
    assertThrows(
      () => normalizeGradient(gpu, { ...layer, gradient, statistics: gamma }),
      TypeError,
      "1 x 1 x 1 x 2 x 2",
    );
  }),
);
