import type { Scalar, Tensor } from "@tensorflow/tfjs-core";
import type { ReferenceGradient, ReferenceLoss, SortlessLoss } from "./nn_losses.ts";
import { type Tfjs, withTfjsGradients } from "./tfjs.ts";

/**
 * A segmentation loss from logits and one-hot labels by tfjs's operations, and its gradient by its automatic differentiation, in f32. The
 * mean over images.
 *
 * @param input Logits, labels and the loss.
 * @returns The loss and its gradient by logits.
 */
export async function tfjsLoss(input: ReferenceLoss): Promise<ReferenceGradient> {
  const { logits, labels, images, voxels, classes, loss } = input;
  const padded = 4 * Math.ceil(voxels / 4);
  const size = voxels * classes;
  return await withTfjsGradients((tf) => {
    const gradient = new Float64Array(images * size);
    let value = 0;
    for (let b = 0; b < images; b++) {
      const own = Float32Array.from({ length: size }, (_, i) => logits[b * size + i]!);
      const bytes = Int32Array.from({ length: voxels }, (_, v) => labels[b * padded + v]!);
      tf.tidy(() => {
        // A label that is no class gives a row of zeros.
        const y = tf.cast(tf.oneHot(tf.tensor1d(bytes, "int32"), classes), "float32");
        const of = (z: Tensor) => imageLoss(tf, z, y, loss);
        const scored = tf.valueAndGrad(of)(tf.tensor2d(own, [voxels, classes]));
        value += scored.value.dataSync()[0]! / images;
        scored.grad.dataSync().forEach((slope, i) => gradient[b * size + i] = slope / images);
      });
    }
    return { value, gradient };
  });
}

/** What an image's losses are made of. */
interface Parts {
  /** Logits and one-hot labels, [voxel, class]. */
  readonly z: Tensor;
  readonly y: Tensor;
  /** [voxel, 1]: 1, or 0 where ignored. */
  readonly live: Tensor;
  /** [class]: voxels. */
  readonly counts: Tensor;
  /** log p, [voxel, class]. */
  readonly logP: Tensor;
  /** [class]: sum of -log p over its voxels. */
  readonly surprises: Tensor;
}

function imageLoss(tf: Tfjs, z: Tensor, y: Tensor, spec: SortlessLoss): Scalar {
  const { logSumExp, mul, sub, sum } = tf;
  const over = <T extends Tensor>(top: Tensor, count: Tensor) => quotient<T>(tf, top, count);
  const live = sum(y, 1, true);
  const counts = sum(y, 0);
  const logP = sub(z, logSumExp(z, 1, true));
  const surprises = tf.neg(sum(mul(logP, y), 0));
  const present = tf.cast(tf.greater(counts, 0), "float32");
  if (spec.name === "cross-entropy") return over(sum(surprises), sum(live));
  if (spec.name === "balanced-cross-entropy") {
    const several = tf.cast(tf.greater(sum(present), 1), "float32");
    return mul(over(sum(over(surprises, counts)), sum(present)), several);
  }
  const foreground = tf.tensor1d(Array.from(counts.dataSync(), (_, c) => Math.min(c, 1)));
  const taking = spec.background ? present : mul(present, foreground);
  const losses = classLosses(tf, { z, y, live, counts, logP, surprises }, spec);
  return over(sum(mul(losses, taking)), sum(taking));
}

/** A quotient by a count, 0 where it is 0: tfjs's own has no gradient. */
function quotient<T extends Tensor>(tf: Tfjs, top: Tensor, count: Tensor): T {
  return tf.div(top, tf.maximum(count, 1));
}

/** The loss of each class; what it is for an absent one does not matter. */
function classLosses(
  tf: Tfjs,
  { z, y, live, counts, logP, surprises }: Parts,
  spec: Extract<SortlessLoss, { readonly background: boolean }>,
): Tensor {
  const { add, addN, div, exp, log, logSumExp, mul, pow, sub, sum } = tf;
  const over = (top: Tensor, count: Tensor) => quotient(tf, top, count);
  const both = sum(mul(exp(logP), y), 0);
  // An absent class may have nothing at all to divide by.
  const absent = tf.cast(tf.equal(counts, 0), "float32");
  const powers = (k: number) => add(sum(mul(exp(mul(logP, k)), live), 0), absent);
  const similarity = (k: number) => div(both, sub(add(powers(k), counts), both));
  switch (spec.name) {
    case "iou":
    case "iou-min-max":
    case "iou-l1":
      return sub(1, similarity(1));
    case "iou-power":
      return sub(1, similarity(spec.exponent));
    case "iou-mean": {
      const members = spec.exponents.map((k) => add(similarity(k), absent));
      const mean = (term: (member: Tensor) => Tensor) =>
        div(addN(members.map(term)), members.length);
      return sub(
        1,
        spec.power === 0
          ? exp(mean(log))
          : pow(mean((one) => pow(one, spec.power)), 1 / spec.power),
      );
    }
    case "dice":
      return sub(1, div(mul(both, 2), add(powers(1), counts)));
    case "tversky": {
      const added = mul(sub(powers(1), both), spec.alpha);
      const missed = mul(sub(counts, both), spec.beta);
      return sub(1, div(both, addN([both, added, missed])));
    }
    case "ce-iou": {
      // log(1 - p): the logarithm of the others' sum, the class itself struck out.
      const strike = mul(tf.eye(counts.shape[0]!), -1e30);
      const others = logSumExp(add(tf.expandDims(z, 1), strike), 2);
      const logRest = sub(others, logSumExp(z, 1, true));
      const outside = sub(sum(live), counts);
      const added = over(tf.neg(sum(mul(logRest, sub(live, y)), 0)), outside);
      return div(add(over(surprises, counts), added), add(added, 1));
    }
  }
}
