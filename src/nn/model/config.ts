/** How the up-path doubles its resolution: a transposed convolution of size 2 or 3, or an interpolation without weights. */
export type UpSampling = "transposed-2" | "transposed-3" | "nearest" | "trilinear";

/** A 3-D U-Net as plain JSON. Level 0 has the input's resolution, each further one half of it along every axis. */
export interface UNetConfig {
  /** Channels of the image. */
  readonly inputChannels: number;
  /** Classes of the output, background among them. */
  readonly classes: number;
  /** Channels of each level, from the finest. */
  readonly channels: readonly number[];
  /** Blocks of 3 x 3 x 3 convolution, normalisation and activation, on each level of the way down and of the way up. */
  readonly convolutions: number;
  /** Over what a channel's mean and variance are taken: all images of a batch, or each by itself. */
  readonly norm: "batch" | "instance";
  /** Slope of the activation below zero, 0 to 1: 0 is ReLU. */
  readonly slope: number;
  /** Size of the max-pooling, whose stride is 2. */
  readonly pool: 2 | 3;
  /** The way up. */
  readonly up: UpSampling;
  /**
   * True if each 3 x 3 x 3 convolution is split into three along one axis each: z, y, x; all mix channels. Transposed ones stay whole.
   *
   * `unet` with 7 classes then has 1.01 M parameters of 2.21 M, with an interpolated way up 0.64 M, with one convolution a level besides
   * 0.32 M. The 0.33 M that are told of the paper's split network need that, or with two a level that two of the three leave channels
   * apart: a ninth of 2.2 to 2.8 M, which is not built.
   */
  readonly split: boolean;
}

/**
 * The named networks, but for their input channels and classes. `unet` is the paper's: 32-64-64-128 channels, batch normalisation, ReLU,
 * max-pooling of 3 with stride 2 ([C]); its transposed convolutions have the channels of the level they lead to, which the paper leaves
 * open. `unet-small` is the same for adapters that are a program on the CPU.
 */
export const UNET_PRESETS: Readonly<Record<UNetPreset, UNetBody>> = {
  "unet": preset([32, 64, 64, 128]),
  "unet-small": preset([8, 16, 32]),
};

/** Names of {@linkcode UNET_PRESETS}. */
export type UNetPreset = "unet" | "unet-small";

/** A network but for its ends. */
export type UNetBody = Omit<UNetConfig, "inputChannels" | "classes">;

function preset(channels: readonly number[]): UNetBody {
  return {
    channels,
    convolutions: 2,
    norm: "batch",
    slope: 0,
    pool: 3,
    up: "transposed-3",
    split: false,
  };
}

/**
 * A named network.
 *
 * @param name `unet` or `unet-small`.
 * @param ends Its classes, and its input channels: 1 if absent.
 * @returns The config.
 * @throws {RangeError} If there is no such network, or a number is not sound.
 *
 * @example
 * ```ts
 * const config = presetConfig("unet-small", { classes: 7 });
 * ```
 */
export function presetConfig(
  name: string,
  { classes, inputChannels = 1 }: { readonly classes: number; readonly inputChannels?: number },
): UNetConfig {
  if (!Object.hasOwn(UNET_PRESETS, name)) {
    throw new RangeError(
      `Cannot find the network "${name}": there are ${Object.keys(UNET_PRESETS).join(", ")}`,
    );
  }
  return parseConfig({ inputChannels, classes, ...UNET_PRESETS[name as UNetPreset] });
}

/** Most levels: an axis of 2^9 voxels is the smallest that a tenth would halve to one. */
const MOST_LEVELS = 10;
/** Most channels of an activation. */
const MOST_CHANNELS = 4096;
/** Most classes: labels are bytes, and 255 means "ignore". */
const MOST_CLASSES = 255;

const CHECKS: { readonly [K in keyof UNetConfig]: readonly [(value: unknown) => boolean, string] } =
  {
    inputChannels: [isChannels, `a whole number from 1 to ${MOST_CHANNELS}`],
    classes: [
      (value) => isWhole(value, 2, MOST_CLASSES),
      `a whole number from 2 to ${MOST_CLASSES}`,
    ],
    channels: [
      (value) =>
        Array.isArray(value) && isWhole(value.length, 1, MOST_LEVELS) && value.every(isChannels),
      `a list of 1 to ${MOST_LEVELS} whole numbers from 1 to ${MOST_CHANNELS}, one a level`,
    ],
    convolutions: [(value) => isWhole(value, 1, 8), "a whole number from 1 to 8"],
    norm: oneOf("batch", "instance"),
    slope: [(value) => typeof value === "number" && value >= 0 && value <= 1, "from 0 to 1"],
    pool: oneOf(2, 3),
    up: oneOf("transposed-2", "transposed-3", "nearest", "trilinear"),
    split: oneOf(true, false),
  };

/**
 * Checks a network's config, e.g. from a JSON file.
 *
 * @param value Anything.
 * @returns The config, with nothing else in it.
 * @throws {TypeError} If it is no object, or an entry is missing or unknown.
 * @throws {RangeError} If an entry has a value it cannot have.
 */
export function parseConfig(value: unknown): UNetConfig {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(
      `Cannot read a network's config: it must be an object, found ${show(value)}`,
    );
  }
  const entries = value as Record<string, unknown>;
  const unknown = Object.keys(entries).find((key) => !Object.hasOwn(CHECKS, key));
  if (unknown !== undefined) {
    throw new TypeError(
      `Cannot read a network's config: it has no "${unknown}", only ${
        Object.keys(CHECKS).join(", ")
      }`,
    );
  }
  for (const [key, [holds, wanted]] of Object.entries(CHECKS)) {
    if (!Object.hasOwn(entries, key)) {
      throw new TypeError(`Cannot read a network's config: "${key}" is missing`);
    }
    if (!holds(entries[key])) {
      throw new RangeError(
        `Cannot read a network's config: "${key}" must be ${wanted}, found ${show(entries[key])}`,
      );
    }
  }
  return Object.fromEntries(
    Object.keys(CHECKS).map((key) => [key, entries[key]]),
  ) as unknown as UNetConfig;
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function isChannels(value: unknown): boolean {
  return isWhole(value, 1, MOST_CHANNELS);
}

function oneOf(...values: readonly unknown[]): [(value: unknown) => boolean, string] {
  return [(value) => values.includes(value), values.map(show).join(" or ")];
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
