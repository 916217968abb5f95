import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import {
  adamReference,
  type OptimizerOptions,
  type OptimizerState,
  ReferenceNetwork,
  rmspropReference,
  sgdReference,
} from "../../reference/mod.ts";
import type { Gpu } from "../../src/gpu/mod.ts";
import {
  elementCount,
  lossOfLogits,
  NORM_EPSILON,
  parametersOf,
  runUNet,
  type TensorShape,
} from "../../src/nn/mod.ts";
import { createTrainingStep, type OptimizerSpec, type TrainingStep } from "../../src/train/mod.ts";
import { withGpu } from "../_gpu.ts";
import { randomNumbers, randomParameters } from "../nn/model/_networks.ts";
import { CONFIG, fresh, type HostBatch, hostBatch, IOU, randomBatch, upload } from "./_training.ts";

const SHAPE: TensorShape = [2, 4, 6, 8, 1];

type State = Map<string, Float32Array<ArrayBuffer>>;

async function stateOf(gpu: Gpu, training: TrainingStep): Promise<State> {
  const state: State = new Map();
  for (const [name, array] of training.state) state.set(name, await gpu.read(array, Float32Array));
  return state;
}

/** Some steps on batches of their own; losses and the state afterwards. */
async function train(gpu: Gpu, training: TrainingStep, steps: number) {
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    using batch = randomBatch(gpu, SHAPE, { seed: training.step });
    using loss = training.run(batch.images, batch.labels, 0.01);
    losses.push((await gpu.read(loss, Float32Array))[0]!);
  }
  return { losses, state: await stateOf(gpu, training) };
}

/** Loss, gradients and moments in f64. */
function inReference(parameters: State, { shape, images, labels }: HostBatch) {
  const network = new ReferenceNetwork({ parameters, epsilon: NORM_EPSILON });
  const logits = runUNet(CONFIG, network, network.image(images, shape));
  const [batch, nz, ny, nx] = shape;
  const voxels = nz * ny * nx;
  const { classes } = CONFIG;
  let value = 0;
  const gradient = new Float64Array(logits.values.length);
  for (let b = 0; b < batch; b++) {
    const from = b * voxels * classes;
    const image = lossOfLogits({
      logits: logits.values.subarray(from, from + voxels * classes),
      labels: labels.subarray(b * voxels, (b + 1) * voxels),
      classes,
    }, IOU);
    value += image.value / batch;
    gradient.set(image.gradient.map((g) => g / batch), from);
  }
  return { value, gradients: network.backward(logits, gradient), moments: network.moments };
}

/** A state in the middle of a training, when no second moment is near zero. */
function midway(slots: readonly string[]): State {
  const state: State = fresh().state as State;
  const parameters = randomParameters(CONFIG);
  for (const [i, [name, values]] of [...parameters].entries()) {
    state.set(name, values);
    for (const [j, slot] of slots.entries()) {
      const numbers = randomNumbers(values.length, 5000 + 100 * i + j);
      const square = slot.endsWith("square");
      state.set(`${slot}/${name}`, numbers.map((x) => square ? 1e-4 + 1e-4 * x * x : 1e-3 * x));
    }
  }
  return state;
}

/** Numbers of the optimizers' references; each uses some. */
const NUMBERS: Omit<OptimizerOptions, "l2"> = {
  rate: 0.01,
  beta1: 0.8,
  beta2: 0.95,
  decay: 0.9,
  momentum: 0.7,
  epsilon: 1e-8,
};
const { beta1, beta2, decay, momentum, epsilon } = NUMBERS;

type Step = (state: OptimizerState, gradient: Float64Array, options: OptimizerOptions) => void;

