import {
  checkIterations,
  defineKernel,
  type Gpu,
  type GpuArray,
  MAX_LOOP_ITERATIONS,
  memo,
  uniforms,
} from "../../gpu/mod.ts";
import type { GpuTensor } from "../tensor.ts";
import { columnSums } from "./channel_sums.ts";
import { type Convolution, weightCount } from "./convolution.ts";
import { BLOCK } from "./correlate.wgsl.ts";
import { filterGradientWgsl } from "./filter_gradient.wgsl.ts";

const LABEL = "nn/conv3d-filter-gradient";

/**
 * How much an adapter does at once. Registers of hardware hold some hundred sums and need many invocations to hide what they wait for;
 * llvmpipe keeps sums in memory anyway, and every invocation adds parts to be summed.
 */
const ADAPTERS = {
  software: { most: 288, tile: 6, workgroup: 8, invocations: 512 },
  hardware: { most: 96, tile: 4, workgroup: 64, invocations: 65_536 },
} as const;

/** Parts are summed at once: more would take as much memory as they save time. */
const MOST_BYTES = 2 ** 26;

const gradientKernel = memo((
  kz: number,
  ky: number,
  kx: number,
  stride: number,
  lanes: 1 | 4,
  wide: boolean,
  tile: number,
  workgroup: number,
) =>
  defineKernel({
    label: LABEL,
    code: filterGradientWgsl({ taps: [kz, ky, kx], stride, lanes, wide, tile, workgroup }),
    bindings: { p: "uniform", input: "read", gradient: "read", partial: "write" },
  })
);

/**
 * Records the gradient of a convolution by its weights.
 *
 * @param gpu Where.
 * @param shapes The convolution.
 * @param tensors Its input, and the gradient by its output.
 * @returns 32-bit floats [kz, ky, kx, input channel, output channel].
 */
export function filterGradient(
  gpu: Gpu,
  shapes: Convolution,
  tensors: { readonly input: GpuTensor; readonly gradient: GpuTensor },
): GpuArray {
  const [, nz, ny, nx, inputs] = shapes.input;
  const [batch, mz, my, mx, outputs] = shapes.output;
  const [kz, ky, kx] = shapes.size;
  const [pz, py, px] = shapes.padding;
  const { most, tile, workgroup, invocations } =
    ADAPTERS[gpu.info.software ? "software" : "hardware"];
  const lanes = inputs % 4 === 0 ? 4 : 1;
  const taps = tapsOf(shapes, most / (lanes * BLOCK));
  const groups = [ky / taps[1], kz / taps[0]] as const;
  const channels = inputs / lanes;
  const blocks = Math.ceil(outputs / BLOCK);
  const tiles = Math.ceil(mx / tile);
  const weights = weightCount(shapes);
  const parts = groups[0] * groups[1] * channels;
  const slices = slicesOf(batch * mz, {
    wanted: Math.ceil(invocations / (parts * blocks * tiles)),
    most: Math.floor(Math.min(gpu.largestArray, MOST_BYTES) / (4 * weights * tiles)),
    rows: my,
    tiles,
    workgroup,
  });
  checkIterations(LABEL, slices * (my + 2) + 1);
  const items = tiles * Math.ceil(batch * mz / slices);
  using partial = gpu.allocate(4 * items * weights, "partial filter gradients");
  gpu.dispatch(
    gradientKernel(...taps, shapes.stride, lanes, outputs % 4 === 0, tile, workgroup),
    {
      p: uniforms({
        i32: [
          ...[nx, ny, nz, channels, mx, my, mz, outputs, -px, -py, -pz, tiles],
          ...[kx, ky, kz, slices, ...groups, batch * mz, items],
        ],
      }),
      input: tensors.input.array,
      gradient: tensors.gradient.array,
      partial,
    },
    [Math.ceil(items / workgroup), parts, blocks],
  );
  return columnSums(gpu, partial, items, weights);
}

/** As many rows and planes of the filter as sums of them fit. */
function tapsOf({ size: [kz, ky, kx] }: Convolution, most: number): [number, number, number] {
  const rows = ky * kx <= most ? ky : 1;
  const planes = rows === ky && kz * ky * kx <= most ? kz : 1;
  return [planes, rows, kx];
}

/** Slices of an item: few enough to keep the adapter busy, and so that workgroups are full; more where memory is short. */
function slicesOf(
  total: number,
  { wanted, most, rows, tiles, workgroup }: {
    readonly wanted: number;
    readonly most: number;
    readonly rows: number;
    readonly tiles: number;
    readonly workgroup: number;
  },
): number {
  const limit = Math.floor((MAX_LOOP_ITERATIONS - 1) / (rows + 2));
  const least = Math.max(1, Math.min(wanted, most, total));
  let best = Math.min(limit, Math.ceil(total / least));
  const time = (slices: number) =>
    Math.ceil(tiles * Math.ceil(total / slices) / workgroup) * workgroup * slices;
  for (let slabs = least; slabs <= Math.min(2 * least, most, total); slabs++) {
    const slices = Math.min(limit, Math.ceil(total / slabs));
    if (time(slices) < time(best)) best = slices;
  }
  return best;
}
