import type { Gpu, GpuArray } from "../gpu/mod.ts";
import {
  concatChannels,
  conv3d,
  type ConvolutionLayer,
  convTranspose3d,
  type GpuTensor,
  maxPool3d,
  type Model,
  type NetworkOps,
  NORM_EPSILON,
  normalize,
  normalizeWith,
  type NormLayer,
  parametersOf,
  type Precision,
  runningStatisticsOf,
  runUNet,
  upsample3d,
} from "../nn/mod.ts";

/** A network with its numbers on the GPU; disposing of it frees them. */
export interface GpuNetwork extends Disposable {
  /** How its activations are stored; image and logits are 32-bit floats. */
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
 * @param options `precision` of the activations, 32-bit floats by default. Half precision takes half of their memory; weights and sums
 * stay 32-bit floats. It needs the feature `shader-f16`, and should be used where `selfTest` finds it right.
 * @returns The network.
 * @throws {ReferenceError} If a parameter is missing.
 * @throws {RangeError} If the device has no half precision.
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
  const arrays = new Map<string, GpuArray>();
  for (const { name } of [...parametersOf(config), ...runningStatisticsOf(config)]) {
    const numbers = weights.get(name);
    if (!numbers) throw new ReferenceError(`Cannot run the network: it has no "${name}"`);
    arrays.set(name, held.use(gpu.upload(numbers, name)));
  }
  const owned = held.move();
  return {
    precision,
    run(image) {
      const live = new Set<Activation>();
      try {
        return runUNet(config, inferOps(gpu, arrays, precision, live), image) as GpuTensor;
      } catch (error) {
        for (const tensor of live) tensor[Symbol.dispose]();
        throw error;
      }
    },
    [Symbol.dispose]: () => owned.dispose(),
  };
}

/** An activation of the network's precision, or the image or the logits. */
type Activation = GpuTensor<Precision>;

/**
 * The ops of a network on GPU memory.
 *
 * @param precision How activations between image and logits are stored.
 * @param live Activations that were made and not released: memory that goes back if an op fails.
 */
function inferOps(
  gpu: Gpu,
  arrays: ReadonlyMap<string, GpuArray>,
  precision: Precision,
  live: Set<Activation>,
): NetworkOps<Activation> {
  const array = (name: string) => arrays.get(name)!;
  const keep = (tensor: Activation) => {
    live.add(tensor);
    return tensor;
  };
  const release = (tensor: Activation) => {
    live.delete(tensor);
    tensor[Symbol.dispose]();
  };
  const convolution = (
    input: Activation,
    { weights, size, channels }: ConvolutionLayer,
    options: { readonly precision: Precision; readonly bias?: GpuArray },
  ) => {
    const shape = { size, stride: 1, channels } as const;
    return keep(conv3d(gpu, { input, weights: array(weights), ...shape, ...options }));
  };
  const normalized = (input: Activation, norm: NormLayer) => {
    const options = {
      input,
      gamma: array(norm.gamma),
      beta: array(norm.beta),
      epsilon: NORM_EPSILON,
      slope: norm.slope,
    };
    if (norm.running) {
      const { mean, variance } = norm.running;
      const running = { mean: array(mean), variance: array(variance) };
      return keep(normalizeWith(gpu, { ...options, running }));
    }
    const { output, statistics } = normalize(gpu, { ...options, kind: norm.kind });
    statistics[Symbol.dispose]();
    return keep(output);
  };
  return {
    convolution: (x, layer) => convolution(x, layer, { precision: "f32", bias: array(layer.bias) }),
    block(x, { convolutions, norm }) {
      let at = x;
      for (const layer of convolutions) {
        const before = at;
        at = convolution(before, layer, { precision });
        if (before !== x) release(before);
      }
      const output = normalized(at, norm);
      release(at);
      return output;
    },
    transposed: (input, { weights, bias, size, channels }) =>
      keep(convTranspose3d(gpu, {
        input,
        weights: array(weights),
        bias: array(bias),
        size: [size, size, size],
        channels,
      })),
    upsample: (input, mode) => keep(upsample3d(gpu, { input, mode })),
    maxPool: (input, size) => keep(maxPool3d(gpu, { input, size })),
    concat: (a, b) => keep(concatChannels(gpu, a, b)),
    release,
  };
}
