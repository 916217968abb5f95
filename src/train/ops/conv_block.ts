import type { GpuArray } from "../../gpu/mod.ts";
import {
  type BlockLayer,
  conv3d,
  conv3dFilterGradient,
  conv3dInputGradient,
  type GpuTensor,
  NORM_EPSILON,
  normalize,
  normalizeGradient,
} from "../../nn/mod.ts";
import type { KernelCall, Tape, TapeKernel, Tensor } from "../tape.ts";

/** A block's inputs. */
export interface BlockInputs {
  /** [batch, z, y, x, channel]. */
  readonly x: Tensor;
  /** Of each convolution. */
  readonly weights: readonly Tensor[];
  readonly gamma: Tensor;
  readonly beta: Tensor;
}

/** How a block runs. */
export interface BlockOptions {
  /** False if nothing wants the gradient by `x`, as by an image. */
  readonly inputGradient: boolean;
  /** True to keep the input alone for the backward pass, and to run the convolutions again there: less memory, more work. */
  readonly recompute: boolean;
  /** Called with the statistics of the normalisation, see `normalize`; they are gone afterwards. */
  readonly onStatistics?: (statistics: Tensor) => void;
}

/** The outputs of a block's convolutions, of those that are not saved by running them again; what it makes is `held`'s. */
function convolved(call: KernelCall, layer: BlockLayer, held: DisposableStack): GpuTensor[] {
  let input = call.tensor("x");
  return layer.convolutions.map(({ size, channels }, i) =>
    input = call.has(`convolved${i}`) ? call.tensor(`convolved${i}`) : held.use(conv3d(call.gpu, {
      input,
      weights: call.array(`weights${i}`),
      size,
      stride: 1,
      channels,
    }))
  );
}

const forward: TapeKernel<BlockLayer> = {
  name: "nn/conv-block",
  run: (call, layer) => {
    using held = new DisposableStack();
    const outputs = convolved(call, layer, held);
    const { kind, slope } = layer.norm;
    const { output, statistics } = normalize(call.gpu, {
      input: outputs.at(-1)!,
      gamma: call.array("gamma"),
      beta: call.array("beta"),
      kind,
      slope,
      epsilon: NORM_EPSILON,
    });
    held.move();
    return [output, statistics, ...outputs];
  },
};

const backward: TapeKernel<{ readonly layer: BlockLayer; readonly inputGradient: boolean }> = {
  name: "nn/conv-block-gradient",
  run: (call, { layer: { convolutions, norm }, inputGradient }) => {
    const { gpu } = call;
    using temporary = new DisposableStack();
    using made = new DisposableStack();
    const outputs = convolved(call, { convolutions, norm }, temporary);
    const normalized = normalizeGradient(gpu, {
      input: outputs.at(-1)!,
      gradient: call.tensor("dy"),
      gamma: call.array("gamma"),
      beta: call.array("beta"),
      statistics: call.array("statistics"),
      kind: norm.kind,
      slope: norm.slope,
    });
    const [gamma, beta] = [made.use(normalized.gamma), made.use(normalized.beta)];
    const weights: GpuArray[] = [];
    let gradient = made.use(normalized.input);
    for (const [i, { size }] of [...convolutions.entries()].reverse()) {
      const input = i === 0 ? call.tensor("x") : outputs[i - 1]!;
      const filter = { size, stride: 1, gradient } as const;
      weights.unshift(made.use(conv3dFilterGradient(gpu, { input, ...filter })));
      using _done = gradient;
      if (i === 0 && !inputGradient) break;
      gradient = made.use(conv3dInputGradient(gpu, {
        weights: call.array(`weights${i}`),
        inputShape: input.shape,
        ...filter,
      }));
    }
    made.move();
    return [...inputGradient ? [gradient] : [], ...weights, gamma, beta];
  },
};

/**
 * Convolutions, normalisation and activation as one op with one gradient, on the tape.
 *
 * @param tape Where.
 * @param inputs The block's inputs.
 * @param layer Its shape.
 * @param options How to run it.
 * @returns The output.
 */
export function convBlock(
  tape: Tape,
  { x, weights, gamma, beta }: BlockInputs,
  layer: BlockLayer,
  { inputGradient, recompute, onStatistics }: BlockOptions,
): Tensor {
  const fixed = { gamma, beta, ...named("weights", weights) };
  return tape.op([...inputGradient ? [x] : [], ...weights, gamma, beta], (save) => {
    const [value, statistics, ...outputs] = tape.run(forward, { x, ...fixed }, layer);
    onStatistics?.(statistics!);
    save(x, statistics!, ...recompute ? [] : outputs);
    return {
      value: value!,
      gradient: (dy, [x, statistics, ...outputs]) => {
        const inputs = {
          x: x!,
          dy,
          statistics: statistics!,
          ...fixed,
          ...named("convolved", outputs),
        };
        return tape.run(backward, inputs, { layer, inputGradient });
      },
    };
  });
}

function named(name: string, tensors: readonly Tensor[]): Record<string, Tensor> {
  return Object.fromEntries(tensors.map((tensor, i) => [`${name}${i}`, tensor]));
}
