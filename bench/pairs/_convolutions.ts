import { RandomStream } from "../../src/random/mod.ts";
import { convolvedShape, type ReferenceConvolution } from "../../reference/mod.ts";
import type { Gpu, GpuArray } from "../../src/gpu/mod.ts";
import {
  elementCount,
  type FilterSize,
  GpuTensor,
  type Stride,
  type TensorShape,
} from "../../src/nn/mod.ts";
import type { Acceptance, Case } from "./pair.ts";

/** A convolution's shapes, in the words of kernels and references alike. */
export interface Shapes extends ReferenceConvolution {
  readonly inputShape: TensorShape;
  readonly size: FilterSize;
  readonly stride: Stride;
}

/** Shapes by input, filter, output channels and stride. */
function shapes(
  inputShape: TensorShape,
  size: FilterSize,
  channels: number,
  stride: Stride = 1,
): Shapes {
  return { inputShape, size, stride, channels };
}

/** A cube of one image. */
function cube(n: number, channels: number): TensorShape {
  return [1, n, n, n, channels];
}

/** The layers of `unet-small` at 48^3 and a volume of 64^3, the most usual one first. */
export const LAYERS: readonly Shapes[] = [
  shapes(cube(48, 8), [3, 3, 3], 8),
  shapes(cube(48, 1), [3, 3, 3], 8),
  shapes(cube(48, 16), [3, 3, 3], 8),
  shapes(cube(48, 8), [1, 1, 1], 7),
  shapes(cube(24, 16), [3, 3, 3], 16),
  shapes(cube(24, 32), [3, 3, 3], 16),
  shapes(cube(12, 32), [3, 3, 3], 32),
];

/** More voxels than a software adapter lets an invocation loop over: a filter gradient summed in one loop would stop short. */
const LARGE = shapes(cube(64, 8), [3, 3, 3], 8);

/** What a kernel could get wrong. */
export const BORDERS: readonly Shapes[] = [
  LARGE,
  shapes([1, 1, 1, 1, 1], [3, 3, 3], 1),
  shapes([2, 5, 4, 7, 3], [3, 3, 3], 5),
  shapes([1, 9, 10, 11, 1], [3, 3, 3], 8),
  shapes([1, 6, 5, 13, 8], [1, 1, 1], 7),
  shapes([2, 8, 6, 10, 8], [3, 3, 3], 16),
  shapes([2, 7, 9, 11, 4], [3, 3, 3], 6, 2),
  shapes([1, 8, 12, 10, 8], [2, 2, 2], 16, 2),
  shapes([1, 5, 9, 6, 8], [3, 1, 1], 8),
  shapes([1, 5, 9, 6, 8], [1, 3, 1], 12),
  shapes([1, 5, 9, 6, 4], [1, 1, 3], 8),
  shapes([1, 5, 7, 8, 3], [2, 2, 2], 2),
  shapes([1, 2, 3, 2, 80], [3, 3, 3], 78),
  // As tiles of Winograd's transforms, along every axis less than full; channels in fours and not.
  shapes([2, 7, 9, 13, 8], [3, 3, 3], 12),
  shapes([3, 6, 3, 5, 5], [3, 3, 3], 7),
  shapes([1, 4, 1, 1, 72], [3, 3, 3], 72),
];

/** Says a convolution's shapes. */
function nameOf({ inputShape, size, stride, channels }: Shapes): string {
  const [batch, nz, ny, nx, cin] = inputShape;
  const images = inBatch(batch);
  const strided = stride > 1 ? `, stride ${stride}` : "";
  return `${cin} to ${channels} channels, ${
    size.join("x")
  }${strided}, ${nx} x ${ny} x ${nz}${images}`;
}

/** Says a transposed convolution's shapes, which are those of the convolution from its output to its input. */
export function transposedNameOf(shapes: Shapes): string {
  const [batch, mz, my, mx, cin] = outputShape(shapes);
  const { size, inputShape: { 4: cout } } = shapes;
  return `${cin} to ${cout} channels, ${size.join("x")}, ${mx} x ${my} x ${mz} doubled${
    inBatch(batch)
  }`;
}

function inBatch(images: number): string {
  return images > 1 ? `, batch ${images}` : "";
}

/**
 * Cases of a pair: {@linkcode LAYERS} as headlines, the first of them on 20^3 where it must be brief, {@linkcode BORDERS} to be checked.
 *
 * @param make Makes an input from shapes and a random stream of its own.
 * @param layers Headline shapes.
 * @param borders The others.
 * @param name Says what a shape is.
 * @returns The cases.
 */
export function convolutionCases<I extends object>(
  make: (shapes: Shapes, random: RandomStream) => I,
  layers: readonly Shapes[] = LAYERS,
  borders: readonly Shapes[] = BORDERS,
  name: (shapes: Shapes) => string = nameOf,
): Case<I>[] {
  const one = (shapes: Shapes, index: number) => ({
    name: name(shapes),
    ...(shapes === LARGE && { without: { "tfjs-cpu": "it takes seconds and is run on 48^3" } }),
    input: () => make(shapes, new RandomStream({ seed: 41, stream: index })),
  });
  const [usual] = layers;
  const small = { ...usual!, inputShape: cube(20, usual!.inputShape[4]) };
  return [
    ...layers.map((shapes, i) => ({ ...one(shapes, i), headline: true })),
    { ...one(small, 50), brief: true },
    ...borders.map((shapes, i) => ({ ...one(shapes, 100 + i), edge: true })),
  ];
}

/** Numbers uniform over -reach to reach. */
export function numbers(
  random: RandomStream,
  count: number,
  reach: number,
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = random.uniform(-reach, reach);
  return values;
}

/** Weights that keep outputs of the inputs' size: each output is a sum of `terms` products. */
export function randomWeights(
  random: RandomStream,
  { inputShape, size, channels }: Shapes,
  terms: number,
): Float32Array<ArrayBuffer> {
  const count = elementCount(size) * inputShape[4] * channels;
  return numbers(random, count, Math.sqrt(3 / terms));
}

/** Input channels times taps. */
export function termsOf({ inputShape, size }: Shapes): number {
  return elementCount(size) * inputShape[4];
}

/** Shape of a convolution's output. */
export function outputShape(shapes: Shapes): TensorShape {
  return convolvedShape(shapes) as unknown as TensorShape;
}

/** Multiply-adds of a convolution or one of its gradients, borders not deducted. */
export function multiplyAdds(shapes: Shapes): number {
  return elementCount(convolvedShape(shapes)) * termsOf(shapes);
}

/** Uploads an activation. */
export function uploadTensor(
  gpu: Gpu,
  data: Float32Array<ArrayBuffer>,
  shape: TensorShape,
): GpuTensor {
  return new GpuTensor(gpu.upload(data), shape);
}

/** Reads back what a kernel gave, and frees it. */
export async function readBack(
  gpu: Gpu,
  made: GpuTensor | GpuArray,
): Promise<Float32Array<ArrayBuffer>> {
  using output = made;
  return await gpu.read("array" in output ? output.array : output, Float32Array);
}

/** What f32 sums allow. */
export const F32_SUMS: Acceptance = {
  class: "absolute",
  tolerance: 2e-5,
  reason:
    "sums of at most 2,160 products with partial sums below 4, so roundings of at most 2^-23 each: as errors of random sign " +
    "they reach sqrt(2160 / 3) * 2^-23 = 3e-6, taken six times",
};
