import { assertEquals, assertLessOrEqual } from "@std/assert";
import { type Gpu, type GpuArray, selectAdapter } from "../../../src/gpu/mod.ts";
import {
  concatChannels,
  conv3d,
  convTranspose3d,
  elementCount,
  GpuTensor,
  maxPool3d,
  normalize,
  normalizeWith,
  type Precision,
  type TensorShape,
  upsample3d,
} from "../../../src/nn/mod.ts";
import { fillNormal } from "../../../src/random/mod.ts";
import { testAdapter, withGpu } from "../../_gpu.ts";
import { testUnless } from "../../_skip.ts";

const { info } = await selectAdapter(testAdapter());
const reason = info.features.includes("shader-f16")
  ? undefined
  : `${info.description} has no half precision`;

function numbers(n: number, stream: number): Float32Array<ArrayBuffer> {
  return fillNormal({ seed: 16, stream }, new Float32Array(n));
}

/** Numbers rounded to half precision, stored so or in 32 bits. */
function halves(gpu: Gpu, n: number, precision: Precision, stream: number): GpuArray {
  const rounded = new Float16Array(2 * Math.ceil(n / 2));
  rounded.set(numbers(n, stream));
  return gpu.upload(
    precision === "f16"
      ? new Uint16Array(rounded.buffer)
      : Float32Array.from(rounded.subarray(0, n)),
  );
}

/** An activation of such numbers. */
function upload<P extends Precision>(
  gpu: Gpu,
  shape: TensorShape,
  precision: P,
  stream = 0,
): GpuTensor<P> {
  return new GpuTensor(halves(gpu, elementCount(shape), precision, stream), shape, precision);
}

async function read(gpu: Gpu, tensor: GpuTensor<Precision>): Promise<ArrayLike<number>> {
  const count = elementCount(tensor.shape);
  if (tensor.precision === "f32") return await gpu.read(tensor.array, Float32Array);
  const bits = await gpu.read(tensor.array, Uint16Array);
  return new Float16Array(bits.buffer).subarray(0, count);
}

/** An op on activations and weights of either precision. */
type Op = <P extends Precision>(
  gpu: Gpu,
  make: (shape: TensorShape, stream?: number) => GpuTensor<P>,
  makeWeights: (n: number) => GpuArray,
  weightPrecision: P,
) => GpuTensor<P>;

const ops: [name: string, op: Op, exact: boolean][] = [
  ...([[3, 7], [8, 16]] as const).flatMap(([from, to]): [string, Op, boolean][] => [
    [
      `conv3d() from ${from} to ${to} channels`,
      (gpu, make, makeWeights, weightPrecision) => {
        using input = make([2, 5, 4, 7, from]);
        using weights = makeWeights(27 * from * to);
        using bias = gpu.upload(numbers(to, 3));
        const filter = { weights, weightPrecision, bias };
        return conv3d(gpu, { input, ...filter, size: [3, 3, 3], stride: 1, channels: to });
      },
      false,
    ],
    [
      `conv3d() along x from ${from} to ${to} channels`,
      (gpu, make, makeWeights, weightPrecision) => {
        using input = make([1, 3, 4, 7, from]);
        using weights = makeWeights(3 * from * to);
        const filter = { weights, weightPrecision };
        return conv3d(gpu, { input, ...filter, size: [1, 1, 3], stride: 1, channels: to });
      },
      false,
    ],
    [
      `convTranspose3d() from ${from} to ${to} channels`,
      (gpu, make, makeWeights, weightPrecision) => {
        using input = make([2, 3, 2, 4, from]);
        using weights = makeWeights(8 * from * to);
        using bias = gpu.upload(numbers(to, 3));
        const filter = { weights, weightPrecision, bias };
        return convTranspose3d(gpu, { input, ...filter, size: [2, 2, 2], channels: to });
      },
      false,
    ],
  ]),
  [
    "maxPool3d()",
    (gpu, make) => {
      using input = make([2, 5, 4, 6, 8]);
      return maxPool3d(gpu, { input, size: 3 });
    },
    true,
  ],
  [
    "maxPool3d() of 7 channels",
    (gpu, make) => {
      using input = make([1, 5, 4, 3, 7]);
      return maxPool3d(gpu, { input, size: 2 });
    },
    true,
  ],
  [
    "upsample3d() nearest",
    (gpu, make) => {
      using input = make([2, 2, 3, 1, 4]);
      return upsample3d(gpu, { input, mode: "nearest" });
    },
    true,
  ],
  [
    "upsample3d() trilinear",
    (gpu, make) => {
      using input = make([2, 2, 3, 1, 4]);
      return upsample3d(gpu, { input, mode: "trilinear" });
    },
    false,
  ],
  [
    "upsample3d() trilinear of 3 channels",
    (gpu, make) => {
      using input = make([1, 1, 3, 5, 3]);
      return upsample3d(gpu, { input, mode: "trilinear" });
    },
    false,
  ],
  [
    "concatChannels()",
    (gpu, make) => {
      using a = make([2, 2, 3, 2, 8]);
      using b = make([2, 2, 3, 2, 4], 1);
      return concatChannels(gpu, a, b);
    },
    true,
  ],
  [
    "concatChannels() of 1 and 2 channels",
    (gpu, make) => {
      using a = make([1, 1, 3, 3, 1]);
      using b = make([1, 1, 3, 3, 2], 1);
      return concatChannels(gpu, a, b);
    },
    true,
  ],
  ...([8, 7] as const).flatMap((channels): [string, Op, boolean][] => [
    [
      `normalizeWith() of ${channels} channels`,
      (gpu, make) => {
        using input = make([2, 3, 5, 3, channels]);
        using gamma = gpu.upload(numbers(channels, 2));
        using beta = gpu.upload(numbers(channels, 3));
        using mean = gpu.upload(numbers(channels, 4));
        using variance = gpu.upload(numbers(channels, 5).map((z) => z * z + 0.1));
        const running = { mean, variance };
        return normalizeWith(gpu, { input, gamma, beta, running, epsilon: 1e-5, slope: 0.1 });
      },
      false,
    ],
    [
      `normalize() of ${channels} channels`,
      (gpu, make) => {
        using input = make([2, 3, 5, 3, channels]);
        using gamma = gpu.upload(numbers(channels, 2));
        using beta = gpu.upload(numbers(channels, 3));
        const layer = { input, gamma, beta, kind: "instance", epsilon: 1e-5, slope: 0 } as const;
        const { output, statistics } = normalize(gpu, layer);
        statistics[Symbol.dispose]();
        return output;
      },
      false,
    ],
  ]),
];

