import type { Optimizer } from "@tensorflow/tfjs-core";
import type { OptimizerOptions } from "./nn_optimizers.ts";
import { onTfjs, type Tfjs, withTfjs } from "./tfjs.ts";

/** Weights before a step, the gradient, and what the optimizer remembers. */
export interface TfjsStep extends OptimizerOptions {
  readonly weights: Float32Array;
  readonly gradient: Float32Array;
  /** First moment, velocity or step. */
  readonly first: Float32Array;
  /** Second moment. */
  readonly second: Float32Array;
  /** Which step this is, from 1. */
  readonly step: number;
}

/**
 * A step of tfjs's `train.adam`, the gradient with L2.
 *
 * @param step The step.
 * @returns Weights, first and second moment after it.
 */
export async function tfjsAdam(step: TfjsStep): Promise<Float32Array[]> {
  const { rate, beta1, beta2, epsilon, first, second } = step;
  return await takeStep(step, (tf) => tf.train.adam(rate, beta1, beta2, epsilon), [first, second]);
}

/**
 * A step of tfjs's `train.rmsprop`, not centred, the gradient with L2.
 *
 * @param step The step.
 * @returns Weights, mean square and, with momentum, the step that goes on.
 */
export async function tfjsRmsprop(step: TfjsStep): Promise<Float32Array[]> {
  const { rate, decay, momentum, epsilon, first, second } = step;
  const make = (tf: Tfjs) => tf.train.rmsprop(rate, decay, momentum, epsilon);
  const [weights, square, moved] = await takeStep(step, make, [
    second,
    momentum > 0 ? first : new Float32Array(first.length),
  ]);
  return momentum > 0 ? [weights!, square!, moved!] : [weights!, square!];
}

/**
 * A step of tfjs's `train.momentum`, or without momentum of its `train.sgd`, the gradient with L2.
 *
 * @param step The step.
 * @returns Weights and, with momentum, the velocity.
 */
export async function tfjsSgd(step: TfjsStep): Promise<Float32Array[]> {
  const { rate, momentum, first } = step;
  return momentum > 0
    ? await takeStep(step, (tf) => tf.train.momentum(rate, momentum), [first])
    : await takeStep(step, (tf) => tf.train.sgd(rate), []);
}

/**
 * Weights on their way to others, by tfjs.
 *
 * @param step The weights, where they go (`first`), and what share of the way (`rate`).
 * @returns The weights.
 */
export async function tfjsLerp({ weights, first, rate }: TfjsStep): Promise<Float32Array> {
  return await onTfjs((tf) => {
    const [from, to] = [tf.tensor1d(weights), tf.tensor1d(first)];
    return tf.add(from, tf.mul(tf.sub(to, from), rate));
  });
}

/** Weights and what the optimizer remembers after a step. */
async function takeStep(
  { weights, gradient, l2, step }: TfjsStep,
  make: (tf: Tfjs) => Optimizer,
  state: readonly Float32Array[],
): Promise<Float32Array[]> {
  return await withTfjs(async (tf) => {
    const optimizer = make(tf);
    const initial = tf.tensor1d(weights);
    const variable = tf.variable(initial);
    const taken = tf.scalar(step - 1, "int32");
    const remembered = state.map((values, i) => ({
      name: `state ${i}`,
      tensor: tf.tensor1d(values),
    }));
    if (state.length > 0) {
      await optimizer.setWeights([{ name: "iter", tensor: taken }, ...remembered]);
    }
    tf.tidy(() => {
      const regularized = tf.add(tf.tensor1d(gradient), tf.mul(variable, l2));
      optimizer.applyGradients({ [variable.name]: regularized });
    });
    const [count, ...after] = (await optimizer.getWeights()).map(({ tensor }) => tensor);
    const result = [variable, ...after].map((tensor) => tensor.dataSync<"float32">().slice());
    optimizer.dispose();
    tf.dispose([initial, variable, taken, count!, ...remembered.map(({ tensor }) => tensor)]);
    return result;
  });
}
