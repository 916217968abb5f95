import type { TransposedLayer } from "../model/mod.ts";
import type { FilterSize } from "../ops/mod.ts";

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
