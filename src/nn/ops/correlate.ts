import {
  checkIterations,
  defineKernel,
  type Gpu,
  type GpuArray,
  LARGEST_UNIFORM,
  memo,
  SLICE_ALIGNMENT,
  uniforms,
} from "../../gpu/mod.ts";
import type { GpuTensor, Precision } from "../tensor.ts";
import type { Axes, Pass } from "./_correlation.ts";
import { suitsWinograd } from "./_winograd_plan.ts";
import type { FilterSize } from "./convolution.ts";
import { BLOCK, correlateWgsl } from "./correlate.wgsl.ts";
import { packWeightsWgsl } from "./pack_weights.wgsl.ts";
import { winograd } from "./winograd.ts";

/** A filter as a pass reads it. */
export interface Filter {
  /** [kz, ky, kx, input channel, output channel] of the convolution. */
  readonly weights: GpuArray;
  /** How weights are stored. */
  readonly precision: Precision;
  /** 32-bit floats, one for each output channel of the pass, if any. */
  readonly bias: GpuArray | undefined;
  readonly size: FilterSize;
  /** Whether the pass's input channels are the convolution's output channels. */
  readonly transposed: boolean;
  /** Of the leaky ReLU behind the sums: 1 for none. */
  readonly slope: number;
}

const packing = memo((precision: Precision) =>
  defineKernel({
    label: "nn/pack-weights",
    code: packWeightsWgsl(precision),
    bindings: { p: "uniform", weights: "read", bias: "read", packed: "write" },
  })
);

/** Registers of hardware hold the sums of 8 positions; llvmpipe keeps them in memory anyway, and larger tiles read less. */
const TILES = {
  software: { tile: [4, 6], workgroup: 8 },
  hardware: { tile: [2, 4], workgroup: 64 },
} as const;

const correlation = memo((
  label: string,
  ky: number,
  kx: number,
  stride: number,
  lanes: 1 | 4,
  wide: boolean,
  carry: boolean,
  input: Precision,
  output: Precision,
  adapter: keyof typeof TILES,
) =>
  defineKernel({
    label,
    code: correlateWgsl({
      ...{ taps: [ky, kx], stride, lanes, wide, carry },
      precision: { input, output },
      ...TILES[adapter],
    }),
    bindings: { p: "uniform", weights: "uniform-slice", input: "read", output: "write" },
  })
);

/** Beyond so many multiply-adds for an output, reading four channels at once makes bodies that no instruction cache holds. */
const FEW_TAPS = 3;

/** Blocks of weights in GPU memory, as many of them as fit in one uniform. */
interface Packing {
  /** Input channels that are read at once. */
  readonly lanes: 1 | 4;
  /** Input items of a voxel, and of a chunk: weights of all of them may be more than a uniform holds. */
  readonly items: number;
  readonly chunk: number;
  readonly chunks: number;
  /** Blocks of output channels, and how many of them a dispatch takes. */
  readonly blocks: number;
  readonly together: number;
  /** Bytes of a block. */
  readonly stride: number;
}

function packingOf({ taps: [kz, ky, kx] }: Pass, inputs: number, outputs: number): Packing {
  const lanes = inputs % 4 === 0 && ky * kx <= FEW_TAPS ? 4 : 1;
  const items = inputs / lanes;
  const bytes = 4 * BLOCK * kz * ky * kx * lanes;
  const most = Math.floor((LARGEST_UNIFORM - 4 * BLOCK) / Math.max(1, bytes));
  const chunks = Math.ceil(items / most);
  const chunk = Math.ceil(items / chunks);
  const stride = Math.ceil((4 * BLOCK + chunk * bytes) / SLICE_ALIGNMENT) * SLICE_ALIGNMENT;
  const together = Math.floor(LARGEST_UNIFORM / stride);
  return { lanes, items, chunk, chunks, blocks: Math.ceil(outputs / BLOCK), together, stride };
}

/**
 * Records passes of weighted sums over neighbours.
 *
 * @param gpu Where.
 * @param label The kernel's label, `suite/name`.
 * @param tensors What is read, channels one behind the other, and what is written, at the voxels of the passes alone.
 * @param filter The weights.
 * @param passes What to do.
 */
