import type { UNetConfig } from "./config.ts";
import type { ConvolutionLayer } from "./layers.ts";
import { type NetworkOps, runUNet } from "./network.ts";

/** How far a network sees along one axis, in voxels of its input. */
export interface ReceptiveField {
  /** The most voxels that one voxel of the output depends on. Some of the output see less: they lie differently in the coarser grids. */
  readonly exact: number;
  /**
   * The sum that the literature gives, 1 plus (size - 1) times the distance of the layer's samples, over all layers: a bound, since no
   * voxel lies at the far end of every layer at once. The paper's network: 117 ([C]), of which 115 are reached.
   */
  readonly bound: number;
}

/** An activation seen along one axis. */
interface Reach {
  /** First and last input voxel that voxel `i` depends on. */
  first(i: number): number;
  last(i: number): number;
  /** The sum so far. */
  readonly bound: number;
  /** Input voxels from one voxel of the activation to the next. */
  readonly distance: number;
}

/**
 * How far a network sees. Normalisation, whose statistics are of the whole image, is left out.
 *
 * @param config The network.
 * @returns Voxels, exact and by the usual sum.
 */
export function receptiveField(config: UNetConfig): ReceptiveField {
  const image: Reach = { first: (i) => i, last: (i) => i, bound: 1, distance: 1 };
  const { first, last, bound } = runUNet(config, reachOps, image);
  const period = 2 ** (config.channels.length - 1);
  const exact = Math.max(...Array.from({ length: period }, (_, i) => last(i) - first(i) + 1));
  return { exact, bound };
}

function convolution(x: Reach, { size }: ConvolutionLayer): Reach {
  const reach = (Math.max(...size) - 1) / 2;
  return {
    first: (i) => x.first(i - reach),
    last: (i) => x.last(i + reach),
    bound: x.bound + 2 * reach * x.distance,
    distance: x.distance,
  };
}

/** Tap k of a kernel of `size` goes from input i to output 2 i - padding + k. */
function doubled(x: Reach, size: number, padding: number): Reach {
  const distance = x.distance / 2;
  return {
    first: (o) => x.first(Math.ceil((o + padding - size + 1) / 2)),
    last: (o) => x.last(Math.floor((o + padding) / 2)),
    bound: x.bound + (size - 1) * distance,
    distance,
  };
}

const reachOps: NetworkOps<Reach> = {
  convolution,
  // Split convolutions each go along an axis of their own: one of them counts.
  block: (x, { convolutions }) => convolution(x, convolutions[0]!),
  transposed: (x, { size }) => doubled(x, size, size - 2),
  // Each neighbour has 2 of the 4 samples around it by 3/4, the outer two by 1/4.
  upsample: (x, mode) => mode === "nearest" ? doubled(x, 2, 0) : doubled(x, 4, 1),
  maxPool: (x, size) => {
    const padding = size - 2;
    return {
      first: (i) => x.first(2 * i - padding),
      last: (i) => x.last(2 * i - padding + size - 1),
      bound: x.bound + (size - 1) * x.distance,
      distance: 2 * x.distance,
    };
  },
  concat: (a, b) => ({
    first: (i) => Math.min(a.first(i), b.first(i)),
    last: (i) => Math.max(a.last(i), b.last(i)),
    bound: Math.max(a.bound, b.bound),
    distance: a.distance,
  }),
  release: () => {},
};
