import {
  defineKernel,
  type Gpu,
  type GpuArray,
  LARGEST_UNIFORM,
  memo,
  SLICE_ALIGNMENT,
  uniforms,
} from "../../gpu/mod.ts";
import type { GpuTensor, Precision } from "../tensor.ts";
import type { Pass } from "./_correlation.ts";
import { BLOCK } from "./correlate.wgsl.ts";
import { OUTPUTS, PRODUCTS, productsWgsl, TILE } from "./winograd.wgsl.ts";
import {
  inputTransformWgsl,
  outputTransformWgsl,
  WEIGHTS_WGSL,
} from "./winograd_transforms.wgsl.ts";

/** A filter of 3 x 3 x 3 voxels as a pass reads it. */
export interface WinogradFilter {
  /** [3, 3, 3, input channel, output channel] of the convolution. */
  readonly weights: GpuArray;
  /** One for each output channel of the pass, if any. */
  readonly bias: GpuArray | undefined;
  /** Whether the pass's input channels are the convolution's output channels, and its taps the convolution's from last to first. */
  readonly transposed: boolean;
  /** Of the leaky ReLU behind: 1 for none. */
  readonly slope: number;
}

const weightTransform = defineKernel({
  label: "nn/pack-weights transform",
  code: WEIGHTS_WGSL,
  bindings: { p: "uniform", weights: "read", packed: "write" },
});

const inputTransform = memo((label: string, lanes: 1 | 4, precision: Precision) =>
  defineKernel({
    label: `${label} transform`,
    code: inputTransformWgsl({ lanes, precision }),
    bindings: { p: "uniform", input: "read", output: "write" },
  })
);

const products = memo((label: string) =>
  defineKernel({
    label: `${label} products`,
    code: productsWgsl(),
    bindings: { p: "uniform", weights: "uniform-slice", input: "read", output: "write" },
  })
);

const outputTransform = memo((label: string, wide: boolean, precision: Precision) =>
  defineKernel({
    label,
    code: outputTransformWgsl({ wide, precision }),
    bindings: { p: "uniform", products: "read", bias: "read", output: "write" },
  })
);

/** Beyond so many channels the weights of a product and a block are more than a uniform holds. */
const MOST_CHANNELS = Math.floor(LARGEST_UNIFORM / (4 * 9 * BLOCK));

/** With fewer input channels, or so few output channels in a block, the transforms cost more than they save. */
const FEWEST_INPUTS = 4;
const HALF_BLOCK = BLOCK / 2;

/** Transformed inputs and products that are there at once, as a share of inputs and output: small beside them, and no slower than all. */
const SCRATCH = 1 / 8;

/**
 * Whether {@linkcode winograd} is faster than summing directly. Measured on llvmpipe alone; hardware sums directly.
 *
 * @param gpu Where.
 * @param pass The pass.
 * @param channels Its input and output channels.
 * @returns Whether.
 */
export function suitsWinograd(
  gpu: Gpu,
  { taps, stride, spread, grid: [nz] }: Pass,
  [inputs, outputs]: readonly [number, number],
): boolean {
  return gpu.info.software && stride === 1 && spread === 1 && taps.every((n) => n === 3) &&
    inputs >= FEWEST_INPUTS && inputs <= MOST_CHANNELS && outputs > HALF_BLOCK &&
    // A tile along z that is not full costs as much as one that is.
    PRODUCTS * Math.ceil(nz / OUTPUTS) <= 0.75 * 3 * nz;
}

/**
 * Records a pass of 3 x 3 x 3 taps by Winograd's transforms along z, slab by slab.
 *
 * @param gpu Where.
 * @param label The kernel's label, `suite/name`.
 * @param tensors What is read, channels one behind the other, and what is written; all of the same images and voxels.
 * @param filter The weights.
 */
