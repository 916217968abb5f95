import type { PoolSize, UpsampleMode } from "../ops/mod.ts";
import type { TensorShape } from "../tensor.ts";
import type { UNetConfig } from "./config.ts";
import { type BlockLayer, type HeadLayer, layersOf, type TransposedLayer } from "./layers.ts";

/**
 * What a U-Net is made of, on activations of any kind: tensors of a tape that trains, GPU memory that infers, f64 arrays of a reference,
 * or mere shapes. Layers name their parameters; whoever implements this has them.
 */
export interface NetworkOps<T> {
  /** Convolutions, normalisation, activation. */
  block(x: T, layer: BlockLayer): T;
  /** A convolution with a bias, and nothing else. */
  convolution(x: T, layer: HeadLayer): T;
  /** A transposed convolution to twice the size. */
  transposed(x: T, layer: TransposedLayer): T;
  /** An interpolation to twice the size. */
  upsample(x: T, mode: UpsampleMode): T;
  /** Max-pooling with stride 2. */
  maxPool(x: T, size: PoolSize): T;
  /** Channels of `a`, then those of `b`. */
  concat(a: T, b: T): T;
  /** The network needs `x` no more: its memory may go back, unless a gradient still wants it. */
  release(x: T): void;
}

/**
 * Runs a U-Net forward.
 *
 * @param config The network.
 * @param ops On what.
 * @param x The image, [batch, z, y, x, inputChannels], its axes multiples of {@linkcode requiredMultiple}. It is not released.
 * @returns Logits, [batch, z, y, x, classes].
 */
export function runUNet<T>(config: UNetConfig, ops: NetworkOps<T>, x: T): T {
  const { down, up, head } = layersOf(config);
  /** The next activation; the one before is released unless it is the image or stays for the way up. */
  const next = (before: T, make: (before: T) => T, keep = false): T => {
    const after = make(before);
    if (!keep && before !== x) ops.release(before);
    return after;
  };
  const blocks = (before: T, layers: readonly BlockLayer[]) =>
    layers.reduce((at, layer) => next(at, (at) => ops.block(at, layer)), before);

  const skips: T[] = [];
  let at = blocks(x, down[0]!);
  for (const layers of down.slice(1)) {
    skips.push(at);
    at = blocks(next(at, (at) => ops.maxPool(at, config.pool), true), layers);
  }
  for (const { up: layer, blocks: layers } of up) {
    at = next(
      at,
      (at) => typeof layer === "string" ? ops.upsample(at, layer) : ops.transposed(at, layer),
    );
    const skip = skips.pop()!;
    at = next(at, (at) => ops.concat(at, skip));
    ops.release(skip);
    at = blocks(at, layers);
  }
  return next(at, (at) => ops.convolution(at, head));
}

/**
 * What every axis of a network's input must be a multiple of, so that each way up meets the way down.
 *
 * @param config The network.
 * @returns 2 for each level but the first, multiplied.
 */
export function requiredMultiple({ channels }: Pick<UNetConfig, "channels">): number {
  return 2 ** (channels.length - 1);
}

/**
 * Refuses an image that a network cannot take.
 *
 * @param config The network.
 * @param shape The image's axes.
 * @throws {TypeError} If its channels are not the network's.
 * @throws {RangeError} If an axis is not a multiple of {@linkcode requiredMultiple}.
 */
export function checkInputShape(config: UNetConfig, shape: TensorShape): void {
  const [, ...dims] = shape;
  const channels = dims.pop()!;
  if (channels !== config.inputChannels) {
    throw new TypeError(
      `Cannot run the network: it takes ${config.inputChannels} channels, the image has ${channels}`,
    );
  }
  const multiple = requiredMultiple(config);
  if (dims.some((n) => n % multiple !== 0)) {
    throw new RangeError(
      `Cannot run the network on ${
        dims.join(" x ")
      } voxels: with ${config.channels.length} levels ` +
        `every axis must be a multiple of ${multiple}`,
    );
  }
}
