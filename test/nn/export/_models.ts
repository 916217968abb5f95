import {
  elementCount,
  initialParameters,
  type Model,
  parseConfig,
  runningStatisticsOf,
  type UNetConfig,
} from "../../../src/nn/mod.ts";
import { fillNormal } from "../../../src/random/mod.ts";

/** A network of two levels that is quick on any CPU, with the paper's ways down and up. */
const SMALL = parseConfig({
  inputChannels: 1,
  classes: 3,
  channels: [3, 4],
  convolutions: 1,
  norm: "batch",
  slope: 0,
  pool: 3,
  up: "transposed-3",
  split: false,
});

/**
 * A model with no number that could be left out unnoticed: biases, gamma, beta and running statistics are random too.
 *
 * @param changes What differs from a small copy of the paper's network.
 * @returns The model.
 */
export function randomModel(changes: Partial<UNetConfig> = {}): Model {
  const config = { ...SMALL, ...changes };
  let stream = 0;
  const numbers = (n: number, map: (normal: number) => number) =>
    Float32Array.from(fillNormal({ seed: 2, stream: stream++ }, new Float64Array(n)), map);
  const weights = initialParameters(config, 1);
  for (const [name, { length }] of weights) {
    if (!name.endsWith("weights")) weights.set(name, numbers(length, (z) => 0.5 + 0.5 * z));
  }
  for (const { name, shape, role } of runningStatisticsOf(config)) {
    const map = role === "mean" ? (z: number) => 0.5 * z : (z: number) => Math.exp(0.7 * z);
    weights.set(name, numbers(elementCount(shape), map));
  }
  return {
    config,
    labels: Array.from({ length: config.classes }, (_, i) => `class ${i}`),
    spacing: [3, 3, 3],
    window: { low: -160, high: 240 },
    crop: [16, 16, 32],
    weights,
    provenance: { command: "made up" },
  };
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
