import { assertEquals, assertThrows } from "@std/assert";
import {
  channelSums,
  conv3d,
  conv3dFilterGradient,
  conv3dInputGradient,
  convTranspose3d,
  convTranspose3dFilterGradient,
  convTranspose3dInputGradient,
  GpuTensor,
  type TensorShape,
} from "../../../src/nn/mod.ts";
import type { Gpu } from "../../../src/gpu/mod.ts";
import { withGpu } from "../../_gpu.ts";

function tensor(gpu: Gpu, shape: TensorShape, values: number[]): GpuTensor {
  return new GpuTensor(gpu.upload(new Float32Array(values)), shape);
}

function floats(gpu: Gpu, values: number[]) {
  return gpu.upload(new Float32Array(values));
}

Deno.test(
  "conv3d() weighs neighbours along each axis, zeros outside, and adds the bias",
  withGpu(async (gpu) => {
    using weights = floats(gpu, [10, 1, 100]);
    using bias = floats(gpu, [7]);
    for (const axis of [0, 1, 2]) {
      const size = [1, 1, 1].map((_, i) => i === axis ? 3 : 1) as [1 | 3, 1 | 3, 1 | 3];
      const shape = [1, ...size.map((k) => k === 3 ? 4 : 1), 1] as unknown as TensorShape;
      using input = tensor(gpu, shape, [1, 2, 3, 4]);
      // 10 x[i - 1] + x[i] + 100 x[i + 1] + 7.
      using output = conv3d(gpu, { input, weights, bias, size, stride: 1, channels: 1 });
      assertEquals(output.shape, shape);
      assertEquals([...await gpu.read(output.array, Float32Array)], [208, 319, 430, 41]);
      using strided = conv3d(gpu, { input, weights, size, stride: 2, channels: 1 });
      assertEquals([...await gpu.read(strided.array, Float32Array)], [201, 423]);
    }
  }),
);

Deno.test(
  "conv3dInputGradient() spreads a gradient over what the output saw",
  withGpu(async (gpu) => {
    using weights = floats(gpu, [10, 1, 100]);
    using gradient = tensor(gpu, [1, 1, 1, 2, 1], [1, 2]);
    // Outputs 0 and 1 of stride 2 saw inputs -1 to 1 and 1 to 3.
    using input = conv3dInputGradient(gpu, {
      ...{ gradient, weights, size: [1, 1, 3], stride: 2 },
      inputShape: [1, 1, 1, 4, 1],
    });
    assertEquals([...await gpu.read(input.array, Float32Array)], [1, 120, 2, 200]);
  }),
);

Deno.test(
  "conv3dFilterGradient() correlates input and gradient; channelSums() adds the gradient up",
  withGpu(async (gpu) => {
    using input = tensor(gpu, [1, 1, 1, 3, 1], [1, 2, 3]);
    using gradient = tensor(gpu, [1, 1, 1, 3, 2], [1, 0.5, 10, 0, 100, 0]);
    using weights = conv3dFilterGradient(gpu, { input, gradient, size: [1, 1, 3], stride: 1 });
    // Tap -1: 1 * 10 + 2 * 100, tap 0: 1 + 20 + 300, tap 1: 2 * 1 + 3 * 10; the second channel saw voxel 0 alone.
    assertEquals([...await gpu.read(weights, Float32Array)], [210, 0, 321, 0.5, 32, 1]);
    using sums = channelSums(gpu, gradient);
    assertEquals([...await gpu.read(sums, Float32Array)], [111, 0.5]);
  }),
);

Deno.test(
  "convTranspose3d() doubles every axis: each voxel becomes the filter, where they overlap their sum",
  withGpu(async (gpu) => {
    using input = tensor(gpu, [1, 1, 1, 2, 1], [1, 10]);
    using weights = floats(gpu, [1, 2, 3, 4, 5, 6, 7, 8]);
    using bias = floats(gpu, [100]);
    using output = convTranspose3d(gpu, { input, weights, bias, size: [2, 2, 2], channels: 1 });
    assertEquals(output.shape, [1, 2, 2, 4, 1]);
    assertEquals(
      [...await gpu.read(output.array, Float32Array)],
      [[1, 2, 10, 20], [3, 4, 30, 40], [5, 6, 50, 60], [7, 8, 70, 80]].flat().map((n) => n + 100),
    );
    using row = floats(
      gpu,
      Array.from({ length: 27 }, (_, i) => i === 12 ? 1 : i === 13 ? 10 : i === 14 ? 100 : 0),
    );
    using wide = convTranspose3d(gpu, { input, weights: row, size: [3, 3, 3], channels: 1 });
    // Voxel i reaches 2 i - 1 to 2 i + 1: 10 at 0; 100 + 10 at 1; 100 at 2; 1000 at 3; the other rows are beside the filter's.
    assertEquals(
      [...await gpu.read(wide.array, Float32Array)],
      [10, 110, 100, 1000, ...Array(12).fill(0)],
    );
  }),
);

