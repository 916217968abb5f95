import { defineKernel, filled, type Gpu, type GpuArray, memo, uniforms } from "../../gpu/mod.ts";
import { elementCount, type GpuTensor } from "../tensor.ts";
import { argmaxChannelsWgsl } from "./argmax_channels.wgsl.ts";
import { voxelsAtOnce } from "./voxels.wgsl.ts";

/** Label 255 means "ignored". */
const MOST_CHANNELS = 255;

const kernel = memo((channels: number, voxels: 1 | 4) =>
  defineKernel({
    label: "nn/argmax-channels",
    code: argmaxChannelsWgsl(channels, voxels),
    bindings: { p: "uniform", values: "read", labels: "write" },
  })
);

/**
 * Records the label of each voxel: the channel with the largest value, the first of equal ones. Logits and probabilities give the same.
 *
 * @param gpu Where the values are.
 * @param values Logits or probabilities.
 * @returns One byte a voxel, four a word, x fastest; each image of the batch padded with zeros to whole words.
 * @throws {RangeError} If there are more than 255 channels.
 */
export function argmaxChannels(gpu: Gpu, values: GpuTensor): GpuArray {
  const [batch, nz, ny, nx, channels] = values.shape;
  if (channels > MOST_CHANNELS) {
    throw new RangeError(
      `Cannot label by the largest channel: ${channels} channels do not fit a byte, at most ${MOST_CHANNELS}`,
    );
  }
  const voxels = elementCount([nz, ny, nx]);
  const words = Math.ceil(voxels / 4);
  return filled(gpu.allocate(4 * batch * words, "labels"), (labels) => {
    gpu.dispatch(kernel(channels, voxelsAtOnce(voxels, channels)), {
      p: uniforms({ u32: [voxels, words, batch * words] }),
      values: values.array,
      labels,
    }, gpu.workgroups(batch * words, 64));
  });
}
