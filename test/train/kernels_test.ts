import * as tf from "@tensorflow/tfjs-core";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Gpu } from "../../src/gpu/mod.ts";
import type { UNetConfig } from "../../src/nn/mod.ts";
import { createTrainingStep } from "../../src/train/mod.ts";
import { loss } from "../../src/train/ops/loss.ts";
import { Tape } from "../../src/train/tape.ts";
import { withGpu } from "../_gpu.ts";
import { CONFIG, fresh, IOU, randomBatch } from "./_training.ts";

/** Every kernel that a training step may run on the tape. `Identity` and `Add` are tfjs's names for two of ours. */
const ALLOWED = [
  "Add",
  "Identity",
  "nn/concat-channels",
  "nn/concat-channels-gradient",
  "nn/conv-block",
  "nn/conv-block-gradient",
  "nn/conv-transpose3d",
  "nn/conv-transpose3d-gradient",
  "nn/conv3d",
  "nn/conv3d-gradient",
  "nn/loss",
  "nn/max-pool",
  "nn/max-pool-gradient",
  "nn/upsample",
  "nn/upsample-gradient",
];

/** What some work runs: kernels of the tape, and programs of ours and of tfjs on the GPU. */
function watched(work: () => void) {
  const dispatched = new Set<string>();
  let stock = 0;
  const { dispatch } = Gpu.prototype;
  const { runWebGPUProgram } = WebGPUBackend.prototype;
  Gpu.prototype.dispatch = function (kernel, ...rest) {
    dispatched.add(kernel.label);
    return dispatch.call(this, kernel, ...rest as [never, never]);
  };
  WebGPUBackend.prototype.runWebGPUProgram = function (...args) {
    stock++;
    return runWebGPUProgram.apply(this, args);
  };
  try {
    work();
  } finally {
    Gpu.prototype.dispatch = dispatch;
    WebGPUBackend.prototype.runWebGPUProgram = runWebGPUProgram;
  }
  const registered = tf.getKernelsForBackend(tf.getBackend()).map(({ kernelName }) => kernelName);
  return { registered, dispatched, stock };
}

const WIRINGS: readonly UNetConfig[] = [
  CONFIG,
  { ...CONFIG, norm: "instance", up: "nearest", pool: 2, slope: 0.01 },
  { ...CONFIG, split: true, up: "trilinear" },
];

for (const config of WIRINGS) {
  Deno.test(
    `a training step runs kernels of ours alone: ${config.norm}, ${config.up}`,
    withGpu((gpu) => {
      using training = createTrainingStep(gpu, fresh({ averageDecay: 0.9 }, config));
      using batch = randomBatch(gpu, [1, 8, 8, 8, 1]);
      const { registered, dispatched, stock } = watched(() => {
        training.run(batch.images, batch.labels, 0.01)[Symbol.dispose]();
      });
      assertEquals(registered.filter((name) => !ALLOWED.includes(name)), []);
      // What is looked at is the tape that ran.
      for (const name of ["nn/conv-block-gradient", "nn/loss"]) assert(registered.includes(name));
      assertEquals([...dispatched].filter((label) => !label.startsWith("nn/")), []);
      assertEquals(dispatched.has("nn/adam"), true);
      assertEquals(stock, 0);
    }),
  );
}

Deno.test(
  "nothing may come behind a loss on the tape",
  withGpu((gpu) => {
    using tape = new Tape(gpu);
    tape.activate();
    using logits = gpu.upload(new Float32Array(16));
    using bytes = gpu.upload(new Uint8Array([0, 1, 0, 1, 1, 1, 0, 0]));
    const x = tape.borrow(logits, [1, 2, 2, 2, 2]);
    const labels = tape.borrow(bytes);
    assertThrows(
      () =>
        tape.gradients(() => {
          const value = loss(tape, { logits: x, labels }, IOU);
          return tape.op(
            [value],
            () => ({ value: tf.clone(value), gradient: () => [tf.scalar(2)] }),
          );
        }, [x]),
      TypeError,
      "it is the tape's end",
    );
  }),
);
