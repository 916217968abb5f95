import { assertEquals, assertThrows } from "@std/assert";
import { softmaxGradientReference, softmaxReference } from "../../../reference/mod.ts";
import {
  argmaxChannels,
  concatChannels,
  elementCount,
  sliceChannels,
  softmax,
  softmaxGradient,
  type TensorShape,
} from "../../../src/nn/mod.ts";
import { withGpu } from "../../_gpu.ts";
import { assertNear, centralDifferences, dot, numbers, tensor } from "../_gradients.ts";

Deno.test(
  "concatChannels() puts channels behind each other, sliceChannels() takes them apart",
  withGpu(async (gpu) => {
    using a = tensor(gpu, [1, 1, 1, 2, 2], [1, 2, 3, 4]);
    using b = tensor(gpu, [1, 1, 1, 2, 1], [10, 20]);
    using all = concatChannels(gpu, a, b);
    assertEquals(all.shape, [1, 1, 1, 2, 3]);
    assertEquals([...await gpu.read(all.array, Float32Array)], [1, 2, 10, 3, 4, 20]);
    using some = sliceChannels(gpu, all, 1, 2);
    assertEquals([...await gpu.read(some.array, Float32Array)], [2, 10, 4, 20]);
    using other = tensor(gpu, [1, 1, 2, 1, 1], [1, 2]);
    assertThrows(() => concatChannels(gpu, a, other), TypeError, "1 x 1 x 1 x 2 x 1");
    assertThrows(() => sliceChannels(gpu, all, 2, 2), RangeError, "2 channels from channel 2");
    assertThrows(() => sliceChannels(gpu, all, 0, 0), RangeError, "0 channels");
  }),
);

Deno.test(
  "softmax() of any finite logits sums to 1 and does not overflow",
  withGpu(async (gpu) => {
    using logits = tensor(gpu, [1, 1, 1, 3, 2], [1e38, 1e38, -1e38, 1e38, 0, Math.log(3)]);
    using made = softmax(gpu, logits);
    const p = await gpu.read(made.array, Float32Array);
    assertNear(p, [0.5, 0.5, 0, 1, 0.25, 0.75], 1e-6);
  }),
);

Deno.test(
  "softmaxGradient() agrees with central differences",
  withGpu(async (gpu) => {
    const shape: TensorShape = [2, 2, 1, 3, 5];
    const x = numbers(elementCount(shape), 61, 3);
    const dp = numbers(x.length, 62);
    const expected = centralDifferences((x) => dot(softmaxReference(x, 5), dp), x);
    assertNear(softmaxGradientReference(softmaxReference(x, 5), dp, 5), expected, 1e-9);
    using logits = tensor(gpu, shape, x);
    using gradient = tensor(gpu, shape, dp);
    using probabilities = softmax(gpu, logits);
    using by = softmaxGradient(gpu, { probabilities, gradient });
    assertNear(await gpu.read(by.array, Float32Array), expected, 1e-6);
  }),
);

Deno.test(
  "argmaxChannels() packs the first largest channel of each voxel into bytes, images on whole words",
  withGpu(async (gpu) => {
    // Two images of five voxels, three channels.
    const winners = [2, 0, 1, 2, 2, 1, 1, 0, 2, 0];
    const values = winners.flatMap((w) => [0, 1, 2].map((c) => c === w ? 5 : c));
    values[3 * 7 + 1] = 5;
    using tensors = tensor(gpu, [2, 1, 1, 5, 3], values);
    using labels = argmaxChannels(gpu, tensors);
    assertEquals(
      [...await gpu.read(labels, Uint8Array)],
      [2, 0, 1, 2, 2, 0, 0, 0, 1, 1, 0, 2, 0, 0, 0, 0],
    );
    using many = tensor(gpu, [1, 1, 1, 1, 256], new Float32Array(256));
    assertThrows(() => argmaxChannels(gpu, many), RangeError, "256 channels");
  }),
);