export function correlate(
  gpu: Gpu,
  label: string,
  { inputs, output }: {
    readonly inputs: readonly GpuTensor<Precision>[];
    readonly output: GpuTensor<Precision>;
  },
  filter: Filter,
  passes: readonly Pass[],
): void {
  const all = inputs.reduce((sum, { shape }) => sum + shape[4], 0);
  for (const pass of passes) {
    if (gpu.info.software && suitsWinograd(pass, [all, output.shape[4]])) {
      winograd(gpu, label, { inputs, output }, filter);
      continue;
    }
    let from = 0;
    for (const [i, input] of inputs.entries()) {
      const channels = { from, count: input.shape[4], all, outputs: output.shape[4] };
      const packing = packingOf(pass, channels.count, channels.outputs);
      using weights = packed(gpu, filter, pass, packing, channels);
      for (let chunk = 0; chunk < packing.chunks; chunk++) {
        const last = i === inputs.length - 1 && chunk === packing.chunks - 1;
        const sums = { carry: i + chunk > 0, slope: last ? filter.slope : 1 };
        for (let block = 0; block < packing.blocks; block += packing.together) {
          record(gpu, label, { input, output, weights }, pass, packing, { chunk, block, ...sums });
        }
      }
      from += channels.count;
    }
  }
}

function packed(
  gpu: Gpu,
  { weights, precision, bias, size, transposed }: Filter,
  { taps, base, step }: Pass,
  { lanes, chunk, chunks, blocks, stride }: Packing,
  { from, count, all, outputs }: {
    /** Input channels that are read, of all. */
    readonly from: number;
    readonly count: number;
    readonly all: number;
    readonly outputs: number;
  },
): GpuArray {
  const bytes = chunks * blocks * stride;
  // The kernel sees as much of it as a uniform may have, whatever there is.
  const packed = gpu.allocate(bytes - stride + LARGEST_UNIFORM, "packed weights");
  gpu.dispatch(packing(precision), {
    p: uniforms(
      { i32: [...alongX(taps), count, ...alongX(base), outputs, ...alongX(size), step] },
      { i32: transposed ? [1, all] : [outputs, 1] },
      { i32: [chunk, lanes, blocks, stride / 4, bytes / 4, Number(bias !== undefined)] },
      { i32: [from, all] },
    ),
    weights,
    bias: bias ?? weights,
    packed,
  }, gpu.workgroups(bytes / 4, 64));
  return packed;
}

function record(
  gpu: Gpu,
  label: string,
  { input, output, weights: array }: {
    readonly input: GpuTensor<Precision>;
    readonly output: GpuTensor<Precision>;
    readonly weights: GpuArray;
  },
  { taps, stride, grid, first, spread, offset }: Pass,
  packing: Packing,
  { chunk, block, carry, slope }: {
    readonly chunk: number;
    readonly block: number;
    readonly carry: boolean;
    readonly slope: number;
  },
): void {
  const adapter = gpu.info.software ? "software" : "hardware";
  const { tile: [height, width], workgroup } = TILES[adapter];
  const [batch, nz, ny, nx] = input.shape;
  const [, mz, my, mx, outputs] = output.shape;
  const start = chunk * packing.chunk;
  const count = Math.min(packing.chunk, packing.items - start);
  const blocks = Math.min(packing.together, packing.blocks - block);
  const tiles = [Math.ceil(grid[2] / width), Math.ceil(grid[1] / height)] as const;
  const items = batch * grid[0] * tiles[0] * tiles[1];
  checkIterations(label, taps[0] * (count + 2) + 1);
  const kernel = correlation(
    label,
    taps[1],
    taps[2],
    stride,
    packing.lanes,
    outputs % 4 === 0,
    carry,
    input.precision,
    output.precision,
    adapter,
  );
  gpu.dispatch(
    kernel,
    {
      p: uniforms({
        i32: [
          ...[nx, ny, nz, packing.items, mx, my, mz, outputs],
          ...[...alongX(grid), items, ...alongX(first), start, ...alongX(offset), count],
          ...[...tiles, spread, packing.chunk, block, packing.stride / 16, taps[0]],
        ],
      }, { f32: [slope] }),
      weights: {
        array,
        offset: (chunk * packing.blocks + block) * packing.stride,
        byteLength: LARGEST_UNIFORM,
      },
      input: input.array,
      output: output.array,
    },
    [...gpu.workgroups(items, workgroup), blocks],
  );
}

/** Numbers along x, y, z, as WGSL has them. */
function alongX([z, y, x]: Axes): [number, number, number] {
  return [x, y, z];
}
