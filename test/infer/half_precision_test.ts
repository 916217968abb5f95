import {
  assertEquals,
  assertGreater,
  assertLess,
  assertLessOrEqual,
  assertThrows,
} from "@std/assert";
import { ReferenceNetwork } from "../../reference/nn_network.ts";
import { phantom } from "../../src/data/mod.ts";
import { type Gpu, selectAdapter } from "../../src/gpu/mod.ts";
import { segmentVolume, uploadNetwork } from "../../src/infer/mod.ts";
import { dice } from "../../src/metrics/mod.ts";
import {
  GpuTensor,
  type Model,
  NORM_EPSILON,
  type Precision,
  readModel,
  runUNet,
  type TensorShape,
  type UNetConfig,
} from "../../src/nn/mod.ts";
import { testAdapter, withGpu } from "../_gpu.ts";
import { randomImages, randomModel } from "../nn/_models.ts";
import { testUnless } from "../_skip.ts";
import { boxCase, inFolder, trainTiny } from "../train/_runs.ts";

const { info } = await selectAdapter(testAdapter());
const reason = info.features.includes("shader-f16")
  ? undefined
  : `${info.description} has no half precision`;

async function logitsOf(
  gpu: Gpu,
  { model, shape, precision }: {
    readonly model: Model;
    readonly shape: TensorShape;
    readonly precision: Precision;
  },
): Promise<Float32Array> {
  using image = new GpuTensor(gpu.upload(randomImages(shape)), shape);
  using network = uploadNetwork(gpu, model, { precision });
  using logits = network.run(image);
  assertEquals(logits.precision, "f32");
  return await gpu.read(logits.array, Float32Array);
}

/** The same in f64, rounded where half precision is stored. */
function referenceLogits(model: Model, shape: TensorShape, half: boolean): Float64Array {
  const { config, weights: parameters } = model;
  const network = new ReferenceNetwork({ parameters, epsilon: NORM_EPSILON, trained: true, half });
  return runUNet(config, network, network.image(randomImages(shape), shape)).values;
}

/** The root of the mean of squared differences. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum / a.length);
}

const networks: [what: string, changes: Partial<UNetConfig>][] = [
  ["the paper's ways down and up", { channels: [4, 6, 8], convolutions: 2 }],
  ["instance normalisation, odd channels", { norm: "instance", channels: [3, 5], slope: 0.1 }],
  ["split convolutions, trilinear upsampling", { split: true, up: "trilinear", pool: 2 }],
];

for (const [what, changes] of networks) {
  testUnless(
    `uploadNetwork() in half precision gives the logits of 32 bits but for rounding: ${what}`,
    reason,
    withGpu(async (gpu) => {
      const work = { model: randomModel(changes), shape: [2, 12, 8, 16, 1] } as const;
      const expected = await logitsOf(gpu, { ...work, precision: "f32" });
      const found = await logitsOf(gpu, { ...work, precision: "f16" });
      // Rounding alone, to the nearest, by an independent computation. WGSL leaves an adapter the direction: that may double each error.
      const rounding = distance(
        referenceLogits(work.model, work.shape, true),
        referenceLogits(work.model, work.shape, false),
      );
      const off = distance(found, expected);
      assertLessOrEqual(off, 2 * rounding);
      assertLessOrEqual(rounding / 4, off, "nothing was rounded");
      assertEquals(gpu.memory.inUse, 0);
    }),
  );
}

testUnless(
  "uploadNetwork() in half precision takes about half of the memory",
  reason,
  withGpu(async (gpu) => {
    const work = { model: randomModel({ channels: [8, 16] }), shape: [1, 32, 32, 32, 1] } as const;
    await logitsOf(gpu, { ...work, precision: "f16" });
    const half = gpu.memory.peak;
    await logitsOf(gpu, { ...work, precision: "f32" });
    assertLess(half, 0.6 * gpu.memory.peak);
  }),
);

testUnless(
  "segmentVolume() in half precision gives the labels of 32 bits but where two classes are level",
  reason,
  withGpu(async (gpu) => {
    const { ct: volume } = await phantom(gpu, { seed: 1, dims: [40, 32, 40], spacing: [8, 8, 8] });
    const model = { ...randomModel({ channels: [4, 6] }), spacing: [8, 8, 8] as const };
    const whole = await segmentVolume(gpu, { volume, model });
    const half = await segmentVolume(gpu, { volume, model, precision: "f16" });
    assertEquals(new Set(whole.data).size, 3);
    // Nobody trained the network: its logits are noise, and about a part in a thousand of the gaps between them are below their rounding.
    const differing = half.data.filter((label, i) => label !== whole.data[i]).length;
    assertLessOrEqual(differing, whole.data.length / 200);
  }),
);

testUnless(
  "half precision leaves the Dice of a trained network within 0.002",
  reason,
  withGpu((gpu) =>
    inFolder(async (folder) => {
      const model = await readModel((await trainTiny(gpu, folder)).modelPath);
      const { volume, labels } = boxCase(3);
      const diceOf = async (precision: Precision) => {
        const { data } = await segmentVolume(gpu, { volume, model, precision });
        return dice(data, labels.data, 1)!;
      };
      const whole = await diceOf("f32");
      assertGreater(whole, 0.9);
      assertLessOrEqual(Math.abs(await diceOf("f16") - whole), 0.002);
    })
  ),
);

testUnless(
  "uploadNetwork() refuses weights beyond half precision",
  reason,
  withGpu((gpu) => {
    const model = randomModel();
    const [name, numbers] = [...model.weights].find(([name]) => name.endsWith("weights"))!;
    const weights = new Map([...model.weights, [name, numbers.with(1, 1e7)]]);
    assertThrows(
      () => uploadNetwork(gpu, { ...model, weights }, { precision: "f16" }),
      RangeError,
      `"${name}" has numbers beyond 65504; use 32 bits`,
    );
    assertEquals(gpu.memory.inUse, 0);
    return Promise.resolve();
  }),
);

Deno.test(
  "uploadNetwork() refuses half precision where the device has none",
  withGpu((gpu) => {
    // The same device, as one without the feature.
    const device = { features: new Set<string>() };
    const without = new Proxy(gpu, {
      get: (gpu, name) => name === "device" ? device : Reflect.get(gpu, name, gpu),
    });
    assertThrows(
      () => uploadNetwork(without, randomModel(), { precision: "f16" }),
      RangeError,
      "Cannot run the network in half precision",
    );
    assertEquals(gpu.memory.inUse, 0);
  }),
);
