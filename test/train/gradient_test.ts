import * as tf from "@tensorflow/tfjs-core";
import { assert, assertEquals } from "@std/assert";
import { ReferenceNetwork } from "../../reference/mod.ts";
import { defineKernel, type Gpu } from "../../src/gpu/mod.ts";
import {
  elementCount,
  NORM_EPSILON,
  runUNet,
  type TensorShape,
  type UNetConfig,
} from "../../src/nn/mod.ts";
import { tapeOps } from "../../src/train/ops/network.ts";
import { Tape, type TapeKernel, type Tensor } from "../../src/train/tape.ts";
import { withGpu } from "../_gpu.ts";
import { NETWORKS, randomNumbers, randomParameters } from "../nn/model/_networks.ts";

const dotWgsl = defineKernel({
  label: "test/dot",
  code: `@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(1) fn main() {
  var sum = 0.0;
  for (var i = 0u; i < arrayLength(&x); i++) { sum += x[i] * w[i]; }
  y[0] = sum;
}`,
  bindings: { x: "read", w: "read", y: "write" },
});

const dot: TapeKernel<undefined> = {
  name: "test/dot",
  run: (call) => {
    const y = call.gpu.allocate(4);
    call.gpu.dispatch(dotWgsl, { x: call.array("x"), w: call.array("w"), y }, [1]);
    return [{ array: y, shape: [] }];
  },
};

/** sum(x w), which ends a tape. */
function weightedSum(tape: Tape, x: Tensor, w: Tensor): Tensor {
  return tape.op([x], () => ({
    value: tape.run(dot, { x, w }, undefined)[0]!,
    gradient: () => [tf.clone(w)],
  }));
}

interface Problem {
  readonly config: UNetConfig;
  readonly shape: TensorShape;
  readonly recompute?: boolean;
}

/** The logits' weighted sum and its gradients, on the GPU. */
async function onTape(gpu: Gpu, { config, shape, recompute = false }: Problem) {
  using held = new DisposableStack();
  const tape = held.use(new Tape(gpu));
  tape.activate();
  const upload = (values: Float32Array<ArrayBuffer>, shape?: readonly number[]) =>
    tape.borrow(held.use(gpu.upload(values)), shape);
  const image = upload(randomNumbers(elementCount(shape), 1000), shape);
  const parameters = new Map(
    [...randomParameters(config)].map(([name, values]) => [name, upload(values)]),
  );
  const logitsShape = [...shape.slice(0, 4), config.classes];
  const share = upload(randomNumbers(elementCount(logitsShape), 1001), logitsShape);
  const { value, gradients } = tape.gradients(() => {
    const ops = tapeOps(tape, { image, parameters, recompute });
    return weightedSum(tape, runUNet(config, ops, image), share);
  }, [...parameters.values()]);
  const read = (tensor: Tensor) => gpu.read(tape.arrayOf(tensor), Float32Array);
  const found = new Map<string, Float32Array>();
  for (const [i, name] of [...parameters.keys()].entries()) {
    found.set(name, await read(gradients[i]!));
  }
  const sum = (await read(value))[0]!;
  tf.dispose([value, ...gradients]);
  return { value: sum, gradients: found };
}

/** The same in f64. */
function inReference({ config, shape }: Problem) {
  const network = new ReferenceNetwork({
    parameters: randomParameters(config),
    epsilon: NORM_EPSILON,
  });
  const logits = runUNet(
    config,
    network,
    network.image(randomNumbers(elementCount(shape), 1000), shape),
  );
  const share = randomNumbers(logits.values.length, 1001);
  const value = logits.values.reduce((sum, logit, i) => sum + logit * share[i]!, 0);
  return { value, gradients: network.backward(logits, share) };
}

for (const [name, config] of NETWORKS) {
  Deno.test(
    `the tape's gradient by every parameter is the reference's: ${name}`,
    withGpu(async (gpu) => {
      const shape: TensorShape = [2, 4, 8, 12, config.inputChannels];
      const [found, wanted] = [
        await onTape(gpu, { config, shape }),
        inReference({ config, shape }),
      ];
      // Sums of 2,304 products of numbers around 1, each off by some roundings of 2^-24.
      assert(Math.abs(found.value - wanted.value) < 1e-3, `${found.value}, ${wanted.value}`);
      assertEquals([...found.gradients.keys()].sort(), [...wanted.gradients.keys()].sort());
      for (const [name, gradient] of wanted.gradients) {
        const largest = Math.max(...gradient.map(Math.abs));
        const off = Math.max(
          ...found.gradients.get(name)!.map((value, i) => Math.abs(value - gradient[i]!)),
        );
        // Sums of thousands of products in 32 bits: a few roundings of 2^-24 of the largest were seen, and a ReLU that flips would show.
        assert(off < 1e-5 * largest, `${name}: off by ${off}, the largest is ${largest}`);
      }
    }),
  );
}

for (const [name, config] of NETWORKS.slice(0, 3)) {
  Deno.test(
    `recomputing in the backward pass gives the same gradient bit for bit: ${name}`,
    withGpu(async (gpu) => {
      const shape: TensorShape = [1, 4, 4, 4, config.inputChannels];
      const kept = await onTape(gpu, { config, shape });
      assertEquals(await onTape(gpu, { config, shape, recompute: true }), kept);
    }),
  );
}