/** Specs, the slots of the first and the second moment, and references. */
const OPTIMIZERS: readonly (readonly [OptimizerSpec, readonly (string | undefined)[], Step])[] = [
  [
    { name: "adam", beta1, beta2, epsilon },
    ["adam.mean", "adam.square"],
    (state, gradient, options) => adamReference(state, gradient, 42, options),
  ],
  [
    { name: "rmsprop", decay, momentum, epsilon },
    ["rmsprop.step", "rmsprop.square"],
    rmspropReference,
  ],
  [
    { name: "rmsprop", decay, epsilon },
    [undefined, "rmsprop.square"],
    (state, gradient, options) => rmspropReference(state, gradient, { ...options, momentum: 0 }),
  ],
  [{ name: "sgd", momentum }, ["sgd.velocity"], sgdReference],
  [
    { name: "sgd" },
    [],
    (state, gradient, options) => sgdReference(state, gradient, { ...options, momentum: 0 }),
  ],
];

for (const [optimizer, [first, second], reference] of OPTIMIZERS) {
  Deno.test(
    `run() takes the step of ${JSON.stringify(optimizer)} that the f64 network and optimizer take`,
    withGpu(async (gpu) => {
      const l2 = 0.01;
      const averageDecay = 0.75;
      const slots = [first, second].filter((slot) => slot !== undefined);
      const before = midway(slots);
      using training = createTrainingStep(
        gpu,
        fresh({ state: before, optimizer, l2, averageDecay, step: 41 }),
      );
      const batch = hostBatch(SHAPE, CONFIG.classes, 9);
      using uploaded = upload(gpu, batch);
      using loss = training.run(uploaded.images, uploaded.labels, NUMBERS.rate);
      const after = await stateOf(gpu, training);
      const wanted = inReference(before, batch);

      assertEquals(training.step, 42);
      assertAlmostEquals((await gpu.read(loss, Float32Array))[0]!, wanted.value, 1e-6);
      for (const { name, role } of parametersOf(CONFIG)) {
        const old = before.get(name)!;
        const slot = (of: string | undefined) =>
          Float64Array.from(of ? before.get(`${of}/${name}`)! : new Float64Array(old.length));
        const state = {
          weights: Float64Array.from(old),
          first: slot(first),
          second: slot(second),
        };
        const gradient = wanted.gradients.get(name)!;
        reference(state, gradient, { ...NUMBERS, l2: role === "weights" ? l2 : 0 });
        // Steps of up to 0.01 whose gradients are off by 1e-5 of themselves, and a rounding of numbers up to 4.
        assertNear(after.get(name)!, state.weights, 1e-6, name);
        if (first) {
          assertNear(after.get(`${first}/${name}`)!, state.first, 1e-6, `${first}/${name}`);
        }
        if (second) {
          assertNear(after.get(`${second}/${name}`)!, state.second, 1e-6, `${second}/${name}`);
        }
        const average = state.weights.map((w, i) =>
          averageDecay * old[i]! + (1 - averageDecay) * w
        );
        assertNear(after.get(`average/${name}`)!, average, 1e-6, `average/${name}`);
      }
    }),
  );
}

function assertNear(
  found: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: number,
  what: string,
) {
  assertEquals(found.length, wanted.length, what);
  for (let i = 0; i < found.length; i++) {
    assert(
      Math.abs(found[i]! - wanted[i]!) <= tolerance,
      `${what}[${i}]: ${found[i]}, but ${wanted[i]} in f64`,
    );
  }
}

Deno.test(
  "run() moves the running statistics a tenth of the way to the batch's, its variance unbiased",
  withGpu(async (gpu) => {
    const batch = hostBatch(SHAPE, CONFIG.classes, 9);
    const options = fresh();
    using training = createTrainingStep(gpu, options);
    using uploaded = upload(gpu, batch);
    using _ = training.run(uploaded.images, uploaded.labels, 0.01);
    const after = await stateOf(gpu, training);
    const { moments } = inReference(options.state as State, batch);
    const [mean, variance] = [moments[1]!.mean, moments[1]!.variance];
    const count = elementCount(SHAPE);
    assertNear(after.get("down0.conv1.mean")!, mean.map((m) => 0.1 * m), 1e-6, "mean");
    assertNear(
      after.get("down0.conv1.variance")!,
      variance.map((v) => 0.9 + 0.1 * v * count / (count - 1)),
      1e-6,
      "variance",
    );
  }),
);

