import type { Convolution } from "./convolution.ts";

/** Numbers along z, y, x. */
export type Axes = readonly [z: number, y: number, x: number];

/** How the taps of a pass meet the filter's: tap t along an axis is the filter's `base + step * t`. */
interface TapWalk {
  readonly base: Axes;
  readonly step: number;
}

/**
 * One pass over a grid of positions: at position j it weighs `taps` input voxels from `j * stride + first` on, zeros outside, and writes
 * output voxel `j * spread + offset`. A convolution is one such pass; its input gradient is one with the filter turned round, and with a
 * stride of 2 one for each parity of the input voxels along z, y and x, since they meet different taps.
 */
export interface Pass extends TapWalk {
  /** Positions. */
  readonly grid: Axes;
  /** Input voxels weighed at each; 0 along an axis if a parity meets none. */
  readonly taps: Axes;
  /** Input voxels between positions. */
  readonly stride: number;
  readonly first: Axes;
  /** Output voxels between positions. */
  readonly spread: number;
  readonly offset: Axes;
}

const ORIGIN: Axes = [0, 0, 0];

/**
 * The pass of a convolution.
 *
 * @param shapes The convolution.
 * @returns The pass.
 */
export function forwardPass({ output, size, stride, padding }: Convolution): Pass {
  const [, mz, my, mx] = output;
  return {
    grid: [mz, my, mx],
    taps: size,
    stride,
    first: along((axis) => -padding[axis]!),
    spread: 1,
    offset: ORIGIN,
    base: ORIGIN,
    step: 1,
  };
}

/**
 * The passes of a convolution's gradient by its input. Input voxel i = stride * j + parity was seen by output o through tap
 * k = i + padding - stride * o, as far as the filter has it.
 *
 * @param shapes The convolution.
 * @returns A pass for each parity along z, y and x that the input has.
 */
export function gradientPasses({ input, size, stride, padding }: Convolution): Pass[] {
  const parities: Axes[] = [];
  for (let z = 0; z < stride; z++) {
    for (let y = 0; y < stride; y++) {
      for (let x = 0; x < stride; x++) parities.push([z, y, x]);
    }
  }
  return parities.map((parity) => {
    const near = along((axis) => parity[axis]! + padding[axis]!);
    const first = along((axis) => Math.ceil((near[axis]! - size[axis]! + 1) / stride));
    return {
      grid: along((axis) => Math.ceil((input[axis + 1]! - parity[axis]!) / stride)),
      taps: along((axis) => Math.floor(near[axis]! / stride) - first[axis]! + 1),
      stride: 1,
      first,
      spread: stride,
      offset: parity,
      base: along((axis) => near[axis]! - stride * first[axis]!),
      step: -stride,
    };
  }).filter(({ grid }) => Math.min(...grid) > 0);
}

function along(of: (axis: number) => number): Axes {
  return [of(0), of(1), of(2)];
}