/** Steps of half precision between a number and what it is rounded to: none where exact, one where an adapter rounds the other way. */
function stepsApart(a: number, b: number): number {
  const bits = (value: number) => {
    const [found] = new Int16Array(Float16Array.of(value).buffer);
    return found! < 0 ? -0x8000 - found! : found!;
  };
  return Math.abs(bits(a) - bits(b));
}

for (const [name, op, exact] of ops) {
  testUnless(
    `${name} in half precision rounds what it gives in 32 bits`,
    reason,
    withGpu(async (gpu) => {
      const before = gpu.memory.inUse;
      const run = <P extends Precision>(precision: P) =>
        op(
          gpu,
          (shape, stream) => upload(gpu, shape, precision, stream),
          (n) => halves(gpu, n, precision, 2),
          precision,
        );
      using half = run("f16");
      using whole = run("f32");
      assertEquals(half.shape, whole.shape);
      assertEquals(half.precision, "f16");
      const [found, expected] = [await read(gpu, half), await read(gpu, whole)];
      assertEquals(found.length, expected.length);
      for (let i = 0; i < found.length; i++) {
        assertLessOrEqual(stepsApart(found[i]!, expected[i]!), exact ? 0 : 1, `element ${i}`);
      }
      half[Symbol.dispose]();
      whole[Symbol.dispose]();
      assertEquals(gpu.memory.inUse, before);
    }),
  );
}

testUnless(
  "conv3d() reads one precision and writes the other",
  reason,
  withGpu(async (gpu) => {
    const shape = [1, 3, 4, 5, 4] as const;
    using weights = gpu.upload(numbers(3 * 4 * 4, 2));
    const layer = { weights, size: [1, 1, 3], stride: 1, channels: 4 } as const;
    using whole = upload(gpu, shape, "f32");
    using half = upload(gpu, shape, "f16");
    using expected = conv3d(gpu, { input: whole, ...layer });
    using widened = conv3d(gpu, { input: half, ...layer, precision: "f32" });
    using narrowed = conv3d(gpu, { input: whole, ...layer, precision: "f16" });
    const values = await read(gpu, expected);
    assertEquals(await read(gpu, widened), values);
    const found = await read(gpu, narrowed);
    for (let i = 0; i < found.length; i++) {
      assertLessOrEqual(stepsApart(found[i]!, values[i]!), 1, `element ${i}`);
    }
  }),
);

testUnless(
  "conv3d() in half precision goes on from sums of half precision where weights are too many at once",
  reason,
  withGpu(async (gpu) => {
    // Weights of 256 channels in and 8 out, 3 taps each, are 96 KiB: two parts of what a uniform holds.
    const shape = [1, 2, 3, 5, 256] as const;
    using weights = gpu.upload(numbers(3 * 3 * 256 * 8, 2));
    const layer = { weights, size: [3, 3, 1], stride: 1, channels: 8 } as const;
    using whole = upload(gpu, shape, "f32");
    using half = upload(gpu, shape, "f16");
    using expected = conv3d(gpu, { input: whole, ...layer });
    using found = conv3d(gpu, { input: half, ...layer });
    const values = await read(gpu, expected);
    const largest = Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const halves = await read(gpu, found);
    for (let i = 0; i < values.length; i++) {
      // A rounding of each part's sum, none of which is much larger than the largest of all.
      assertLessOrEqual(Math.abs(halves[i]! - values[i]!), 4 * 2 ** -11 * largest, `element ${i}`);
    }
  }),
);
