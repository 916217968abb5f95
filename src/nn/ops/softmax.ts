import { checkIterations, defineKernel, filled, type Gpu, memo, uniforms } from "../../gpu/mod.ts";
import { allocateTensor, elementCount, type GpuTensor, type TensorShape } from "../tensor.ts";
import { checkShape } from "./convolution.ts";
import { softmaxGradientWgsl, softmaxWgsl } from "./softmax.wgsl.ts";
import { voxelsAtOnce } from "./voxels.wgsl.ts";

const forward = memo((channels: number, voxels: 1 | 4) =>
  defineKernel({
    label: "nn/softmax",
    code: softmaxWgsl(channels, voxels),
    bindings: { items: "uniform", logits: "read", probabilities: "write" },
  })
);

const backward = memo((channels: number, voxels: 1 | 4) =>
  defineKernel({
    label: "nn/softmax-gradient",
    code: softmaxGradientWgsl(channels, voxels),
    bindings: { items: "uniform", probabilities: "read", gradient: "read", dx: "write" },
  })
);

/**
 * Records the softmax over channels.
 *
 * @param gpu Where the logits are.
 * @param logits Any finite values.
 * @returns Probabilities, which sum to 1 over the channels of a voxel.
 */
export function softmax(gpu: Gpu, logits: GpuTensor): GpuTensor {
  const { channels, voxels, items } = blocksOf(logits.shape);
  checkIterations("nn/softmax", 3 * channels + 2);
  return filled(allocateTensor(gpu, logits.shape, "probabilities"), (probabilities) => {
    gpu.dispatch(forward(channels, voxels), {
      items: uniforms({ u32: [items] }),
      logits: logits.array,
      probabilities: probabilities.array,
    }, gpu.workgroups(items, 64));
  });
}

/**
 * Records the gradient of {@linkcode softmax}: dx = p (g - sum over channels of g p).
 *
 * @param gpu Where the probabilities are.
 * @param options What the softmax gave, and the gradient of the loss by it.
 * @returns The gradient by the logits.
 * @throws {TypeError} If shapes differ.
 */
export function softmaxGradient(
  gpu: Gpu,
  { probabilities, gradient }: {
    readonly probabilities: GpuTensor;
    readonly gradient: GpuTensor;
  },
): GpuTensor {
  const { shape } = probabilities;
  checkShape("the gradient of a softmax", gradient.shape, shape);
  const { channels, voxels, items } = blocksOf(shape);
  checkIterations("nn/softmax-gradient", 2 * channels + 2);
  return filled(allocateTensor(gpu, shape, "gradient of the logits"), (dx) => {
    gpu.dispatch(backward(channels, voxels), {
      items: uniforms({ u32: [items] }),
      probabilities: probabilities.array,
      gradient: gradient.array,
      dx: dx.array,
    }, gpu.workgroups(items, 64));
  });
}

/** Voxels that an invocation takes, and how many invocations that makes. */
function blocksOf(shape: TensorShape): { channels: number; voxels: 1 | 4; items: number } {
  const channels = shape[4];
  const all = elementCount(shape) / channels;
  const voxels = voxelsAtOnce(all, channels);
  return { channels, voxels, items: all / voxels };
}
