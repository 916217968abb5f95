import type { Gpu, GpuArray } from "../../src/gpu/mod.ts";
import { GpuTensor, parametersOf } from "../../src/nn/mod.ts";
import {
  CASES,
  PARAMETERS,
  stepFlops,
  stepParts,
  stepReference,
  type TrainStepInput,
} from "./_train_step.ts";
import type { Pair } from "./pair.ts";

async function stepOnGpu(gpu: Gpu, input: TrainStepInput): Promise<Float32Array[]> {
  // Loads tfjs, which nothing else of the registry needs.
  const { createTrainingStep } = await import("../../src/train/mod.ts");
  const { config, shape, step, rate, l2 } = input;
  using images = new GpuTensor(gpu.upload(input.images), shape);
  using labels = gpu.upload(input.labels);
  using training = createTrainingStep(gpu, {
    config,
    state: new Map(Object.entries(input.state)),
    loss: { name: "iou", background: true },
    optimizer: { name: "adam" },
    l2,
    step,
  });
  using loss = training.run(images, labels, rate);
  const names = parametersOf(config).map(({ name }) => name);
  const outputs = [
    loss,
    ...names.map((name) => training.state.get(name)!),
    ...names.map((name) => training.state.get(`adam.mean/${name}`)!),
  ];
  const staged = outputs.map((array: GpuArray) => gpu.stage(array, Float32Array));
  const read: Float32Array[] = [];
  for (const one of staged) {
    await one.ready();
    read.push(await one.take());
  }
  return read;
}

/** A whole training step: forward, loss, backward, Adam. */
export const trainStep: Pair<TrainStepInput> = {
  name: "nn/train-step",
  kernels: [
    "src/nn/losses/loss_coefficients.wgsl.ts",
    "src/nn/losses/loss_gradient.wgsl.ts",
    "src/nn/losses/loss_sums.wgsl.ts",
    "src/nn/losses/voxel.wgsl.ts",
    "src/nn/ops/add.wgsl",
    "src/nn/ops/column_sums.wgsl.ts",
    "src/nn/ops/copy_channels.wgsl.ts",
    "src/nn/ops/correlate.wgsl.ts",
    "src/nn/ops/filter_gradient.wgsl.ts",
    "src/nn/ops/grid.wgsl.ts",
    "src/nn/ops/lanes.wgsl.ts",
    "src/nn/ops/max_pool.wgsl.ts",
    "src/nn/ops/normalize.wgsl.ts",
    "src/nn/ops/pack_weights.wgsl.ts",
    "src/nn/ops/running_statistics.wgsl",
    "src/nn/ops/upsample.wgsl.ts",
    "src/nn/ops/voxels.wgsl.ts",
    "src/nn/ops/winograd.wgsl.ts",
    "src/nn/ops/winograd_transforms.wgsl.ts",
    "src/nn/optimizers/update.wgsl.ts",
    "src/nn/total.wgsl.ts",
  ],
  cases: CASES,
  parts: stepParts,
  gpu: stepOnGpu,
  references: { typescript: stepReference },
  acceptance: PARAMETERS,
  // Images, labels, and all state in and out. Activations stay on the GPU; a roofline by this counts them as none.
  work: (input) => ({
    bytes: input.images.byteLength + input.labels.byteLength +
      2 * Object.values(input.state).reduce((sum, { byteLength }) => sum + byteLength, 0),
    flops: stepFlops(input),
  }),
};
