import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  convolve,
  convolvedShape,
  convolveFilterGradient,
  convolveInputGradient,
  type ReferenceConvolution,
  sumChannels,
} from "../../reference/mod.ts";
import { RandomStream } from "../../src/random/mod.ts";

Deno.test("convolvedShape() counts as PyTorch does: floor((n + 2 p - k) / s) + 1", () => {
  const shape = (size: number[], stride: number) =>
    convolvedShape({ inputShape: [2, 5, 6, 1, 3], size, stride, channels: 4 });
  assertEquals(shape([3, 3, 3], 1), [2, 5, 6, 1, 4]);
  assertEquals(shape([3, 3, 3], 2), [2, 3, 3, 1, 4]);
  assertEquals(shape([2, 2, 1], 2), [2, 2, 3, 1, 4]);
  assertEquals(shape([2, 3, 1], 1), [2, 4, 6, 1, 4]);
});

Deno.test("convolve() weighs neighbours along the row, zeros outside, and adds the bias", () => {
  const row = { inputShape: [1, 1, 1, 4, 1], size: [1, 1, 3], stride: 1, channels: 1 };
  // 10 x[i - 1] + 1 x[i] + 100 x[i + 1] + 7 over 1 2 3 4.
  assertEquals([...convolve([1, 2, 3, 4], [10, 1, 100], row, [7])], [208, 319, 430, 41]);
  const strided = { ...row, stride: 2 };
  assertEquals([...convolve([1, 2, 3, 4], [10, 1, 100], strided)], [201, 423]);
});

Deno.test("convolve() mixes channels by [input channel, output channel]", () => {
  const point = { inputShape: [1, 1, 1, 1, 2], size: [1, 1, 1], stride: 1, channels: 3 };
  assertEquals([...convolve([1, 10], [1, 2, 3, 4, 5, 6], point)], [41, 52, 63]);
});

const GEOMETRIES: ReferenceConvolution[] = [
  { inputShape: [2, 3, 4, 5, 2], size: [3, 3, 3], stride: 1, channels: 3 },
  { inputShape: [1, 3, 4, 5, 2], size: [3, 3, 3], stride: 2, channels: 2 },
  { inputShape: [1, 4, 3, 6, 2], size: [2, 3, 1], stride: 1, channels: 2 },
  { inputShape: [1, 4, 3, 6, 1], size: [2, 2, 2], stride: 2, channels: 2 },
  { inputShape: [1, 1, 1, 1, 1], size: [3, 3, 3], stride: 2, channels: 1 },
];

for (const shapes of GEOMETRIES) {
  const { inputShape, size, stride, channels } = shapes;
  const name = `${inputShape.join("x")}, ${size.join("x")}, stride ${stride}`;
  Deno.test(`gradients of convolve() are its central differences: ${name}`, () => {
    const random = new RandomStream({ seed: 1, stream: 2 });
    const draw = (shape: readonly number[]) =>
      Float64Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.uniform(-1, 1));
    const input = draw(inputShape);
    const weights = draw([...size, inputShape[4]!, channels]);
    const gradient = draw(convolvedShape(shapes));
    // The loss whose gradient by the output is `gradient`.
    const loss = () =>
      convolve(input, weights, shapes).reduce((sum, value, i) => sum + value * gradient[i]!, 0);
    const differences = (values: Float64Array) =>
      values.map((value, i) => {
        values[i] = value + 0.5;
        const above = loss();
        values[i] = value - 0.5;
        const below = loss();
        values[i] = value;
        return above - below;
      });
    const near = (found: Float64Array, expected: Float64Array) => {
      assertEquals(found.length, expected.length);
      found.forEach((value, i) => assertAlmostEquals(value, expected[i]!, 1e-12 * 200));
    };
    near(convolveInputGradient(gradient, weights, shapes), differences(input));
    near(convolveFilterGradient(input, gradient, shapes), differences(weights));
  });
}

Deno.test("convolveInputGradient() adds a bias for each input channel", () => {
  const point = { inputShape: [1, 1, 1, 1, 2], size: [1, 1, 1], stride: 1, channels: 1 };
  assertEquals([...convolveInputGradient([2], [3, 5], point, [100, 200])], [106, 210]);
});

Deno.test("sumChannels() sums over voxels", () => {
  assertEquals([...sumChannels([1, 10, 2, 20, 3, 30], 2)], [6, 60]);
});
