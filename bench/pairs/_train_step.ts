import { adamReference, lossReference, ReferenceNetwork } from "../../reference/mod.ts";
import { fillNormal } from "../../src/random/mod.ts";
import {
  elementCount,
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
import { type Vec3, voxelCount } from "../../src/volume/mod.ts";
import { regions, waves } from "./_warps.ts";
import type { Acceptance, Case, OutputPart } from "./pair.ts";

type Floats = Float32Array<ArrayBuffer>;

/** A training that has run for some steps, and its next batch. */
export interface TrainStepInput {
  readonly config: UNetConfig;
  readonly shape: TensorShape;
  readonly images: Floats;
  /** One byte a voxel, each image padded to whole words. */
  readonly labels: Uint8Array<ArrayBuffer>;
  /** Parameters, running statistics and Adam's second moments by name; first moments are zero. */
  readonly state: Readonly<Record<string, Floats>>;
  /** Axes of parameters and running statistics by name, for programs that do not know the network. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Steps done before. */
  readonly step: number;
  readonly rate: number;
  readonly l2: number;
}

/** Classes of {@linkcode regions}, and one that no image has. */
const CLASSES = 7;
const SMALL = presetConfig("unet-small", { classes: CLASSES });
const THIN: UNetConfig = { ...SMALL, channels: [3, 5], convolutions: 1 };

/** A quick run times the small step alone: the oracle takes 10 s for the larger one, which the goals are about. */
export const CASES: readonly Case<TrainStepInput>[] = [
  { ...stepCase("unet-small, 8 x 8 x 8", SMALL, [8, 8, 8]), brief: true },
  { ...stepCase("unet-small, 16 x 16 x 16", SMALL, [16, 16, 16]), headline: true },
  { ...stepCase("unet-small, 48 x 48 x 48", SMALL, [48, 48, 48]), headline: true },
  edge("batch 2, pool 2, leaky ReLU, transposed 2, instances, 12 x 8 x 4", [12, 8, 4], 2, {
    norm: "instance",
    pool: 2,
    slope: 0.1,
    up: "transposed-2",
  }),
  edge("split, trilinear, 6 x 10 x 4", [6, 10, 4], 1, { split: true, up: "trilinear" }),
  edge("nearest, 4 x 2 x 2", [4, 2, 2], 1, { up: "nearest" }),
];

function edge(
  name: string,
  dims: Vec3,
  images: number,
  config: Partial<UNetConfig>,
): Case<TrainStepInput> {
  return { ...stepCase(name, { ...THIN, ...config }, dims, images), edge: true };
}

function stepCase(name: string, config: UNetConfig, dims: Vec3, images = 1): Case<TrainStepInput> {
  return { name, input: () => stepInput(config, dims, images) };
}

function stepInput(config: UNetConfig, dims: Vec3, images: number): TrainStepInput {
  const voxels = voxelCount(dims);
  const padded = 4 * Math.ceil(voxels / 4);
  const input = {
    images: new Float32Array(images * voxels),
    labels: new Uint8Array(images * padded),
  };
  for (let b = 0; b < images; b++) {
    // Noise: where an image is flat, activations are equal but for roundings, and any may be its window's maximum.
    const noise = fillNormal({ seed: 22, stream: b }, new Float32Array(voxels));
    const image = waves(dims, 20 + b).map((hu, i) => hu / 600 + 0.05 * noise[i]!);
    input.images.set(image, b * voxels);
    // A tenth of the voxels does not count.
    const labels = regions(dims, 20 + b).map((label, i) => i % 10 === 9 ? 255 : label);
    input.labels.set(labels, b * padded);
  }
  const parameters = initialParameters(config, 7);
  // As after some steps: without them the first step of Adam is of one size whatever the gradient.
  const squares = [...parameters].map(([name, { length }], stream) =>
    [
      `adam.square/${name}`,
      fillNormal({ seed: 21, stream }, new Float32Array(length)).map((x) => 1e-4 * (1 + x * x)),
    ] as const
  );
  const [nx, ny, nz] = dims;
  return {
    ...input,
    config,
    shape: [images, nz, ny, nx, 1],
    state: Object.fromEntries([...parameters, ...initialStatistics(config), ...squares]),
    shapes: Object.fromEntries(
      [...parametersOf(config), ...runningStatisticsOf(config)].map(({ name, shape }) => [
        name,
        shape,
      ]),
    ),
    step: 40,
    rate: 1e-3,
    l2: 1e-4,
  };
}

/** Losses are below 1. */
const LOSS: Acceptance = {
  class: "absolute",
  tolerance: 1e-6,
  reason:
    "Sums over the volume of probabilities behind some 20 layers in 32 bits, a few 2^-24 each",
};

/** First moments are a tenth of the gradient, which is up to 0.15 in the smallest cases and 0.01 at 48^3. */
const MOMENTS: Acceptance = {
  class: "absolute",
  tolerance: 5e-7,
  reason:
    "A tenth of the gradient: beside roundings, of a million activations one is so near to 0, or to another of its window, " +
    "that ReLU or max-pooling decide otherwise, and moves it by a voxel's share, 2e-7 at 48^3",
};

/** The acceptance of parameters. */
export const PARAMETERS: Acceptance = {
  class: "absolute",
  tolerance: 3e-7,
  reason:
    "Steps of up to 0.001 from moments that are that near, and one rounding of parameters of up to 4",
};

/**
 * The parts of an output.
 *
 * @param input The case.
 * @returns The loss; parameters; Adam's first moments.
 */
export function stepParts({ config }: TrainStepInput): OutputPart[] {
  const length = parametersOf(config).reduce((sum, { shape }) => sum + elementCount(shape), 0);
  return [
    { name: "loss", length: 1, acceptance: LOSS },
    { name: "parameters", length },
    { name: "first moments", length, acceptance: MOMENTS },
  ];
}

/**
 * A step in f64: loss, parameters and first moments afterwards.
 *
 * @param input The training and its batch.
 * @returns Each as an array.
 */
export function stepReference(
  { config, shape, images, labels, state, step, rate, l2 }: TrainStepInput,
): Float32Array[] {
  const network = new ReferenceNetwork({
    parameters: new Map(Object.entries(state)),
    epsilon: NORM_EPSILON,
  });
  const logits = runUNet(config, network, network.image(images, shape));
  const [batch, nz, ny, nx] = shape;
  const { value, gradient } = lossReference({
    logits: logits.values,
    labels,
    images: batch,
    voxels: nz * ny * nx,
    classes: config.classes,
    loss: { name: "iou", background: true },
  });
  const gradients = network.backward(logits, gradient);
  const trained = parametersOf(config).map(({ name, role }) => {
    const weights = Float64Array.from(state[name]!);
    const first = new Float64Array(weights.length);
    const second = Float64Array.from(state[`adam.square/${name}`]!);
    adamReference({ weights, first, second }, gradients.get(name)!, step + 1, {
      rate,
      l2: role === "weights" ? l2 : 0,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      decay: 0,
      momentum: 0,
    });
    return { weights: Float32Array.from(weights), first: Float32Array.from(first) };
  });
  return [
    Float32Array.of(value),
    ...trained.map(({ weights }) => weights),
    ...trained.map(({ first }) => first),
  ];
}

/**
 * Operations of a step: each convolution runs forward, by its input (the first block's but) and by its weights.
 *
 * @param input The case.
 * @returns Operations, a multiply-add counting two.
 */
export function stepFlops({ config, shape }: TrainStepInput): number {
  const { forward, first } = multiplyAddsOf(config, shape);
  return 2 * (3 * forward - first);
}

/**
 * Multiply-adds of a network's convolutions.
 *
 * @param config The network.
 * @param shape Axes of its input.
 * @returns Those of the way forward, and those of its first convolution.
 */
export function multiplyAddsOf(
  config: UNetConfig,
  shape: TensorShape,
): { readonly forward: number; readonly first: number } {
  let forward = 0;
  let first = 0;
  const count = (voxels: number, macs: number) => {
    const all = voxels * macs;
    first ||= all;
    forward += all;
    return voxels;
  };
  const voxels = elementCount(shape.slice(0, 4));
  runUNet<number>(config, {
    block: (n, { convolutions }) =>
      convolutions.reduce(
        (n, { size, inputChannels, channels }) =>
          count(n, elementCount(size) * inputChannels * channels),
        n,
      ),
    convolution: (n, { inputChannels, channels }) => count(n, inputChannels * channels),
    // Each tap of each input voxel reaches one output.
    transposed: (n, { size, inputChannels, channels }) =>
      8 * count(n, size ** 3 * inputChannels * channels),
    upsample: (n) => 8 * n,
    maxPool: (n) => n / 8,
    concat: (a) => a,
    release: () => {},
  }, voxels);
  return { forward, first };
}
