import * as tf from "@tensorflow/tfjs-core";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
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
        const { software } = gpu.info;
        const { peak } = trainingMemory(config, shape, { recompute, slots: 2, software });
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
  // Two of 32 channels that a convolution reads as one, and what it makes of them.
  const activation = 120 * 120 * 160 * 32 * 4;
  assert(deep.peak >= 3 * activation && deep.peak < 4 * activation, `${deep.peak / activation}`);
});

/** An adapter of which the driver lends `offered` bytes, in buffers of half a GiB at most. */
function adapter({ software, offered }: { software: boolean; offered: number }) {
  let [taken, refused] = [0, false];
  const live = new Set<object>();
  const device = {
    pushErrorScope: () => refused = false,
    popErrorScope: () => Promise.resolve(refused ? { message: "none left" } : null),
    createBuffer({ size }: { readonly size: number }) {
      assert(size <= 2 ** 29 && size % 4 === 0);
      taken += size;
      refused ||= taken > offered;
      const buffer = {
        destroy() {
          assert(live.delete(buffer));
          taken -= size;
        },
      };
      live.add(buffer);
      return buffer;
    },
  } as unknown as GPUDevice;
  return { gpu: { device, info: { software }, largestArray: 2 ** 29 }, live };
}

Deno.test("checkMemory() says in one line what does not fit, and takes nothing for long", async () => {
  const memory = { peak: 3 * 2 ** 30, largest: 2 ** 29 };
  const { gpu, live } = adapter({ software: false, offered: memory.peak });
  await checkMemory("a step", memory, gpu);
  const bound = await assertRejects(
    () => checkMemory("a step on 9 voxels", memory, { ...gpu, largestArray: 2 ** 27 }),
    GpuMemoryError,
    "Cannot run a step on 9 voxels: an activation takes 512 MiB, the adapter offers 128 MiB in one binding; ",
  );
  const full = await assertRejects(
    () => checkMemory("a step", { ...memory, peak: memory.peak + 4 }, gpu),
    GpuMemoryError,
    "Cannot run a step: it takes 3.0 GiB of GPU memory, more than the adapter has free; ",
  );
  assertEquals(live.size, 0);
  for (const { message } of [bound, full]) assert(!message.includes("\n"));
});

Deno.test("checkMemory() holds a software adapter against the machine's memory, and asks its driver for none", async () => {
  const { gpu } = adapter({ software: true, offered: 0 });
  await checkMemory("a step", { peak: 2 ** 20, largest: 4 }, gpu);
  const { total } = Deno.systemMemoryInfo();
  const error = await assertRejects(
    () => checkMemory("a step", { peak: total + 1, largest: 4 }, gpu),
    GpuMemoryError,
  );
  assertMatch(error.message, /^Cannot run a step: it takes .+ of GPU memory, .+iB are free; /);
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
