import {
  elementCount,
  initialParameters,
  initialStatistics,
  type Model,
  parametersOf,
  parseConfig,
  runningStatisticsOf,
  type UNetConfig,
} from "../../src/nn/mod.ts";
import { fillNormal } from "../../src/random/mod.ts";

/**
 * A network of two levels that is quick on any CPU, with the paper's ways down and up.
 *
 * @param changes What differs from that.
 * @returns Its config.
 */
export function smallConfig(changes: Partial<UNetConfig> = {}): UNetConfig {
  return parseConfig({
    inputChannels: 1,
    classes: 3,
    channels: [3, 4],
    convolutions: 1,
    norm: "batch",
    slope: 0,
    pool: 3,
    up: "transposed-3",
    split: false,
    ...changes,
  });
}

/**
 * A model as a training begins with it.
 *
 * @param changes What differs from a small copy of the paper's network.
 * @param seed Of the weights.
 * @returns The model; its classes are "class 0" and on.
 */
export function untrainedModel(changes: Partial<UNetConfig> = {}, seed = 1): Model {
  const config = smallConfig(changes);
  return {
    config,
    labels: Array.from({ length: config.classes }, (_, i) => `class ${i}`),
    spacing: [3, 3, 3],
    window: { low: -160, high: 240 },
    crop: [16, 16, 32],
    weights: new Map([...initialParameters(config, seed), ...initialStatistics(config)]),
    provenance: { command: "made up" },
  };
}

/**
 * A model with no number that could be left out unnoticed: biases, gamma, beta and running statistics are random too.
 *
 * @param changes What differs from a small copy of the paper's network.
 * @returns The model.
 */
export function randomModel(changes: Partial<UNetConfig> = {}): Model {
  const { weights: initial, ...model } = untrainedModel(changes);
  const { config } = model;
  let stream = 0;
  const numbers = (n: number, map: (normal: number) => number) =>
    Float32Array.from(fillNormal({ seed: 2, stream: stream++ }, new Float64Array(n)), map);
  const weights = new Map(initial);
  for (const { name, shape, role } of parametersOf(config)) {
    if (role !== "weights") weights.set(name, numbers(elementCount(shape), (z) => 0.5 + 0.5 * z));
  }
  for (const { name, shape, role } of runningStatisticsOf(config)) {
    const map = role === "mean" ? (z: number) => 0.5 * z : (z: number) => Math.exp(0.7 * z);
    weights.set(name, numbers(elementCount(shape), map));
  }
  return { ...model, weights };
}

/**
 * Images of values from 0 to 1.
 *
 * @param shape [batch, z, y, x, channel].
 * @returns The images.
 */
export function randomImages(shape: readonly number[]): Float32Array<ArrayBuffer> {
  const normal = fillNormal({ seed: 3, stream: 0 }, new Float64Array(elementCount(shape)));
  return Float32Array.from(normal, (z) => Math.min(1, Math.max(0, 0.5 + 0.3 * z)));
}
