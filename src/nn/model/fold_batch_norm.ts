import type { BlockLayer } from "./layers.ts";
import { NORM_EPSILON } from "./parameters.ts";

/** A convolution with a bias. */
export interface BiasedFilter {
  /** Output channel fastest. */
  readonly weights: Float32Array<ArrayBuffer>;
  /** One for each output channel. */
  readonly bias: Float32Array<ArrayBuffer>;
}

/**
 * Puts a block's batch normalisation by running statistics into its last convolution: weights times s = gamma / sqrt(variance + epsilon),
 * and the bias beta - mean s. Computed in f64, rounded once.
 *
 * @param numbers Parameters and running statistics by name.
 * @param block The block.
 * @returns Weights and bias of the convolution, in place of the normalisation; nothing if that is by instance, which knows no statistics
 *   before it sees the image.
 */
export function foldBatchNorm(
  numbers: ReadonlyMap<string, Float32Array<ArrayBuffer>>,
  { convolutions, norm }: BlockLayer,
): BiasedFilter | undefined {
  if (!norm.running) return undefined;
  const weights = numbers.get(convolutions.at(-1)!.weights)!;
  const [gamma, beta] = [numbers.get(norm.gamma)!, numbers.get(norm.beta)!];
  const mean = numbers.get(norm.running.mean)!;
  const variance = numbers.get(norm.running.variance)!;
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
