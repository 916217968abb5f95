import { channelSums, conv3d, conv3dFilterGradient, conv3dInputGradient } from "../../nn/mod.ts";
import type { HeadLayer } from "../../nn/mod.ts";
import type { Tape, TapeKernel, Tensor } from "../tape.ts";
import { biased, type BiasedInputs } from "./biased.ts";

const forward: TapeKernel<HeadLayer> = {
  name: "nn/conv3d",
  run: (call, { size, channels }) => [
    conv3d(call.gpu, {
      input: call.tensor("x"),
      weights: call.array("weights"),
      bias: call.array("bias"),
      size,
      stride: 1,
      channels,
    }),
  ],
};

const backward: TapeKernel<HeadLayer> = {
  name: "nn/conv3d-gradient",
  run: (call, { size }) => {
    const { gpu } = call;
    const [input, gradient, weights] = [call.tensor("x"), call.tensor("dy"), call.array("weights")];
    const filter = { size, stride: 1 } as const;
    return [
      conv3dInputGradient(gpu, { gradient, weights, inputShape: input.shape, ...filter }),
      conv3dFilterGradient(gpu, { input, gradient, ...filter }),
      channelSums(gpu, gradient),
    ];
  },
};

/**
 * A convolution with a bias, on the tape.
 *
 * @param tape Where.
 * @param inputs [batch, z, y, x, channel], weights and bias.
 * @param layer Its shape.
 * @returns The output.
 */
export function convolution(tape: Tape, inputs: BiasedInputs, layer: HeadLayer): Tensor {
  return biased(tape, { forward, backward }, inputs, layer);
}