export function winograd(
  gpu: Gpu,
  label: string,
  { inputs, output }: {
    readonly inputs: readonly GpuTensor<Precision>[];
    readonly output: GpuTensor<Precision>;
  },
  filter: WinogradFilter,
): void {
  const [batch, nz, ny, nx, outputs] = output.shape;
  const channels = inputs.reduce((sum, { shape }) => sum + shape[4], 0);
  const [height, width] = TILE;
  const [tilesX, tilesY, tilesZ] = [nx / width, ny / height, nz / OUTPUTS].map(Math.ceil) as [
    number,
    number,
    number,
  ];
  const blocks = Math.ceil(outputs / BLOCK);
  const stride = Math.ceil(4 * 9 * channels * BLOCK / SLICE_ALIGNMENT) * SLICE_ALIGNMENT;
  const together = Math.floor(LARGEST_UNIFORM / stride);
  using weights = transformedWeights(gpu, filter, [channels, outputs], stride);
  /** Bytes for a number of tiles along y of one along z. */
  const inputBytes = (tiles: number) =>
    4 * PRODUCTS * (tiles * height + 2) * tilesX * (width + 2) * channels;
  const productBytes = (tiles: number) =>
    4 * PRODUCTS * tiles * height * tilesX * width * blocks * BLOCK;
  const bytes = [...inputs, output].reduce((sum, { array }) => sum + array.byteLength, 0);
  const fitting = SCRATCH * bytes / (inputBytes(tilesY) + productBytes(tilesY));
  const all = batch * tilesZ;
  const slab = evenly(all, fitting);
  const band = evenly(tilesY, fitting * tilesY);
  using transformed = gpu.allocate(slab * inputBytes(band), "transformed input");
  using sums = gpu.allocate(slab * productBytes(band), "products");
  for (let first = 0; first < all; first += slab) {
    for (let tile = 0; tile < tilesY; tile += band) {
      const top = tile * height;
      part({
        count: Math.min(slab, all - first),
        tiles: [tilesX, Math.min(band, tilesY - tile), tilesZ],
        top,
        rows: Math.min(band * height, ny - top),
        first,
      });
    }
  }

  /** Some tiles along z, and rows along y. */
  function part({ count, tiles, top, rows, first }: {
    readonly count: number;
    readonly tiles: readonly [x: number, y: number, z: number];
    readonly top: number;
    readonly rows: number;
    readonly first: number;
  }): void {
    let start = 0;
    for (const input of inputs) {
      const own = input.shape[4];
      const lanes = own % 4 === 0 ? 4 : 1;
      const items = count * (rows + 2) * tilesX * (width + 2) / 4 * own / lanes;
      gpu.dispatch(inputTransform(label, lanes, input.precision), {
        p: uniforms({
          i32: [
            nx,
            ny,
            nz,
            own / lanes,
            ...tiles,
            items,
            channels,
            start,
            first,
            top - 1,
            rows + 2,
          ],
        }),
        input: input.array,
        output: transformed,
      }, gpu.workgroups(items, 8));
      start += own;
    }
    const invocations = tiles[0] * tiles[1] * count;
    for (let begin = 0; begin < PRODUCTS * blocks; begin += together) {
      const numbers = [channels, rows + 2, stride / 16, blocks, begin];
      gpu.dispatch(products(label), {
        p: uniforms({ i32: [tiles[0], tiles[1], count, invocations, ...numbers] }),
        weights: { array: weights, offset: begin * stride, byteLength: LARGEST_UNIFORM },
        input: transformed,
        output: sums,
      }, [...gpu.workgroups(invocations, 8), Math.min(together, PRODUCTS * blocks - begin)]);
    }
    const wide = outputs % 4 === 0;
    const lanes = wide ? 4 : 1;
    const items = count * rows * nx * outputs / lanes;
    gpu.dispatch(outputTransform(label, wide, output.precision), {
      p: uniforms(
        { i32: [nx, ny, nz, outputs / lanes, ...tiles, items] },
        { i32: [blocks * BLOCK / lanes, first, Number(filter.bias !== undefined)] },
        { f32: [filter.slope] },
        { i32: [top, rows] },
      ),
      products: sums,
      bias: filter.bias ?? filter.weights,
      output: output.array,
    }, gpu.workgroups(items, 8));
  }
}

/** How many of `all` are taken at once, at most `most` or one, so that each time it is about as many. */
function evenly(all: number, most: number): number {
  return Math.ceil(all / Math.ceil(all / Math.max(1, Math.floor(most))));
}

function transformedWeights(
  gpu: Gpu,
  { weights, transposed }: WinogradFilter,
  [inputs, outputs]: readonly [number, number],
  stride: number,
): GpuArray {
  const blocks = Math.ceil(outputs / BLOCK);
  const floats = blocks * stride / 4;
  // A kernel sees as much of it as a uniform may have, whatever there is.
  const bytes = 4 * PRODUCTS * floats - stride + LARGEST_UNIFORM;
  const packed = gpu.allocate(bytes, "transformed weights");
  gpu.dispatch(weightTransform, {
    p: uniforms({
      i32: [inputs, outputs, ...(transposed ? [1, inputs] : [outputs, 1])],
    }, { i32: [blocks, stride / 4, floats, Number(transposed)] }),
    weights,
    packed,
  }, gpu.workgroups(floats, 64));
  return packed;
}
