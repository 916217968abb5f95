import { assertLess, assertThrows } from "@std/assert";
import { convolve } from "../../../reference/mod.ts";
import { Gpu } from "../../../src/gpu/mod.ts";
import {
  conv3d,
  elementCount,
  type FilterSize,
  GpuTensor,
  type TensorShape,
} from "../../../src/nn/mod.ts";
import { RandomStream } from "../../../src/random/mod.ts";
import { withGpu } from "../../_gpu.ts";

/** Voxels and images, channels of the two inputs, filter, output channels: first such as Winograd's transforms take. */
const SHAPES: readonly [readonly number[], readonly [number, number], FilterSize, number][] = [
  [[2, 7, 5, 9], [8, 5], [3, 3, 3], 12],
  [[1, 4, 3, 7], [4, 4], [3, 3, 3], 7],
  [[1, 3, 4, 5], [3, 4], [3, 3, 3], 7],
  [[2, 2, 3, 5], [8, 4], [1, 1, 1], 8],
  [[1, 2, 3, 2], [80, 4], [3, 3, 3], 4],
];

for (const kind of ["software", "hardware"] as const) {
  for (const [voxels, [own, more], size, channels] of SHAPES) {
    Deno.test(
      `conv3d() of two inputs with a leaky ReLU is that of both put together, ${kind}: ` +
        `${own} + ${more} to ${channels} channels, ${size.join("x")}, ${voxels.join("x")}`,
      withGpu(async ({ device, info }) => {
        await using gpu = new Gpu(device, { ...info, software: kind === "software" });
        const random = new RandomStream({ seed: 6, stream: own });
        const draw = (count: number, reach: number) =>
          Float32Array.from({ length: count }, () => random.uniform(-reach, reach));
        const inputShape = [...voxels, own + more] as unknown as TensorShape;
        const both = draw(elementCount(inputShape), 1);
        const terms = elementCount(size) * (own + more);
        const [w, b] = [draw(terms * channels, Math.sqrt(3 / terms)), draw(channels, 1)];
        const part = (from: number, count: number) =>
          new GpuTensor(
            gpu.upload(both.filter((_, i) => i % (own + more) - from >>> 0 < count)),
            [...voxels, count] as unknown as TensorShape,
          );
        using input = part(0, own);
        using beside = part(own, more);
        using weights = gpu.upload(w);
        using bias = gpu.upload(b);
        const options = { input, beside, weights, bias, size, stride: 1, channels } as const;
        using output = conv3d(gpu, { ...options, slope: 0.25 });
        const expected = convolve(both, w, { inputShape, size, stride: 1, channels }, b)
          .map((y) => y > 0 ? y : 0.25 * y);
        const found = await gpu.read(output.array, Float32Array);
        const worst = found.reduce((most, y, i) => Math.max(most, Math.abs(y - expected[i]!)), 0);
        // As the pair nn/conv3d argues.
        assertLess(worst, 2e-5);
      }),
    );
  }
}

Deno.test(
  "conv3d() refuses two inputs of other voxels",
  withGpu((gpu) => {
    using input = new GpuTensor(gpu.allocate(4 * 8), [1, 2, 2, 2, 1]);
    using beside = new GpuTensor(gpu.allocate(4 * 4), [1, 1, 2, 2, 1]);
    using weights = gpu.allocate(4 * 2);
    assertThrows(
      () => conv3d(gpu, { input, beside, weights, size: [1, 1, 1], stride: 1, channels: 1 }),
      TypeError,
      "Cannot use 1 x 1 x 2 x 2 x 1 as further input channels: 1 x 2 x 2 x 2 x 1 is needed",
    );
  }),
);