Deno.test(
  "training again gives the same state bit for bit, recomputing or not",
  withGpu(async (gpu) => {
    const results = [];
    for (const recompute of [false, false, true]) {
      using training = createTrainingStep(gpu, fresh({ recompute, averageDecay: 0.9 }));
      results.push(await train(gpu, training, 5));
    }
    assertEquals(results[1], results[0]);
    assertEquals(results[2], results[0]);
    assertNotEquals(results[0]!.losses[0], results[0]!.losses[4]);
  }),
);

Deno.test(
  "a training that goes on from its state ends where one without a break ends, bit for bit",
  withGpu(async (gpu) => {
    const options = {
      averageDecay: 0.9,
      l2: 1e-4,
      optimizer: { name: "rmsprop", momentum: 0.9 },
    } as const;
    using whole = createTrainingStep(gpu, fresh(options));
    const wanted = await train(gpu, whole, 6);
    using first = createTrainingStep(gpu, fresh(options));
    const { state } = await train(gpu, first, 3);
    using second = createTrainingStep(gpu, fresh({ ...options, state, step: 3 }));
    assertEquals((await train(gpu, second, 3)).state, wanted.state);
  }),
);

Deno.test(
  "the loss falls on a batch that is learnt by heart",
  withGpu(async (gpu) => {
    using training = createTrainingStep(gpu, fresh());
    using batch = randomBatch(gpu, SHAPE);
    const losses: number[] = [];
    for (let i = 0; i < 60; i++) {
      using loss = training.run(batch.images, batch.labels, 0.01);
      losses.push((await gpu.read(loss, Float32Array))[0]!);
    }
    // Thirds of chance give an IOU of 1/5 to 1/3; labels are told apart by their mean.
    assert(losses[0]! > 0.6 && losses.at(-1)! < 0.3, `${losses[0]} to ${losses.at(-1)}`);
  }),
);

Deno.test(
  "createTrainingStep() refuses a state that is not this network's",
  withGpu((gpu) => {
    const before = gpu.memory.inUse;
    const refused = (change: (state: State) => void, message: string) => {
      const state = new Map(fresh().state);
      change(state);
      assertThrows(() => createTrainingStep(gpu, fresh({ state })), TypeError, message);
    };
    refused((state) => state.delete("head.bias"), '"head.bias" has 3 numbers, none is given');
    refused((state) => state.set("head.bias", new Float32Array(4)), "has 3 numbers, 4 are given");
    refused((state) => state.delete("down0.conv0.mean"), '"down0.conv0.mean" has 4 numbers');
    refused(
      (state) => state.set("adam.mean/head.bias", new Float32Array(2)),
      '"adam.mean/head.bias" has 3 numbers, 2 are given',
    );
    refused(
      (state) => state.set("sgd.velocity/head.bias", new Float32Array(3)),
      'nothing in this training is called "sgd.velocity/head.bias"',
    );
    assertEquals(gpu.memory.inUse, before);
  }),
);

Deno.test(
  "run() refuses images and labels that the network cannot take, before anything runs",
  withGpu((gpu) => {
    using training = createTrainingStep(gpu, fresh());
    using odd = randomBatch(gpu, [1, 4, 3, 4, 1]);
    using twofold = randomBatch(gpu, [1, 4, 4, 4, 2]);
    assertThrows(() => training.run(odd.images, odd.labels, 0.1), RangeError, "multiple of 2");
    assertThrows(() => training.run(twofold.images, twofold.labels, 0.1), TypeError, "1 channels");
    assertEquals(training.step, 0);
  }),
);
