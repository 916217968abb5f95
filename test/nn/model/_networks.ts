import { elementCount, parametersOf, presetConfig, type UNetConfig } from "../../../src/nn/mod.ts";
import { fillNormal } from "../../../src/random/mod.ts";

/** Two levels and few channels, of odd numbers: every wiring, in few parameters. */
const TINY: UNetConfig = {
  ...presetConfig("unet-small", { classes: 3, inputChannels: 2 }),
  channels: [3, 5],
  convolutions: 1,
};

/** Networks that between them have every kind of layer, by name. */
export const NETWORKS: readonly (readonly [name: string, config: UNetConfig])[] = [
  ["batch norm, ReLU, pool 3, transposed 3", { ...TINY, convolutions: 2 }],
  ["instance norm, leaky ReLU, pool 2, transposed 2", {
    ...TINY,
    norm: "instance",
    slope: 0.1,
    pool: 2,
    up: "transposed-2",
  }],
  ["split, nearest", { ...TINY, split: true, up: "nearest" }],
  ["split twice, trilinear", {
    ...TINY,
    split: true,
    convolutions: 2,
    up: "trilinear",
    channels: [2, 3],
  }],
  ["three levels, one input channel", { ...TINY, inputChannels: 1, channels: [2, 3, 4] }],
  ["one level", { ...TINY, channels: [3] }],
];

/**
 * Parameters of a size that makes every part of a network count, gammas, betas and biases included.
 *
 * @param config The network.
 * @returns 32-bit floats by name.
 */
export function randomParameters(config: UNetConfig): Map<string, Float32Array<ArrayBuffer>> {
  return new Map(
    parametersOf(config).map(({ name, shape, role, fanIn }, i) => {
      const values = randomNumbers(elementCount(shape), i);
      const size = role === "weights" ? Math.sqrt(2 / fanIn) : 0.3;
      return [name, values.map((value) => (role === "gamma" ? 1 : 0) + size * value)];
    }),
  );
}

/**
 * Standard normal numbers.
 *
 * @param length How many.
 * @param stream Which.
 * @returns 32-bit floats.
 */
export function randomNumbers(length: number, stream: number): Float32Array<ArrayBuffer> {
  return fillNormal({ seed: 77, stream }, new Float32Array(length));
}
