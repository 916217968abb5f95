import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Gpu } from "../../../src/gpu/mod.ts";
import {
  GpuTensor,
  lossAndGradient,
  type LossSpec,
  type TensorShape,
} from "../../../src/nn/mod.ts";
import { RandomStream } from "../../../src/random/mod.ts";
import { withGpu } from "../../_gpu.ts";

const IOU: LossSpec = { name: "iou", background: true };

async function lossOf(
  gpu: Gpu,
  shape: TensorShape,
  values: Float32Array<ArrayBuffer>,
  bytes: Uint8Array<ArrayBuffer>,
  loss: LossSpec = IOU,
) {
  using logits = new GpuTensor(gpu.upload(values), shape);
  using labels = gpu.upload(bytes);
  const result = lossAndGradient(gpu, { logits, labels, loss });
  using value = result.value;
  using gradient = result.gradient;
  assertEquals(gradient.shape, shape);
  return {
    value: (await gpu.read(value, Float32Array))[0]!,
    gradient: await gpu.read(gradient.array, Float32Array),
  };
}

Deno.test(
  "lossAndGradient() gives the same bits each time, and all memory back",
  withGpu(async (gpu) => {
    const random = new RandomStream({ seed: 71, stream: 0 });
    const values = Float32Array.from({ length: 40 ** 3 * 3 }, () => random.uniform(-3, 3));
    const labels = Uint8Array.from({ length: 40 ** 3 }, () => random.integer(4));
    const first = await lossOf(gpu, [1, 40, 40, 40, 3], values, labels);
    const before = gpu.memory.inUse;
    const second = await lossOf(gpu, [1, 40, 40, 40, 3], values, labels);
    assertEquals(second.value, first.value);
    assert(second.gradient.every((slope, i) => Object.is(slope, first.gradient[i])));
    assertEquals(gpu.memory.inUse, before);
  }),
);

Deno.test(
  "lossAndGradient() lets nothing of an ignored voxel in, not even what is no number",
  withGpu(async (gpu) => {
    for (const nx of [3, 4]) {
      const values = new Float32Array(2 * nx).fill(NaN);
      values.set([1, 2, 2, 1]);
      const labels = new Uint8Array(4).fill(255);
      labels.set([0, 1]);
      for (const name of ["cross-entropy", "balanced-cross-entropy"] as const) {
        const { value, gradient } = await lossOf(gpu, [1, 1, 1, nx, 2], values, labels, { name });
        // Both voxels: log(1 + e), and half of (p - 1, 1 - p) with p = 1 / (1 + e).
        const [p, near] = [1 / (1 + Math.E), (a: number, b: number) => Math.abs(a - b) < 1e-6];
        assert(near(value, Math.log(1 + Math.E)), `${value}`);
        const expected = [p - 1, 1 - p, 1 - p, p - 1].map((slope) => slope / 2);
        assert(expected.every((slope, i) => near(gradient[i]!, slope)), `${gradient}`);
        assertEquals([...gradient.subarray(4)], new Array(2 * nx - 4).fill(0));
      }
      for (const name of ["iou", "dice", "ce-iou"] as const) {
        const loss = { name, background: true };
        const { value, gradient } = await lossOf(gpu, [1, 1, 1, nx, 2], values, labels, loss);
        assert([value, ...gradient].every(Number.isFinite), `${name}: ${value}, ${gradient}`);
      }
    }
  }),
);

Deno.test(
  "lossAndGradient() refuses Lovász-softmax by name, and says what to use",
  withGpu((gpu) => {
    using logits = new GpuTensor(gpu.allocate(16), [1, 1, 1, 2, 2]);
    using labels = gpu.allocate(4);
    assertThrows(
      () => lossAndGradient(gpu, { logits, labels, loss: { name: "lovasz", background: false } }),
      RangeError,
      "Cannot train with loss lovasz-foreground: it needs all voxels sorted",
    );
  }),
);

Deno.test(
  "lossAndGradient() refuses classes, labels and parameters that do not fit, and keeps no memory",
  withGpu((gpu) => {
    using labels = gpu.allocate(8);
    using array = gpu.allocate(4 * 33 * 8);
    const before = gpu.memory.inUse;
    const take = (shape: TensorShape, loss: LossSpec = IOU) =>
      lossAndGradient(gpu, { logits: new GpuTensor(array, shape), labels, loss });
    assertThrows(() => take([1, 1, 1, 4, 1]), RangeError, "over 1 classes");
    assertThrows(() => take([1, 1, 1, 4, 33]), RangeError, "over 33 classes");
    // 5 voxels of 2 images take 2 words each.
    assertThrows(() => take([2, 1, 1, 5, 2]), TypeError, "16 bytes of labels, found 8");
    assertThrows(
      () => take([1, 1, 1, 4, 2], { name: "tversky", alpha: 1, beta: 0, background: true }),
      RangeError,
      "beta must be positive",
    );
    assertEquals(gpu.memory.inUse, before);
  }),
);
