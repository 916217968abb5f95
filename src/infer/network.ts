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
  runningStatisticsOf,
  runUNet,
  upsample3d,
} from "../nn/mod.ts";

/** A network with its numbers on the GPU; disposing of it frees them. */
export interface GpuNetwork extends Disposable {
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
 * @returns The network.
 * @throws {ReferenceError} If one is missing.
 */
export function uploadNetwork(
  gpu: Gpu,
  { config, weights }: Pick<Model, "config" | "weights">,
): GpuNetwork {
  using held = new DisposableStack();
  const arrays = new Map<string, GpuArray>();
  for (const { name } of [...parametersOf(config), ...runningStatisticsOf(config)]) {
    const numbers = weights.get(name);
    if (!numbers) throw new ReferenceError(`Cannot run the network: it has no "${name}"`);
    arrays.set(name, held.use(gpu.upload(numbers, name)));
  }
  const owned = held.move();
  return {
    run(image) {
      const live = new Set<GpuTensor>();
      try {
        return runUNet(config, inferOps(gpu, arrays, live), image);
      } catch (error) {
        for (const tensor of live) tensor[Symbol.dispose]();
        throw error;
      }
    },
    [Symbol.dispose]: () => owned.dispose(),
  };
}

/**
 * The ops of a network on GPU memory.
 *
 * @param live Activations that were made and not released: memory that goes back if an op fails.
 */
function inferOps(
  gpu: Gpu,
  arrays: ReadonlyMap<string, GpuArray>,
  live: Set<GpuTensor>,
): NetworkOps<GpuTensor> {
  const array = (name: string) => arrays.get(name)!;
  const keep = (tensor: GpuTensor) => {
    live.add(tensor);
    return tensor;
  };
  const release = (tensor: GpuTensor) => {
    live.delete(tensor);
    tensor[Symbol.dispose]();
  };
  const convolution = (
    input: GpuTensor,
    { weights, size, channels }: ConvolutionLayer,
    bias?: GpuArray,
  ) => keep(conv3d(gpu, { input, weights: array(weights), bias, size, stride: 1, channels }));
  const normalized = (input: GpuTensor, norm: NormLayer) => {
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
    convolution: (x, layer) => convolution(x, layer, array(layer.bias!)),
    block(x, { convolutions, norm }) {
      let at = x;
      for (const layer of convolutions) {
        const before = at;
        at = convolution(before, layer);
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
