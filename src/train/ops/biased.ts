import type { Tape, TapeKernel, Tensor } from "../tape.ts";

/** What a convolution takes. */
export interface BiasedInputs {
  /** [batch, z, y, x, channel]. */
  readonly x: Tensor;
  readonly weights: Tensor;
  readonly bias: Tensor;
}

/** Kernels of a convolution: from `x`, `weights`, `bias`; and from `x`, `dy`, `weights` to the gradients by the three inputs. */
export interface BiasedKernels<L> {
  readonly forward: TapeKernel<L>;
  readonly backward: TapeKernel<L>;
}

/**
 * A convolution of some kind with a bias, on the tape. Its input is kept for the gradient.
 *
 * @param tape Where.
 * @param kernels What to run.
 * @param inputs Activation, weights and bias.
 * @param layer Its shape.
 * @returns The output.
 */
export function biased<L>(
  tape: Tape,
  { forward, backward }: BiasedKernels<L>,
  { x, weights, bias }: BiasedInputs,
  layer: L,
): Tensor {
  return tape.op([x, weights, bias], (save) => {
    save(x);
    return {
      value: tape.run(forward, { x, weights, bias }, layer)[0]!,
      gradient: (dy, [x]) => tape.run(backward, { x: x!, dy, weights }, layer),
    };
  });
}
