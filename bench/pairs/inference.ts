import { ReferenceNetwork } from "../../reference/mod.ts";
import type { Gpu } from "../../src/gpu/mod.ts";
import { uploadNetwork } from "../../src/infer/mod.ts";
import {
  elementCount,
  GpuTensor,
  initialParameters,
  initialStatistics,
  NORM_EPSILON,
  parametersOf,
  presetConfig,
  runningStatisticsOf,
  runUNet,
  type TensorShape,
  type UNetConfig,
} from "../../src/nn/mod.ts";
import { fillNormal } from "../../src/random/mod.ts";
import { type Vec3, voxelCount } from "../../src/volume/mod.ts";
import { multiplyAddsOf } from "./_train_step.ts";
import { waves } from "./_warps.ts";
import type { Case, Pair } from "./pair.ts";

type Floats = Float32Array<ArrayBuffer>;

/** A network and an image. */
export interface InferenceInput {
  readonly config: UNetConfig;
  readonly shape: TensorShape;
  readonly images: Floats;
  /** Parameters and running statistics by name. */
  readonly state: Readonly<Record<string, Floats>>;
  /** Their axes by name, for programs that do not know the network. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

const SMALL = presetConfig("unet-small", { classes: 7 });
const THIN: UNetConfig = { ...SMALL, channels: [3, 5], convolutions: 1 };

function inferenceCase(name: string, config: UNetConfig, dims: Vec3): Case<InferenceInput> {
  const [nx, ny, nz] = dims;
  const input = (): InferenceInput => {
    const noise = fillNormal({ seed: 23, stream: 0 }, new Float32Array(voxelCount(dims)));
    // Running statistics that differ from channel to channel.
    const statistics = [...initialStatistics(config)].map(([name, values], i) => {
      const normals = fillNormal({ seed: 23, stream: 1 + i }, new Float32Array(values.length));
      return [name, values.map((value, c) => value + 0.1 * Math.abs(normals[c]!))] as const;
    });
    return {
      config,
      shape: [1, nz, ny, nx, 1],
      images: waves(dims, 20).map((hu, i) => hu / 600 + 0.05 * noise[i]!),
      state: Object.fromEntries([...initialParameters(config, 7), ...statistics]),
      shapes: Object.fromEntries(
        [...parametersOf(config), ...runningStatisticsOf(config)]
          .map(({ name, shape }) => [name, shape]),
      ),
    };
  };
  return { name, input };
}

async function inferOnGpu(
  gpu: Gpu,
  { config, shape, images, state }: InferenceInput,
): Promise<Floats> {
  using image = new GpuTensor(gpu.upload(images), shape);
  using network = uploadNetwork(gpu, { config, weights: new Map(Object.entries(state)) });
  using logits = network.run(image);
  return await gpu.read(logits.array, Float32Array, { length: elementCount(logits.shape) });
}

/** A trained network on an image: the numbers and the image to the GPU, logits back. */
export const inference: Pair<InferenceInput> = {
  name: "nn/inference",
  kernels: [
    "src/nn/ops/correlate.wgsl.ts",
    "src/nn/ops/max_pool.wgsl.ts",
    "src/nn/ops/pack_weights.wgsl.ts",
    "src/nn/ops/voxels.wgsl.ts",
    "src/nn/ops/winograd.wgsl.ts",
    "src/nn/ops/winograd_transforms.wgsl.ts",
  ],
  cases: [
    { ...inferenceCase("unet-small, 32 x 24 x 32", SMALL, [32, 24, 32]), headline: true },
    {
      ...inferenceCase("unet-small, a torso at 3 mm, 128 x 104 x 112", SMALL, [128, 104, 112]),
      headline: true,
    },
    { ...inferenceCase("unet-small, 8 x 8 x 8", SMALL, [8, 8, 8]), brief: true },
    {
      ...inferenceCase("instances, leaky ReLU, transposed 2, 12 x 8 x 4", {
        ...THIN,
        ...{ norm: "instance", slope: 0.1, up: "transposed-2", pool: 2 },
      }, [12, 8, 4]),
      edge: true,
    },
    {
      ...inferenceCase("split, trilinear, 6 x 10 x 4", {
        ...THIN,
        ...{ split: true, up: "trilinear" },
      }, [6, 10, 4]),
      edge: true,
    },
  ],
  gpu: inferOnGpu,
  references: {
    typescript: ({ config, shape, images, state }) => {
      const parameters = new Map(Object.entries(state));
      const network = new ReferenceNetwork({ parameters, epsilon: NORM_EPSILON, trained: true });
      return Float32Array.from(runUNet(config, network, network.image(images, shape)).values);
    },
  },
  acceptance: {
    class: "absolute",
    tolerance: 5e-5,
    reason:
      "Activations of a few units through 14 layers, each of which may be off by 2e-5 at most and by 3e-6 as a rule, see nn/conv3d: " +
      "as errors of random sign sqrt(14) * 3e-6 * 4",
  },
  work: ({ config, shape, images, state }) => ({
    bytes: images.byteLength + 4 * elementCount(shape) * config.classes +
      Object.values(state).reduce((sum, { byteLength }) => sum + byteLength, 0),
    flops: 2 * multiplyAddsOf(config, shape).forward,
  }),
};
