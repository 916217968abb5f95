/** Axes of an activation, slowest first. */
export type Shape = readonly [
  batch: number,
  nz: number,
  ny: number,
  nx: number,
  channels: number,
];

/** A normalization layer and what it works on; all in the order [batch, z, y, x, channel]. */
export interface NormalizationInput {
  readonly input: ArrayLike<number>;
  readonly shape: Shape;
  readonly gamma: ArrayLike<number>;
  readonly beta: ArrayLike<number>;
  /** Statistics of the batch, or of each image. */
  readonly kind: "batch" | "instance";
  readonly epsilon: number;
  /** Of the leaky ReLU. */
  readonly slope: number;
}

/** Moments by group and channel: the batch's, or each image's one after the other. */
export interface Moments {
  readonly mean: Float64Array<ArrayBuffer>;
  /** Biased. */
  readonly variance: Float64Array<ArrayBuffer>;
}

/**
 * Mean and biased variance of each channel, in two passes.
 *
 * @param layer The layer.
 * @returns The moments.
 */
export function momentsReference(
  { input, shape, kind }: Pick<NormalizationInput, "input" | "shape" | "kind">,
): Moments {
  const channels = shape[4];
  const groups = kind === "batch" ? 1 : shape[0];
  const rows = input.length / channels / groups;
  const mean = new Float64Array(groups * channels);
  const variance = new Float64Array(groups * channels);
  for (let i = 0; i < input.length; i++) {
    mean[slotOf(i, rows, channels)]! += input[i]! / rows;
  }
  for (let i = 0; i < input.length; i++) {
    const slot = slotOf(i, rows, channels);
    variance[slot]! += (input[i]! - mean[slot]!) ** 2 / rows;
  }
  return { mean, variance };
}

/**
 * Normalization and leaky ReLU.
 *
 * @param layer The layer.
 * @param moments Those to normalize by; the input's own if absent.
 * @returns The output.
 */
export function normalizeReference(
  layer: NormalizationInput,
  moments: Moments = momentsReference(layer),
): Float64Array<ArrayBuffer> {
  const { input, gamma, beta, epsilon, slope, shape } = layer;
  const channels = shape[4];
  const rows = input.length / moments.mean.length;
  return Float64Array.from(input, (x, i) => {
    const slot = slotOf(i, rows, channels);
    const unit = (x - moments.mean[slot]!) / Math.sqrt(moments.variance[slot]! + epsilon);
    const y = gamma[i % channels]! * unit + beta[i % channels]!;
    return y > 0 ? y : slope * y;
  });
}

/** Gradients of a loss. */
export interface NormalizationGradients {
  readonly input: Float64Array<ArrayBuffer>;
  readonly gamma: Float64Array<ArrayBuffer>;
  readonly beta: Float64Array<ArrayBuffer>;
}

/**
 * The gradient through leaky ReLU and normalization, by the chain rule through mean and variance one after the other (Ioffe and Szegedy
 * 2015, section 3), not by the closed form that the kernel uses.
 *
 * @param layer The layer.
 * @param gradient Of the loss by the output.
 * @returns Of the loss by input, gamma, beta.
 */
export function normalizeGradientReference(
  layer: NormalizationInput,
  gradient: ArrayLike<number>,
): NormalizationGradients {
  const { input, gamma, beta, epsilon, slope, shape } = layer;
  const { mean, variance } = momentsReference(layer);
  const channels = shape[4];
  const rows = input.length / mean.length;
  const result = {
    input: new Float64Array(input.length),
    gamma: new Float64Array(channels),
    beta: new Float64Array(channels),
  };
  const byVariance = new Float64Array(mean.length);
  const byMean = new Float64Array(mean.length);
  const byUnit = new Float64Array(input.length);
  for (let i = 0; i < input.length; i++) {
    const c = i % channels;
    const slot = slotOf(i, rows, channels);
    const away = input[i]! - mean[slot]!;
    const sd = Math.sqrt(variance[slot]! + epsilon);
    const y = gamma[c]! * away / sd + beta[c]!;
    const dy = (y > 0 ? 1 : slope) * gradient[i]!;
    result.beta[c]! += dy;
    result.gamma[c]! += dy * away / sd;
    byUnit[i] = dy * gamma[c]!;
    byVariance[slot]! += byUnit[i]! * away * -0.5 * sd ** -3;
    byMean[slot]! -= byUnit[i]! / sd;
  }
  for (let i = 0; i < input.length; i++) {
    const slot = slotOf(i, rows, channels);
    const away = input[i]! - mean[slot]!;
    // The mean moves the variance too, but sum(away) = 0 cancels that.
    result.input[i] = byUnit[i]! / Math.sqrt(variance[slot]! + epsilon) +
      byVariance[slot]! * 2 * away / rows + byMean[slot]! / rows;
  }
  return result;
}

/**
 * A step of running mean and variance as PyTorch takes it: the batch's variance is made unbiased first.
 *
 * @param running Mean and variance by channel.
 * @param moments The batch's.
 * @param options Values of a channel, and the share of the new.
 * @returns The new running moments.
 */
export function runningReference(
  running: { readonly mean: ArrayLike<number>; readonly variance: ArrayLike<number> },
  moments: Moments,
  { count, momentum }: { readonly count: number; readonly momentum: number },
): Moments {
  const unbiased = count > 1 ? count / (count - 1) : 1;
  return {
    mean: moments.mean.map((m, c) => (1 - momentum) * running.mean[c]! + momentum * m),
    variance: moments.variance.map((v, c) =>
      (1 - momentum) * running.variance[c]! + momentum * unbiased * v
    ),
  };
}

/** Group and channel of an element. */
function slotOf(i: number, rows: number, channels: number): number {
  return Math.floor(i / (rows * channels)) * channels + i % channels;
}
