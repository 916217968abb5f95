import { fillNormal } from "../../random/mod.ts";
import { elementCount } from "../tensor.ts";
import type { UNetConfig } from "./config.ts";
import { type BlockLayer, type ConvolutionLayer, layersOf, type NormLayer } from "./layers.ts";

/** What a parameter is to its layer. L2 regularisation concerns weights alone. */
export type ParameterRole = "weights" | "bias" | "gamma" | "beta";

/** One array of numbers that training changes. */
export interface Parameter {
  /** E.g. `down0.conv1.weights`. */
  readonly name: string;
  /** Convolution weights [kz, ky, kx, in, out]; of a transposed one [kz, ky, kx, out, in]; else [channels]. */
  readonly shape: readonly number[];
  readonly role: ParameterRole;
  /** Inputs of each output; 0 for what is not weights. */
  readonly fanIn: number;
}

/** Numbers that training keeps beside the parameters: a running mean or variance of batch normalisation. */
export interface RunningStatistic {
  /** E.g. `down0.conv1.mean`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: "mean" | "variance";
}

/** Added to the variance before the square root of a normalisation, as PyTorch has it. */
export const NORM_EPSILON = 1e-5;

/** Streams of the initial weights: one for each parameter, from this on. */
const WEIGHTS_STREAM = 2 ** 40;

/**
 * The parameters of a network, in the order in which they are applied.
 *
 * @param config The network.
 * @returns Their names, shapes and roles.
 */
export function parametersOf(config: UNetConfig): Parameter[] {
  const { down, up, head } = layersOf(config);
  return [
    ...down.flat().flatMap(blockParameters),
    ...up.flatMap(({ up: layer, blocks }) => [
      ...typeof layer === "string" ? [] : [
        weights(
          layer.weights,
          [layer.size, layer.size, layer.size, layer.channels, layer.inputChannels],
          // Taps reach each output of stride 2 in eight turns.
          layer.size ** 3 / 8 * layer.inputChannels,
        ),
        perChannel(layer.bias, layer.channels, "bias"),
      ],
      ...blocks.flatMap(blockParameters),
    ]),
    convolutionWeights(head),
    perChannel(head.bias, head.channels, "bias"),
  ];
}

/**
 * The running statistics of a network with batch normalisation; none with instance normalisation.
 *
 * @param config The network.
 * @returns Their names, shapes and roles.
 */
export function runningStatisticsOf(config: UNetConfig): RunningStatistic[] {
  const { down, up } = layersOf(config);
  return [...down.flat(), ...up.flatMap(({ blocks }) => blocks)].flatMap(({ norm }) =>
    norm.running
      ? [
        { name: norm.running.mean, shape: [norm.channels], role: "mean" } as const,
        { name: norm.running.variance, shape: [norm.channels], role: "variance" } as const,
      ]
      : []
  );
}

/**
 * How many numbers training changes.
 *
 * @param config The network.
 * @returns Elements of all parameters.
 */
export function parameterCount(config: UNetConfig): number {
  return parametersOf(config).reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

/**
 * Parameters to begin training with: weights normal with variance 2 / (1 + slope^2) / fan-in (He et al., "Delving deep into rectifiers",
 * 2015), gamma 1, bias and beta 0.
 *
 * @param config The network.
 * @param seed An integer from 0 to 2^53 - 1; the same seed gives the same weights everywhere.
 * @returns The parameters by name, in the order of {@linkcode parametersOf}.
 * @throws {RangeError} If the seed is out of range.
 */
export function initialParameters(
  config: UNetConfig,
  seed: number,
): Map<string, Float32Array<ArrayBuffer>> {
  const gain = 2 / (1 + config.slope ** 2);
  return new Map(
    parametersOf(config).map(({ name, shape, role, fanIn }, index) => {
      const values = new Float32Array(elementCount(shape));
      if (role === "gamma") return [name, values.fill(1)];
      if (role !== "weights") return [name, values];
      const exact = fillNormal(
        { seed, stream: WEIGHTS_STREAM + index },
        new Float64Array(values.length),
      );
      const sd = Math.sqrt(gain / fanIn);
      return [name, values.map((_, i) => exact[i]! * sd)];
    }),
  );
}

/**
 * Running statistics to begin training with: mean 0, variance 1.
 *
 * @param config The network.
 * @returns The statistics by name.
 */
export function initialStatistics(config: UNetConfig): Map<string, Float32Array<ArrayBuffer>> {
  return new Map(
    runningStatisticsOf(config).map(({ name, shape, role }) => [
      name,
      new Float32Array(elementCount(shape)).fill(role === "variance" ? 1 : 0),
    ]),
  );
}

function blockParameters({ convolutions, norm }: BlockLayer): Parameter[] {
  return [...convolutions.map(convolutionWeights), ...normParameters(norm)];
}

function convolutionWeights(
  { weights: name, size, inputChannels, channels }: ConvolutionLayer,
): Parameter {
  return weights(name, [...size, inputChannels, channels], elementCount(size) * inputChannels);
}

function normParameters({ gamma, beta, channels }: NormLayer): Parameter[] {
  return [perChannel(gamma, channels, "gamma"), perChannel(beta, channels, "beta")];
}

function weights(name: string, shape: readonly number[], fanIn: number): Parameter {
  return { name, shape, role: "weights", fanIn };
}

function perChannel(name: string, channels: number, role: ParameterRole): Parameter {
  return { name, shape: [channels], role, fanIn: 0 };
}
