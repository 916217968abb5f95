import {
  defineKernel,
  type Gpu,
  type GpuArray,
  LARGEST_UNIFORM,
  memo,
  uniforms,
} from "../../gpu/mod.ts";
import type { GpuTensor, Precision } from "../tensor.ts";
import { winogradPlan } from "./_winograd_plan.ts";
import { BLOCK } from "./correlate.wgsl.ts";
import { PRODUCTS, productsWgsl, TILE } from "./winograd.wgsl.ts";
import {
  inputTransformWgsl,
  outputTransformWgsl,
  weightTransformWgsl,
} from "./winograd_transforms.wgsl.ts";

/** A filter of 3 x 3 x 3 voxels as a pass reads it. */
export interface WinogradFilter {
  /** [3, 3, 3, input channel, output channel] of the convolution. */
  readonly weights: GpuArray;
  /** How weights are stored. */
  readonly precision: Precision;
  /** 32-bit floats, one for each output channel of the pass, if any. */
  readonly bias: GpuArray | undefined;
  /** Whether the pass's input channels are the convolution's output channels, and its taps the convolution's from last to first. */
  readonly transposed: boolean;
  /** Of the leaky ReLU behind: 1 for none. */
  readonly slope: number;
}

const weightTransform = memo((precision: Precision) =>
  defineKernel({
    label: "nn/pack-weights transform",
    code: weightTransformWgsl(precision),
    bindings: { p: "uniform", weights: "read", packed: "write" },
  })
);

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
  const [, nz, ny, nx, outputs] = output.shape;
  const channels = inputs.reduce((sum, { shape }) => sum + shape[4], 0);
  const { all, tiles: [tilesX, tilesY, tilesZ], blocks, stride, slab, band, bytes } = winogradPlan(
    output.shape,
    channels,
    output.precision,
  );
  const [height, width] = TILE;
  const together = Math.floor(LARGEST_UNIFORM / stride);
  using weights = transformedWeights(gpu, filter, [channels, outputs], bytes.weights, stride);
  using transformed = gpu.allocate(bytes.transformed, "transformed input");
  using sums = gpu.allocate(bytes.products, "products");
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

function transformedWeights(
  gpu: Gpu,
  { weights, precision, transposed }: WinogradFilter,
  [inputs, outputs]: readonly [number, number],
  bytes: number,
  stride: number,
): GpuArray {
  const blocks = Math.ceil(outputs / BLOCK);
  const floats = blocks * stride / 4;
  const packed = gpu.allocate(bytes, "transformed weights");
  gpu.dispatch(weightTransform(precision), {
    p: uniforms({
      i32: [inputs, outputs, ...(transposed ? [1, inputs] : [outputs, 1])],
    }, { i32: [blocks, stride / 4, floats, Number(transposed)] }),
    weights,
    packed,
  }, gpu.workgroups(floats, 64));
  return packed;
}
