import { concatChannels, sliceChannels } from "../../nn/mod.ts";
import type { Tape, TapeKernel, Tensor } from "../tape.ts";

const forward: TapeKernel<undefined> = {
  name: "nn/concat-channels",
  run: (call) => [concatChannels(call.gpu, call.tensor("a"), call.tensor("b"))],
};

const backward: TapeKernel<{ readonly first: number; readonly second: number }> = {
  name: "nn/concat-channels-gradient",
  run: (call, { first, second }) => [
    sliceChannels(call.gpu, call.tensor("dy"), 0, first),
    sliceChannels(call.gpu, call.tensor("dy"), first, second),
  ],
};

/**
 * The channels of two activations behind each other, on the tape.
 *
 * @param tape Where.
 * @param a [batch, z, y, x, channel].
 * @param b The same but for its channels.
 * @returns Channels of `a`, then those of `b`.
 */
export function concat(tape: Tape, a: Tensor, b: Tensor): Tensor {
  const channels = { first: a.shape[4]!, second: b.shape[4]! };
  return tape.op([a, b], () => ({
    value: tape.run(forward, { a, b }, undefined)[0]!,
    gradient: (dy) => tape.run(backward, { dy }, channels),
  }));
}
