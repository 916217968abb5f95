import type { FilterSize, UpsampleMode } from "../ops/mod.ts";
import type { UNetConfig, UpSampling } from "./config.ts";

/** A convolution of stride 1 that keeps the size, without a bias: the normalisation behind it would take that out again. */
export interface ConvolutionLayer {
  /** Its parameter's name. */
  readonly weights: string;
  readonly size: FilterSize;
  readonly inputChannels: number;
  readonly channels: number;
}

/** The convolution to logits, behind which nothing comes. */
export interface HeadLayer extends ConvolutionLayer {
  /** Its parameter's name. */
  readonly bias: string;
}

/** Normalisation with a scale and a shift for each channel, then leaky ReLU. */
export interface NormLayer {
  readonly gamma: string;
  readonly beta: string;
  /** Names of the running statistics; absent for instance normalisation, which has none. */
  readonly running?: { readonly mean: string; readonly variance: string };
  readonly kind: "batch" | "instance";
  readonly slope: number;
  readonly channels: number;
}

/** Convolutions one after the other (one, or three if split), normalisation, activation. */
export interface BlockLayer {
  readonly convolutions: readonly ConvolutionLayer[];
  readonly norm: NormLayer;
}

/** A transposed convolution that doubles every axis. */
export interface TransposedLayer {
  readonly weights: string;
  readonly bias: string;
  readonly size: 2 | 3;
  readonly inputChannels: number;
  readonly channels: number;
}

/** One step of the way up: double, put the level's own activation behind, go on with blocks. */
export interface UpLevel {
  readonly up: TransposedLayer | UpsampleMode;
  readonly blocks: readonly BlockLayer[];
}

/** A U-Net's layers. */
export interface UNetLayers {
  /** Blocks of each level on the way down, the coarsest last. */
  readonly down: readonly (readonly BlockLayer[])[];
  /** The way up, from the coarsest. */
  readonly up: readonly UpLevel[];
  /** The 1 x 1 x 1 convolution to logits. */
  readonly head: HeadLayer;
}

/**
 * The layers of a network with the names of their parameters: `down0.conv0.weights`, `down0.conv0.gamma`, `up0.transposed.weights`,
 * `head.bias`; of split convolutions `down0.conv0.z.weights`, `.y`, `.x`. The number behind `down` and `up` is the level.
 *
 * @param config The network.
 * @returns Its layers.
 */
export function layersOf(config: UNetConfig): UNetLayers {
  const { channels, classes } = config;
  const finest = channels[0]!;
  const down = channels.map((n, level) =>
    blocks(config, `down${level}`, level === 0 ? config.inputChannels : channels[level - 1]!, n)
  );
  const up = channels.slice(0, -1).map((n, level) => {
    const below = channels[level + 1]!;
    const layer = upLayer(config.up, `up${level}.transposed`, below, n);
    const doubled = typeof layer === "string" ? below : layer.channels;
    return { up: layer, blocks: blocks(config, `up${level}`, doubled + n, n) };
  }).reverse();
  const head = {
    weights: "head.weights",
    bias: "head.bias",
    size: [1, 1, 1],
    inputChannels: finest,
    channels: classes,
  } as const;
  return { down, up, head };
}

function blocks(
  config: UNetConfig,
  level: string,
  inputChannels: number,
  channels: number,
): BlockLayer[] {
  return Array.from({ length: config.convolutions }, (_, i) => {
    const name = `${level}.conv${i}`;
    const inputs = i === 0 ? inputChannels : channels;
    return {
      convolutions: config.split
        ? AXES.map(([axis, size], j) => ({
          weights: `${name}.${axis}.weights`,
          size,
          inputChannels: j === 0 ? inputs : channels,
          channels,
        }))
        : [{ weights: `${name}.weights`, size: [3, 3, 3], inputChannels: inputs, channels }],
      norm: {
        gamma: `${name}.gamma`,
        beta: `${name}.beta`,
        ...config.norm === "batch" &&
          { running: { mean: `${name}.mean`, variance: `${name}.variance` } },
        kind: config.norm,
        slope: config.slope,
        channels,
      },
    };
  });
}

const AXES: readonly (readonly [axis: string, size: FilterSize])[] = [
  ["z", [3, 1, 1]],
  ["y", [1, 3, 1]],
  ["x", [1, 1, 3]],
];

function upLayer(
  up: UpSampling,
  name: string,
  inputChannels: number,
  channels: number,
): TransposedLayer | UpsampleMode {
  if (up === "nearest" || up === "trilinear") return up;
  return {
    weights: `${name}.weights`,
    bias: `${name}.bias`,
    size: up === "transposed-2" ? 2 : 3,
    inputChannels,
    channels,
  };
}
