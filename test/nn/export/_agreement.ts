import type { GraphModel } from "@tensorflow/tfjs-converter";
import { type Tensor, tensor5d } from "@tensorflow/tfjs-core";
import { assert, assertEquals } from "@std/assert";
import { ReferenceNetwork } from "../../../reference/nn_network.ts";
import type { Shape } from "../../../reference/nn_normalization.ts";
import { type Model, NORM_EPSILON, runUNet } from "../../../src/nn/mod.ts";
import { randomImages } from "../_models.ts";

/**
 * How far a logit may be off, in parts of the largest. A sum of K products in f32 is off by about sqrt(K) 2^-24 of its terms' size: 2e-6
 * for the thousand terms of these networks' largest filters, and their ten layers add up as a random walk, to 6e-6.
 */
const TOLERANCE = 1e-5;

/**
 * Asserts that numbers are the logits of a model.
 *
 * @param found What came out of the exported model.
 * @param model The model that was exported.
 * @param shape Axes of the images of `randomImages`, which were its input.
 */
export function assertLogits(found: ArrayLike<number>, model: Model, shape: Shape): void {
  const network = new ReferenceNetwork({
    parameters: model.weights,
    epsilon: NORM_EPSILON,
    trained: true,
  });
  const image = network.image(randomImages(shape), shape);
  const expected = runUNet(model.config, network, image).values;
  assertEquals(found.length, expected.length);
  let [worst, most] = [0, 0];
  for (let i = 0; i < found.length; i++) {
    worst = Math.max(worst, Math.abs(found[i]! - expected[i]!));
    most = Math.max(most, Math.abs(expected[i]!));
  }
  // Math.max keeps NaN, which is not at most anything.
  assert(worst <= TOLERANCE * most, `${worst} off, the largest logit is ${most}`);
}

/**
 * Asserts that an exported model gives the logits of the model, on tfjs's current backend.
 *
 * @param loaded The exported model.
 * @param model The model that was exported.
 * @param shape Axes of the images to try.
 */
export async function assertSameLogits(
  loaded: GraphModel,
  model: Model,
  shape: Shape,
): Promise<void> {
  const image = tensor5d(randomImages(shape), [...shape]);
  const logits = loaded.execute(image, "logits") as Tensor;
  assertEquals(logits.shape, [...shape.slice(0, 4), model.config.classes]);
  assertLogits(await logits.data(), model, shape);
  image.dispose();
  logits.dispose();
}
