/** State of weights under an optimizer: flat arrays of one length, changed in place. */
export interface OptimizerState {
  readonly weights: Float64Array;
  /** First moment, velocity or step. */
  readonly first: Float64Array;
  /** Second moment. */
  readonly second: Float64Array;
}

/** What the optimizers of the references take; each uses what its formula names. */
export interface OptimizerOptions {
  readonly rate: number;
  readonly l2: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly decay: number;
  readonly momentum: number;
  readonly epsilon: number;
}

/**
 * A step of Adam: Kingma and Ba 2015, algorithm 1; PyTorch's `Adam` with `weight_decay` = l2.
 *
 * @param state Weights, first and second moment.
 * @param gradient Of the loss by the weights.
 * @param t The step, from 1.
 * @param options Rate, betas, epsilon, l2.
 */
export function adamReference(
  { weights, first, second }: OptimizerState,
  gradient: ArrayLike<number>,
  t: number,
  { rate, beta1, beta2, epsilon, l2 }: OptimizerOptions,
): void {
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i]! + l2 * weights[i]!;
    first[i] = beta1 * first[i]! + (1 - beta1) * g;
    second[i] = beta2 * second[i]! + (1 - beta2) * g ** 2;
    const m = first[i]! / (1 - beta1 ** t);
    const v = second[i]! / (1 - beta2 ** t);
    weights[i]! -= rate * m / (Math.sqrt(v) + epsilon);
  }
}

/**
 * A step of RMSProp in TensorFlow's form: ms = decay ms + (1 - decay) g^2, mom = momentum mom + rate g / sqrt(ms + epsilon), w -= mom.
 *
 * @param state Weights, momentum (`first`) and mean square (`second`).
 * @param gradient Of the loss by the weights.
 * @param options Rate, decay, momentum, epsilon, l2.
 */
export function rmspropReference(
  { weights, first, second }: OptimizerState,
  gradient: ArrayLike<number>,
  { rate, decay, momentum, epsilon, l2 }: OptimizerOptions,
): void {
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i]! + l2 * weights[i]!;
    second[i] = decay * second[i]! + (1 - decay) * g ** 2;
    first[i] = momentum * first[i]! + rate * g / Math.sqrt(second[i]! + epsilon);
    weights[i]! -= first[i]!;
  }
}

/**
 * A step of gradient descent with momentum, PyTorch's form: v = momentum v + g, w -= rate v.
 *
 * @param state Weights and velocity (`first`).
 * @param gradient Of the loss by the weights.
 * @param options Rate, momentum, l2.
 */
export function sgdReference(
  { weights, first }: OptimizerState,
  gradient: ArrayLike<number>,
  { rate, momentum, l2 }: OptimizerOptions,
): void {
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i]! + l2 * weights[i]!;
    first[i] = momentum * first[i]! + g;
    weights[i]! -= rate * first[i]!;
  }
}
