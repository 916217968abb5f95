import { NORM_EPSILON, type TransposedLayer } from "../model/mod.ts";
import type { FilterSize } from "../ops/mod.ts";

/** What batch normalisation does to a channel, by channel. */
export interface BatchNorm {
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  /** Running statistics. */
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/**
 * Puts batch normalisation by running statistics into the convolution before it: weights times s = gamma / sqrt(variance + epsilon), and
 * the bias beta - mean s. Computed in f64, rounded once.
 *
 * @param weights The convolution's, output channel fastest.
 * @param norm The normalisation.
 * @returns Weights of the same shape, and one bias for each channel.
 */
export function foldBatchNorm(
  weights: Float32Array<ArrayBuffer>,
  { gamma, beta, mean, variance }: BatchNorm,
): { weights: Float32Array<ArrayBuffer>; bias: Float32Array<ArrayBuffer> } {
  const channels = gamma.length;
  const scale = Float64Array.from(
    gamma,
    (value, c) => value / Math.sqrt(variance[c]! + NORM_EPSILON),
  );
  return {
    weights: weights.map((value, i) => value * scale[i % channels]!),
    bias: Float32Array.from(beta, (value, c) => value - mean[c]! * scale[c]!),
  };
}

/** A convolution of stride 1. */
export interface Filter {
  readonly size: FilterSize;
  /** [kz, ky, kx, input channel, output channel]. */
  readonly weights: Float32Array<ArrayBuffer>;
}

/**
 * Takes a transposed convolution apart: the voxels of its output with the same remainders modulo 2 are one ordinary convolution of its
 * input, with a share of the taps. Voxel 2i of size 3 sees input i by its middle tap; voxel 2i + 1 sees i by the last tap and i + 1 by the
 * first. Of size 2, voxel 2i + r sees i by tap r.
 *
 * @param weights [kz, ky, kx, output channel, input channel].
 * @param layer The transposed convolution's shape.
 * @returns Eight filters for the remainders (z, y, x) = (0, 0, 0), (0, 0, 1), ... (1, 1, 1); one of size 2 begins at the output's voxel.
 */
export function splitTransposed(
  weights: Float32Array,
  { size, inputChannels, channels }: Pick<TransposedLayer, "size" | "inputChannels" | "channels">,
): Filter[] {
  const taps = size === 2 ? [[0], [1]] : [[1], [2, 0]];
  return taps.flatMap((z) =>
    taps.flatMap((y) =>
      taps.map((x) => ({
        size: [z.length, y.length, x.length] as const,
        weights: Float32Array.from(
          z.flatMap((kz) =>
            y.flatMap((ky) => x.flatMap((kx) => tap((kz * size + ky) * size + kx)))
          ),
        ),
      }))
    )
  );

  /** One tap's weights, output channel fastest. */
  function tap(k: number): number[] {
    return Array.from({ length: inputChannels * channels }, (_, i) => {
      const [from, to] = [Math.floor(i / channels), i % channels];
      return weights[(k * channels + to) * inputChannels + from]!;
    });
  }
}
