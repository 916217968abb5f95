import type { BlockLayer, NetworkOps } from "../../nn/mod.ts";
import type { Tape, Tensor } from "../tape.ts";
import { concat } from "./concat.ts";
import { convBlock } from "./conv_block.ts";
import { convTranspose } from "./conv_transpose.ts";
import { convolution } from "./convolution.ts";
import { maxPool, upsample } from "./resample.ts";

/** What {@linkcode tapeOps} takes. */
export interface TapeOpsOptions {
  /** The network's image, which has no gradient. */
  readonly image: Tensor;
  /** Parameters by name. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** True to run convolutions again in the backward pass instead of keeping their outputs. */
  readonly recompute: boolean;
  /** Called with the statistics of each block's normalisation, see `normalize`, and its output's shape. */
  readonly onStatistics?: (
    layer: BlockLayer,
    statistics: Tensor,
    shape: readonly number[],
  ) => void;
}

/**
 * A network's ops on the tape.
 *
 * @param tape Where.
 * @param options What the ops need.
 * @returns The ops.
 */
export function tapeOps(
  tape: Tape,
  { image, parameters, recompute, onStatistics }: TapeOpsOptions,
): NetworkOps<Tensor> {
  const named = (name: string): Tensor => {
    const tensor = parameters.get(name);
    if (!tensor) {
      throw new ReferenceError(`Cannot run the network: there is no parameter "${name}"`);
    }
    return tensor;
  };
  return {
    block: (x, layer) =>
      convBlock(
        tape,
        {
          x,
          weights: layer.convolutions.map(({ weights }) => named(weights)),
          gamma: named(layer.norm.gamma),
          beta: named(layer.norm.beta),
        },
        layer,
        {
          inputGradient: x !== image,
          recompute,
          ...onStatistics &&
            { onStatistics: (statistics) => onStatistics(layer, statistics, x.shape) },
        },
      ),
    convolution: (x, layer) =>
      convolution(tape, { x, weights: named(layer.weights), bias: named(layer.bias) }, layer),
    transposed: (x, layer) =>
      convTranspose(tape, { x, weights: named(layer.weights), bias: named(layer.bias) }, layer),
    upsample: (x, mode) => upsample(tape, x, mode),
    maxPool: (x, size) => maxPool(tape, x, size),
    concat: (a, b) => concat(tape, a, b),
    // What the backward pass needs has a second handle.
    release: (x) => x.dispose(),
  };
}