Deno.test(
  "convTranspose3d()'s gradients are adjoint to it: <T x, g> = <x, T* g>, and linear in the weights",
  withGpu(async (gpu) => {
    const small = (length: number, step: number) =>
      Array.from({ length }, (_, i) => (i * step) % 7 - 3);
    for (const size of [[2, 2, 2], [3, 3, 3], [2, 3, 2]] as [2 | 3, 2 | 3, 2 | 3][]) {
      const count = size[0] * size[1] * size[2] * 2 * 3;
      const [x, w, g] = [small(24 * 3, 5), small(count, 3), small(24 * 8 * 2, 4)];
      using input = tensor(gpu, [1, 2, 3, 4, 3], x);
      using weights = floats(gpu, w);
      using gradient = tensor(gpu, [1, 4, 6, 8, 2], g);
      using output = convTranspose3d(gpu, { input, weights, size, channels: 2 });
      using back = convTranspose3dInputGradient(gpu, { gradient, weights, size, channels: 3 });
      using filter = convTranspose3dFilterGradient(gpu, { input, gradient, size });
      const dot = (a: ArrayLike<number>, b: number[]) =>
        b.reduce((sum, value, i) => sum + value * a[i]!, 0);
      // Whole numbers below 2^24 in f32: exact.
      const loss = dot(await gpu.read(output.array, Float32Array), g);
      assertEquals(dot(await gpu.read(back.array, Float32Array), x), loss);
      assertEquals(dot(await gpu.read(filter, Float32Array), w), loss);
    }
  }),
);

Deno.test(
  "conv3d() and its gradients refuse wrong sizes, strides, channels and arrays",
  withGpu((gpu) => {
    using input = tensor(gpu, [1, 1, 1, 4, 1], [1, 2, 3, 4]);
    using weights = floats(gpu, [10, 1, 100]);
    const options = { input, weights, size: [1, 1, 3], stride: 1, channels: 1 } as const;
    const convolve = (wrong: object) => () => conv3d(gpu, { ...options, ...wrong });
    assertThrows(convolve({ size: [1, 1, 5] }), RangeError, "found 1 x 1 x 5");
    assertThrows(convolve({ stride: 3 }), RangeError, "the stride is 1 or 2, found 3");
    assertThrows(convolve({ channels: 0 }), RangeError, "0 output channels");
    assertThrows(convolve({ size: [2, 1, 1] }), RangeError, "larger than it");
    assertThrows(convolve({ channels: 2 }), TypeError, "it holds 3 floats, 6 are needed");
    assertThrows(convolve({ bias: weights }), TypeError, "as bias: it holds 3 floats, 1 are");
    assertThrows(
      () => conv3dFilterGradient(gpu, { ...options, gradient: input, stride: 2 }),
      TypeError,
      "1 x 1 x 1 x 2 x 1 is needed",
    );
    assertThrows(
      () => conv3dInputGradient(gpu, { ...options, gradient: input, inputShape: [1, 1, 1, 5, 1] }),
      TypeError,
      "1 x 1 x 1 x 5 x 1 is needed",
    );
    assertThrows(
      () => convTranspose3d(gpu, { ...options, size: [2, 2, 1] }),
      RangeError,
      "sizes are 2 or 3",
    );
    assertEquals(gpu.memory.inUse, input.array.buffer.size + weights.buffer.size);
  }),
);

Deno.test(
  "conv3dFilterGradient() and channelSums() give the same bits twice",
  withGpu(async (gpu) => {
    const values = (count: number, step: number) =>
      Float32Array.from({ length: count }, (_, i) => Math.sin(i * step));
    const shape = [2, 7, 9, 13, 8] as const;
    using input = new GpuTensor(gpu.upload(values(2 * 7 * 9 * 13 * 8, 0.7)), shape);
    using gradient = new GpuTensor(gpu.upload(values(2 * 7 * 9 * 13 * 8, 1.3)), shape);
    const run = async () => {
      using weights = conv3dFilterGradient(gpu, { input, gradient, size: [3, 3, 3], stride: 1 });
      using sums = channelSums(gpu, gradient);
      return [await gpu.read(weights, Uint32Array), await gpu.read(sums, Uint32Array)];
    };
    assertEquals(await run(), await run());
  }),
);
