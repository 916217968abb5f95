import {
  channelSums,
  convTranspose3d,
  convTranspose3dFilterGradient,
  convTranspose3dInputGradient,
} from "../../nn/mod.ts";
import type { TransposedLayer } from "../../nn/mod.ts";
import type { Tape, TapeKernel, Tensor } from "../tape.ts";
import { biased, type BiasedInputs } from "./biased.ts";

const forward: TapeKernel<TransposedLayer> = {
  name: "nn/conv-transpose3d",
  run: (call, { size, channels }) => [
    convTranspose3d(call.gpu, {
      input: call.tensor("x"),
      weights: call.array("weights"),
      bias: call.array("bias"),
      size: [size, size, size],
      channels,
    }),
  ],
};

const backward: TapeKernel<TransposedLayer> = {
  name: "nn/conv-transpose3d-gradient",
  run: (call, layer) => {
    const { gpu } = call;
    const [input, gradient, weights] = [call.tensor("x"), call.tensor("dy"), call.array("weights")];
    const size = [layer.size, layer.size, layer.size] as const;
    return [
      convTranspose3dInputGradient(gpu, { gradient, weights, size, channels: layer.inputChannels }),
      convTranspose3dFilterGradient(gpu, { input, gradient, size }),
      channelSums(gpu, gradient),
    ];
  },
};

/**
 * A transposed convolution to twice the size, on the tape.
 *
 * @param tape Where.
 * @param inputs [batch, z, y, x, channel], weights and bias.
 * @param layer Its shape.
 * @returns The output.
 */
export function convTranspose(tape: Tape, inputs: BiasedInputs, layer: TransposedLayer): Tensor {
  return biased(tape, { forward, backward }, inputs, layer);
}
