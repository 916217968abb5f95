import { assertLess } from "@std/assert";
import {
  convolve,
  convolvedShape,
  convolveFilterGradient,
  convolveInputGradient,
} from "../../../reference/mod.ts";
import { Gpu } from "../../../src/gpu/mod.ts";
import {
  conv3d,
  conv3dFilterGradient,
  conv3dInputGradient,
  elementCount,
  type FilterSize,
  GpuTensor,
  type Stride,
  type TensorShape,
} from "../../../src/nn/mod.ts";
import { RandomStream } from "../../../src/random/mod.ts";
import { withGpu } from "../../_gpu.ts";

const SHAPES: readonly [TensorShape, FilterSize, number, Stride][] = [
  [[2, 5, 7, 9, 8], [3, 3, 3], 12, 1],
  [[1, 4, 6, 9, 3], [3, 3, 3], 5, 1],
  [[2, 5, 6, 7, 4], [3, 3, 3], 8, 2],
  [[1, 4, 6, 10, 8], [2, 2, 2], 4, 2],
  [[1, 3, 5, 7, 8], [1, 1, 1], 7, 1],
  [[1, 2, 3, 2, 80], [3, 3, 3], 4, 1],
];

/** The same device, taken for the other kind: tiles and workgroups differ. */
function otherKind({ device, info }: Gpu): Gpu {
  return new Gpu(device, { ...info, software: !info.software });
}

for (const [inputShape, size, channels, stride] of SHAPES) {
  const name = `${inputShape.join("x")} to ${channels}, ${size.join("x")}, stride ${stride}`;
  Deno.test(
    `conv3d() and its gradients keep to the oracle with the tiles of the adapter's other kind: ${name}`,
    withGpu(async (own) => {
      await using gpu = otherKind(own);
      const random = new RandomStream({ seed: 5, stream: 1 });
      const draw = (count: number, reach: number) =>
        Float32Array.from({ length: count }, () => random.uniform(-reach, reach));
      const shapes = { inputShape, size, stride, channels };
      const outputShape = convolvedShape(shapes) as unknown as TensorShape;
      const terms = elementCount(size) * inputShape[4];
      const x = draw(elementCount(inputShape), 1);
      const w = draw(terms * channels, Math.sqrt(3 / terms));
      const b = draw(channels, 1);
      const g = draw(elementCount(outputShape), 0.1);
      using input = new GpuTensor(gpu.upload(x), inputShape);
      using gradient = new GpuTensor(gpu.upload(g), outputShape);
      using weights = gpu.upload(w);
      using bias = gpu.upload(b);
      const filter = { size, stride };
      using output = conv3d(gpu, { input, weights, bias, channels, ...filter });
      using byInput = conv3dInputGradient(gpu, { gradient, weights, inputShape, ...filter });
      using byWeights = conv3dFilterGradient(gpu, { input, gradient, ...filter });
      for (
        const [found, expected] of [
          [output.array, convolve(x, w, shapes, b)],
          [byInput.array, convolveInputGradient(g, w, shapes)],
          [byWeights, convolveFilterGradient(x, g, shapes)],
        ] as const
      ) {
        const values = await gpu.read(found, Float32Array);
        const worst = values.reduce((most, v, i) => Math.max(most, Math.abs(v - expected[i]!)), 0);
        // As the pair nn/conv3d argues.
        assertLess(worst, 2e-5);
      }
    }),
  );
}
