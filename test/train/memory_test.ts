import * as tf from "@tensorflow/tfjs-core";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Gpu, GpuMemoryError } from "../../src/gpu/mod.ts";
import {
  checkMemory,
  inferenceMemory,
  presetConfig,
  type TensorShape,
  trainingMemory,
  type UNetConfig,
} from "../../src/nn/mod.ts";
import { createTrainingStep, type TrainingStep } from "../../src/train/mod.ts";
import { withGpu } from "../_gpu.ts";
import { type Batch, CONFIG, fresh, randomBatch } from "./_training.ts";

const paper = presetConfig("unet", { classes: 7 });
/** The paper's crop. */
const CROP: TensorShape = [1, 160, 120, 120, 1];

const WIRINGS: readonly (readonly [string, UNetConfig])[] = [
  ["transposed", CONFIG],
  ["split, interpolated", { ...CONFIG, split: true, up: "nearest" }],
  ["three levels", { ...CONFIG, channels: [4, 8, 8] }],
];

for (const [name, config] of WIRINGS) {
  Deno.test(
    `trainingMemory() is what a step takes at most, to a twentieth: ${name}`,
    withGpu(async (gpu) => {
      const shape: TensorShape = [2, 24, 24, 24, 1];
      // From little to much: the GPU counts the most that ever was.
      for (const recompute of [true, false]) {
        using batch = randomBatch(gpu, shape);
        using training = createTrainingStep(gpu, fresh({ recompute }, config));
        training.run(batch.images, batch.labels, 0.01)[Symbol.dispose]();
        await gpu.done();
        const { peak } = trainingMemory(config, shape, { recompute, slots: 2 });
        const ratio = gpu.memory.peak / peak;
        assert(ratio > 0.95 && ratio < 1.05, `${gpu.memory.peak} bytes, ${peak} foretold`);
      }
    }),
  );
}

Deno.test("trainingMemory() of one convolution is the sum by hand", () => {
  const config: UNetConfig = { ...CONFIG, channels: [4], convolutions: 1, classes: 4 };
  // Sizes that are powers of two, so that the pool rounds nothing: 16^3 voxels of 4 channels are 64 KiB.
  const activation = 16 ** 3 * 4 * 4;
  const image = 16 ** 3 * 4;
  const numbers = [27 * 4, 4, 4, 4 * 4, 4];
  const parameters = 4 * numbers.reduce((sum, n) => sum + Math.max(256, 4 * n), 0);
  assertEquals(numbers[0]! * 4, 432); // Between 416 and 448, the pool's sizes.
  const rounded = parameters + 4 * (448 - 432);
  // Kept: the convolution's output and the block's. Beside them logits and their gradient; later the gradient by the block's output
  // in place of the logits.
  const { peak, largest, ...rest } = trainingMemory(config, [1, 16, 16, 16, 1], {
    recompute: false,
    slots: 2,
  });
  assertEquals({ peak, largest }, { peak: image + 4 * activation + rounded, largest: activation });
  assertEquals(rest.parameters, rounded);
});

Deno.test("trainingMemory() of the paper's network and crop fits 16 GB, three images with all activations kept", () => {
  const three: TensorShape = [3, ...CROP.slice(1)] as unknown as TensorShape;
  const kept = trainingMemory(paper, three, { recompute: false, slots: 2 });
  const recomputed = trainingMemory(paper, three, { recompute: true, slots: 2 });
  assert(kept.peak < 16e9, `${kept.peak}`);
  assert(recomputed.peak < 0.75 * kept.peak);
  // The two activations put together on the finest level, 64 channels, and at most an eighth that the pool wastes.
  const together = 3 * 120 * 120 * 160 * 64 * 4;
  assert(kept.largest >= together && kept.largest <= together * 9 / 8);
});

Deno.test("inferenceMemory() holds a few activations, however deep the network", () => {
  const shallow = inferenceMemory({ ...paper, channels: [32, 64] }, CROP);
  const deep = inferenceMemory(paper, CROP);
  assert(deep.peak < 1.1 * shallow.peak);
  // Put together are 64 channels; beside them their two halves.
  const activation = 120 * 120 * 160 * 32 * 4;
  assert(deep.peak >= 4 * activation && deep.peak < 5 * activation, `${deep.peak / activation}`);
});

Deno.test("checkMemory() says in one line what does not fit", () => {
  const memory = { parameters: 0, peak: 3 * 2 ** 30, largest: 2 ** 29 };
  const gpu = { largestArray: 2 ** 29 };
  checkMemory("a step", memory, { gpu });
  checkMemory("a step", memory, { gpu, budget: 3 * 2 ** 30 });
  const bound = assertThrows(
    () =>
      checkMemory("a step on 120 x 120 x 160 voxels", memory, { gpu: { largestArray: 2 ** 27 } }),
    GpuMemoryError,
    "Cannot run a step on 120 x 120 x 160 voxels: an activation takes 512 MiB, the adapter offers 128 MiB",
  );
  const budget = assertThrows(
    () => checkMemory("a step", memory, { gpu, budget: 2 ** 30 }),
    GpuMemoryError,
    "Cannot run a step: it takes 3",
  );
  for (const { message } of [bound, budget]) assert(!message.includes("\n"));
});

/** Some steps on one batch. */
async function run(gpu: Gpu, training: TrainingStep, { images, labels }: Batch, steps: number) {
  for (let i = 0; i < steps; i++) {
    using loss = training.run(images, labels, 1e-3);
    if (i % 10 === 9) await gpu.read(loss, Float32Array);
  }
}

const THIN: UNetConfig = { ...CONFIG, channels: [2, 4], convolutions: 1 };

Deno.test(
  "500 steps at 16^3 take no more GPU memory than 10, nor more tensors",
  withGpu(async (gpu) => {
    using batch = randomBatch(gpu, [1, 16, 16, 16, 1]);
    using training = createTrainingStep(gpu, fresh({ averageDecay: 0.9 }, THIN));
    await run(gpu, training, batch, 10);
    const before = { ...gpu.memory, tensors: tf.memory().numTensors };
    await run(gpu, training, batch, 490);
    assertEquals({ ...gpu.memory, tensors: tf.memory().numTensors }, before);
  }),
);

Deno.test(
  "500 more steps take no more memory of the host",
  withGpu(async (gpu) => {
    using batch = randomBatch(gpu, [1, 4, 4, 4, 1]);
    using training = createTrainingStep(gpu, fresh({}, THIN));
    // Until the collector, which frees bind groups, has found its pace.
    await run(gpu, training, batch, 500);
    const before = Deno.memoryUsage().rss;
    await run(gpu, training, batch, 500);
    const more = (Deno.memoryUsage().rss - before) / 2 ** 20;
    // One kernel that lavapipe compiles anew in each step, as it does with some loops, takes 100 MiB.
    assert(more < 64, `${more} MiB`);
  }),
);
