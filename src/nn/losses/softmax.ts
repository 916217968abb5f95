/** Softmax over classes, with logarithms that hold where a probability is nearly 0 or 1. */
export interface Softmax {
  /** Probabilities, class fastest. */
  readonly p: Float64Array<ArrayBuffer>;
  /** log p. */
  readonly logP: Float64Array<ArrayBuffer>;
  /** log(1 - p): of the others' sum, not of a difference. */
  readonly logRest: Float64Array<ArrayBuffer>;
}

/**
 * Softmax of each voxel's logits.
 *
 * @param logits Class fastest.
 * @param classes How many classes there are.
 * @returns Probabilities and logarithms.
 */
export function softmaxOf(logits: ArrayLike<number>, classes: number): Softmax {
  const p = new Float64Array(logits.length);
  const logP = new Float64Array(logits.length);
  const logRest = new Float64Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    const row = Array.from({ length: classes }, (_, c) => logits[start + c]!);
    const all = logSumExp(row);
    row.forEach((logit, c) => {
      logP[start + c] = logit - all;
      p[start + c] = Math.exp(logit - all);
      logRest[start + c] = logSumExp(row.toSpliced(c, 1)) - all;
    });
  }
  return { p, logP, logRest };
}

function logSumExp(values: readonly number[]): number {
  const most = Math.max(...values);
  if (most === -Infinity) return most;
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
}

/**
 * The chain rule through softmax: from the gradient g by probabilities p to that by logits, p_j (g_j - sum(p g)).
 *
 * @param p Probabilities, class fastest.
 * @param gradient By probabilities.
 * @param classes How many classes there are.
 * @returns By logits.
 */
export function throughSoftmax(
  p: Float64Array,
  gradient: Float64Array,
  classes: number,
): Float64Array<ArrayBuffer> {
  const result = new Float64Array(p.length);
  for (let start = 0; start < p.length; start += classes) {
    let sum = 0;
    for (let i = start; i < start + classes; i++) {
      // A derivative may be infinite where p has come down to 0; their product's limit is 0.
      result[i] = p[i] === 0 ? 0 : p[i]! * gradient[i]!;
      sum += result[i]!;
    }
    for (let i = start; i < start + classes; i++) result[i]! -= p[i]! * sum;
  }
  return result;
}

/**
 * The chain rule from log p and log(1 - p) to logits: d log p_c / dz_j = [j = c] - p_j, and d log(1 - p_c) / dz_j is -p_c for j = c, else
 * p_c p_j / (1 - p_c).
 *
 * @param softmax Of the logits.
 * @param by Gradients by both logarithms.
 * @param classes How many classes there are.
 * @returns The gradient by logits.
 */
export function throughLogSoftmax(
  { p, logP, logRest }: Softmax,
  { byLogP, byLogRest }: { readonly byLogP: Float64Array; readonly byLogRest: Float64Array },
  classes: number,
): Float64Array<ArrayBuffer> {
  const result = new Float64Array(p.length);
  for (let start = 0; start < p.length; start += classes) {
    for (let c = start; c < start + classes; c++) {
      if (byLogP[c] === 0 && byLogRest[c] === 0) continue;
      for (let j = start; j < start + classes; j++) {
        const other = Math.exp(logP[j]! - logRest[c]!);
        result[j]! += byLogP[c]! * (Number(j === c) - p[j]!) +
          byLogRest[c]! * p[c]! * (j === c ? -1 : other);
      }
    }
  }
  return result;
}
