import { LARGEST_UNIFORM, SLICE_ALIGNMENT } from "../../gpu/mod.ts";
import { elementCount, type Precision, type TensorShape } from "../tensor.ts";
import type { Pass } from "./_correlation.ts";
import { BLOCK } from "./correlate.wgsl.ts";
import { OUTPUTS, PRODUCTS, TILE } from "./winograd.wgsl.ts";

/** Beyond so many channels the weights of a product and a block are more than a uniform holds. */
const MOST_CHANNELS = Math.floor(LARGEST_UNIFORM / (4 * 9 * BLOCK));

/** With fewer input channels, or so few output channels in a block, the transforms cost more than they save. */
const FEWEST_INPUTS = 4;
const HALF_BLOCK = BLOCK / 2;

/**
 * Bytes of transformed inputs and products that are there at once, about. Every part costs three dispatches, 0.1 ms each on llvmpipe, and
 * small ones leave lanes idle: a training step on 48 x 32 x 56 voxels took 201 ms with all at once, 234 with half of the tensors' bytes, 271
 * with an eighth.
 */
const SCRATCH = 2 ** 24;

/** The same as a share of output and inputs in half precision, which is there to save memory. */
const HALF_PRECISION_SHARE = 1 / 8;

/** How a convolution by Winograd's transforms is done in parts. */
export interface WinogradPlan {
  /** Tiles along z of all images. */
  readonly all: number;
  /** Tiles of an image. */
  readonly tiles: readonly [x: number, y: number, z: number];
  /** Blocks of output channels. */
  readonly blocks: number;
  /** Bytes of the weights of a product and a block. */
  readonly stride: number;
  /** Tiles of a part along z of all images, and along y. */
  readonly slab: number;
  readonly band: number;
  /** What it takes beside inputs and output. */
  readonly bytes: {
    readonly weights: number;
    readonly transformed: number;
    readonly products: number;
  };
}

/**
 * Whether summing by Winograd's transforms is faster than directly. Measured on llvmpipe alone; hardware sums directly.
 *
 * @param pass The pass.
 * @param channels Its input and output channels.
 * @returns Whether, on a software adapter.
 */
export function suitsWinograd(
  { taps, stride, spread, grid: [nz] }: Pick<Pass, "taps" | "stride" | "spread" | "grid">,
  [inputs, outputs]: readonly [number, number],
): boolean {
  return stride === 1 && spread === 1 && taps.every((n) => n === 3) &&
    inputs >= FEWEST_INPUTS && inputs <= MOST_CHANNELS && outputs > HALF_BLOCK &&
    // A tile along z that is not full costs as much as one that is.
    PRODUCTS * Math.ceil(nz / OUTPUTS) <= 0.75 * 3 * nz;
}

/**
 * How such a convolution is done.
 *
 * @param output Shape of its output; its input has the same voxels.
 * @param channels Input channels.
 * @param precision How both are stored.
 * @returns Parts and memory.
 */
export function winogradPlan(
  output: TensorShape,
  channels: number,
  precision: Precision,
): WinogradPlan {
  const [batch, nz, ny, nx, outputs] = output;
  const [height, width] = TILE;
  const tiles = [nx / width, ny / height, nz / OUTPUTS].map(Math.ceil) as [number, number, number];
  const blocks = Math.ceil(outputs / BLOCK);
  const stride = Math.ceil(4 * 9 * channels * BLOCK / SLICE_ALIGNMENT) * SLICE_ALIGNMENT;
  /** Bytes for a number of tiles along y of one along z. */
  const transformed = (count: number) =>
    4 * PRODUCTS * (count * height + 2) * tiles[0] * (width + 2) * channels;
  const products = (count: number) =>
    4 * PRODUCTS * count * height * tiles[0] * width * blocks * BLOCK;
  const most = precision === "f32"
    ? SCRATCH
    : HALF_PRECISION_SHARE * 2 * elementCount([batch, nz, ny, nx]) * (channels + outputs);
  const fitting = most / (transformed(tiles[1]) + products(tiles[1]));
  const all = batch * tiles[2];
  const slab = evenly(all, fitting);
  const band = evenly(tiles[1], fitting * tiles[1]);
  return {
    ...{ all, tiles, blocks, stride, slab, band },
    bytes: {
      // A kernel sees as much of them as a uniform may have, whatever there is.
      weights: (PRODUCTS * blocks - 1) * stride + LARGEST_UNIFORM,
      transformed: slab * transformed(band),
      products: slab * products(band),
    },
  };
}

/** How many of `all` are taken at once, at most `most` or one, so that each time it is about as many. */
function evenly(all: number, most: number): number {
  return Math.ceil(all / Math.ceil(all / Math.max(1, Math.floor(most))));
}

/**
 * What a convolution of 3 x 3 x 3 taps and stride 1 takes on a software adapter beside its input and output.
 *
 * @param output Shape of its output.
 * @param channels Input channels.
 * @returns Bytes of each array, if they are not few.
 */
export function convolutionScratch(output: TensorShape, channels: number): number[] {
  const [, nz, ny, nx, outputs] = output;
  const pass = { taps: [3, 3, 3], stride: 1, spread: 1, grid: [nz, ny, nx] } as const;
  return suitsWinograd(pass, [channels, outputs])
    ? Object.values(winogradPlan(output, channels, "f32").bytes)
    : [];
}
