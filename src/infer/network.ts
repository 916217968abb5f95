import type { Gpu, GpuArray } from "../gpu/mod.ts";
import {
  conv3d,
  type ConvolutionLayer,
  convTranspose3d,
  foldBatchNorm,
  type GpuTensor,
  layersOf,
  maxPool3d,
  type Model,
  type NetworkOps,
  NORM_EPSILON,
  normalize,
  type NormLayer,
  parametersOf,
  type Precision,
  runningStatisticsOf,
  runUNet,
  upsample3d,
} from "../nn/mod.ts";

/** A network with its numbers on the GPU; disposing of it frees them. */
export interface GpuNetwork extends Disposable {
  /** How its activations and the weights of its convolutions are stored; image, logits and all other numbers are 32-bit floats. */
  readonly precision: Precision;
  /**
   * Records running it. Batch normalisation uses the running statistics.
   *
   * @param image [batch, z, y, x, inputChannels], its axes multiples of `requiredMultiple` of the config. It stays the caller's.
   * @returns Logits [batch, z, y, x, classes].
   */
  run(image: GpuTensor): GpuTensor;
}

/**
 * Brings a network's numbers to the GPU.
 *
 * @param gpu Where to.
 * @param model Config, and parameters and running statistics by name.
 * @param options `precision` of activations and weights, 32-bit floats by default. Half precision takes half of their memory. Sums stay
 * 32-bit floats, and so do biases and normalisation: few numbers, whose rounding every voxel of a channel would share. It needs the feature
 * `shader-f16`, and should be used where `selfTest` finds it right.
 * @returns The network.
 * @throws {ReferenceError} If a parameter is missing.
 * @throws {RangeError} If the device has no half precision, or a weight is beyond its range.
 */
export function uploadNetwork(
  gpu: Gpu,
  { config, weights }: Pick<Model, "config" | "weights">,
  { precision = "f32" }: { readonly precision?: Precision | undefined } = {},
): GpuNetwork {
  if (precision === "f16" && !gpu.device.features.has("shader-f16")) {
    throw new RangeError(
      `Cannot run the network in half precision: ${gpu.info.description} does not offer it`,
    );
  }
  using held = new DisposableStack();
  const filters = new Set(
    parametersOf(config).filter(({ role }) => role === "weights").map(({ name }) => name),
  );
  const arrays = new Map<string, GpuArray>();
  for (const [name, numbers] of inferenceNumbers({ config, weights })) {
    const stored = precision === "f16" && filters.has(name) ? halves(name, numbers) : numbers;
    arrays.set(name, held.use(gpu.upload(stored, name)));
  }
  const owned = held.move();
  return {
    precision,
    run(image) {
      const live: Live = new Map();
      try {
        const [logits] = runUNet(config, inferOps(gpu, arrays, precision, live), [image]);
        return logits as GpuTensor;
      } catch (error) {
        for (const tensor of live.keys()) tensor[Symbol.dispose]();
        throw error;
      }
    },
    [Symbol.dispose]: () => owned.dispose(),
  };
}

/** The numbers of a network whose batch normalisations are in the convolutions before them, with the bias under the name of beta. */
function inferenceNumbers(
  { config, weights }: Pick<Model, "config" | "weights">,
): Map<string, Float32Array<ArrayBuffer>> {
  for (const { name } of [...parametersOf(config), ...runningStatisticsOf(config)]) {
    if (!weights.has(name)) {
      throw new ReferenceError(`Cannot run the network: it has no "${name}"`);
    }
  }
  const numbers = new Map(parametersOf(config).map(({ name }) => [name, weights.get(name)!]));
  const { down, up } = layersOf(config);
  for (const block of [...down.flat(), ...up.flatMap(({ blocks }) => blocks)]) {
    const folded = foldBatchNorm(weights, block);
    if (!folded) continue;
    numbers.set(block.convolutions.at(-1)!.weights, folded.weights);
    numbers.set(block.norm.beta, folded.bias);
  }
  return numbers;
}

/** Numbers in half precision, padded to whole words. */
function halves(name: string, numbers: Float32Array): Uint16Array<ArrayBuffer> {
  const rounded = new Float16Array(2 * Math.ceil(numbers.length / 2));
  rounded.set(numbers);
  if (!rounded.every(Number.isFinite)) {
    throw new RangeError(
      `Cannot run the network in half precision: "${name}" has numbers beyond 65504; use 32 bits`,
    );
  }
  return new Uint16Array(rounded.buffer);
}

/** A tensor of the network's precision, or the image or the logits; two whose channels follow each other before they are convolved. */
type Activation = readonly [GpuTensor<Precision>, GpuTensor<Precision>?];

/** Tensors that were made, and how many activations have them: memory that goes back if an op fails. */
type Live = Map<GpuTensor<Precision>, number>;

/**
 * The ops of a network on GPU memory.
 *
 * @param precision How weights, and activations between image and logits, are stored.
 * @param live Keeps count.
 */
function inferOps(
  gpu: Gpu,
  arrays: ReadonlyMap<string, GpuArray>,
  precision: Precision,
  live: Live,
): NetworkOps<Activation> {
  const array = (name: string) => arrays.get(name)!;
  const keep = (tensor: GpuTensor<Precision>): Activation => {
    live.set(tensor, (live.get(tensor) ?? 0) + 1);
    return [tensor];
  };
  const release = (x: Activation) => {
    for (const tensor of x) {
      if (!tensor) continue;
      const others = live.get(tensor)! - 1;
      live.set(tensor, others);
      if (others > 0) continue;
      live.delete(tensor);
      tensor[Symbol.dispose]();
    }
  };
  const convolution = (
    [input, beside]: Activation,
    { weights, size, channels }: ConvolutionLayer,
    options: {
      readonly precision: Precision;
      readonly bias?: GpuArray;
      readonly slope?: number;
    },
  ) => {
    const filter = { weights: array(weights), weightPrecision: precision };
    const shape = { size, stride: 1, channels } as const;
    return keep(conv3d(gpu, { input, beside, ...filter, ...shape, ...options }));
  };
  const normalized = ([input]: Activation, { gamma, beta, kind, slope }: NormLayer) => {
    const { output, statistics } = normalize(gpu, {
      ...{ input, kind, slope, epsilon: NORM_EPSILON },
      gamma: array(gamma),
      beta: array(beta),
    });
    statistics[Symbol.dispose]();
    return keep(output);
  };
  return {
    convolution: (x, layer) => convolution(x, layer, { precision: "f32", bias: array(layer.bias) }),
    block(x, { convolutions, norm }) {
      const last = convolutions.length - 1;
      const folded = norm.running && { bias: array(norm.beta), slope: norm.slope };
      let at = x;
      for (const [i, layer] of convolutions.entries()) {
        const before = at;
        at = convolution(before, layer, { precision, ...i === last && folded });
        if (before !== x) release(before);
      }
      if (folded) return at;
      const output = normalized(at, norm);
      release(at);
      return output;
    },
    transposed: ([input], { weights, bias, size, channels }) =>
      keep(convTranspose3d(gpu, {
        input,
        weights: array(weights),
        weightPrecision: precision,
        bias: array(bias),
        size: [size, size, size],
        channels,
      })),
    upsample: ([input], mode) => keep(upsample3d(gpu, { input, mode })),
    maxPool: ([input], size) => keep(maxPool3d(gpu, { input, size })),
    // Only convolutions come behind, which read both.
    concat([a], [b]) {
      keep(a);
      keep(b);
      return [a, b];
    },
    release,
  };
}
