import { type ResidentVolume, uploadVolume, warpImageInto } from "../augment/mod.ts";
import { type Gpu, selfTest } from "../gpu/mod.ts";
import {
  elementCount,
  GpuTensor,
  type Model,
  type Precision,
  requiredMultiple,
} from "../nn/mod.ts";
import {
  createVolume,
  type Grid,
  orientationOf,
  reorient,
  resample,
  type Vec3,
  type Volume,
} from "../volume/mod.ts";
import { ClassSums } from "./_class_sums.ts";
import type { FinerGrid } from "./interpolate_labels.ts";
import { type GpuNetwork, uploadNetwork } from "./network.ts";
import { type AxisTiles, axisTiles, evenTile, fittingTile, type Weighting } from "./tiles.ts";

/** Voxels of the paper's tiles along x, y, z ([C]). */
const PAPER_CROP: Vec3 = [120, 120, 160];

/** How a volume is cut into tiles. */
export interface TileOptions {
  /**
   * Voxels of a tile along x, y, z. By default the model's crop where its normalisation is by instance, whose statistics depend on the size;
   * else the paper's crop, or the model's if that is larger, as small as the same number of tiles allows. In any case what fits the adapter.
   */
  readonly tile?: Vec3 | undefined;
  /** Share of a tile that the next one has in common with it: a quarter by default, as in the paper. */
  readonly overlap?: number | undefined;
  /** How much a voxel of a tile counts where tiles overlap; all alike by default, as in the paper. */
  readonly weighting?: Weighting | undefined;
  /** Stops between two tiles. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each tile. */
  readonly onTile?: ((done: number, all: number) => void) | undefined;
}

/** Options of {@linkcode segmentVolume}. */
export interface SegmentOptions extends TileOptions {
  /** The CT, HU, on any grid. */
  readonly volume: Volume;
  /** What to segment it by. */
  readonly model: Model;
  /** How activations and weights are stored: 32-bit floats (the default), or half precision, which takes half of the memory. */
  readonly precision?: Precision | undefined;
}

/** Options of {@linkcode segmentResident}. */
export interface SegmentResidentOptions extends TileOptions {
  /** The CT on the model's grid: RAS and its spacing. */
  readonly volume: ResidentVolume;
  /** The network's numbers, from {@linkcode uploadNetwork} of `model`. */
  readonly network: GpuNetwork;
  /** What describes the network. */
  readonly model: Pick<Model, "config" | "window" | "crop">;
  /** Where labels are wanted; by default the volume's own voxels. */
  readonly onto?: FinerGrid | undefined;
}

/**
 * Segments a CT on its own grid: it is turned to RAS and resampled to the model's spacing with the paper's smoothing, goes through the
 * network tile by tile, and the class probabilities are brought back by linear interpolation; voxels beyond the coarse grid's edge take the
 * edge's. Labels brought back by nearest neighbour would have steps as large as the model's voxels.
 *
 * GPU memory is that of one tile, the sums over the cross-section as thick as a tile, and the CT at the model's spacing.
 *
 * @param gpu Where to work.
 * @param options CT, model and tiles.
 * @returns One byte a voxel, a class's place in `model.labels`.
 * @throws {GpuMemoryError} If the resampled volume does not fit one binding.
 * @throws {RangeError} If no tile fits the adapter, or half precision is asked for and fails the self-test or does not reach a weight.
 *
 * @example
 * ```ts
 * const labels = await segmentVolume(gpu, { volume: ct, model: await readModel("model.safetensors") });
 * ```
 */
export async function segmentVolume(
  gpu: Gpu,
  { volume, model, precision, ...tiles }: SegmentOptions,
): Promise<Volume<Uint8Array<ArrayBuffer>>> {
  const { signal } = tiles;
  if (precision === "f16") await checkHalfPrecision(gpu);
  const turned = reorient(volume, "RAS");
  const image = resample(turned, {
    spacing: model.spacing,
    interpolation: "linear",
    ...signal && { signal },
  });
  using resident = uploadVolume(gpu, image);
  using network = uploadNetwork(gpu, model, { precision });
  const onto = finerGrid(image, turned);
  const labels = await segmentResident(gpu, { volume: resident, network, model, onto, ...tiles });
  const { data } = reorient(createVolume(labels, turned), orientationOf(volume));
  return createVolume(data, volume);
}

/** A grid as it lies on one with the same axes and centre. */
function finerGrid(coarse: Grid, { dims, spacing }: Grid): FinerGrid {
  const step = spacing.map((mm, axis) => mm / coarse.spacing[axis]!) as unknown as Vec3;
  const first = dims.map((n, axis) =>
    ((coarse.dims[axis]! - 1) - (n - 1) * step[axis]!) / 2
  ) as unknown as Vec3;
  return { dims, first, step };
}

/**
 * Segments a CT that is on the GPU already, on its own grid or onto a finer one.
 *
 * Tiles begin at multiples of what the network halves, so away from the tiles' faces by half the receptive field every voxel is what the
 * whole volume at once would give. Beyond the volume the image is 0, as in training.
 *
 * @param gpu Where the volume is.
 * @param options CT, network and tiles.
 * @returns One byte a voxel, x fastest: the class with the largest mean of weighted probabilities.
 * @throws {TypeError} If the volume has not as many channels as the network takes.
 * @throws {RangeError} If no tile fits the adapter.
 */
export async function segmentResident(
  gpu: Gpu,
  options: SegmentResidentOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { volume, network, model, weighting = "constant", signal, onTile } = options;
  const { config, window } = model;
  const { dims } = volume;
  if (volume.channels.length !== config.inputChannels) {
    throw new TypeError(
      `Cannot segment: the network takes ${config.inputChannels} channels, the volume has ${volume.channels.length}`,
    );
  }
  const [xs, ys, zs] = tilesOf(gpu, { ...options, dims, precision: network.precision });
  const tile: Vec3 = [xs.size, ys.size, zs.size];
  const { onto = { dims, first: [0, 0, 0], step: [1, 1, 1] } } = options;
  const count = xs.starts.length * ys.starts.length * zs.starts.length;
  using sums = new ClassSums(gpu, { dims, tile, classes: config.classes, weighting, onto });
  let done = 0;
  for (const [i, z] of zs.starts.entries()) {
    for (const y of ys.starts) {
      for (const x of xs.starts) {
        signal?.throwIfAborted();
        using image = cutTile(gpu, volume, { tile, corner: [x, y, z], window });
        using logits = network.run(image);
        sums.add(logits, [x, y, z]);
        // Else the host would run ahead and hold every tile's memory at once.
        await gpu.done();
        onTile?.(++done, count);
      }
    }
    await sums.label(Math.min(zs.starts[i + 1] ?? dims[2], dims[2]));
  }
  return sums.labels;
}

async function checkHalfPrecision(gpu: Gpu): Promise<void> {
  const { f16 } = await selfTest(gpu);
  if (f16.ok) return;
  throw new RangeError(
    `Cannot segment in half precision on ${gpu.info.description}: ${f16.detail}; use 32 bits`,
  );
}

/**
 * 32-bit words of a network's largest activation for each voxel of its input: image, logits, the finest level, or what is doubled to it.
 */
function widest(
  { channels, inputChannels, classes, up }: Model["config"],
  precision: Precision,
): number {
  const [finest = 1, second = finest] = channels;
  const doubled = channels.length === 1 ? 0 : up.startsWith("transposed") ? finest : second;
  const inner = Math.max(finest, doubled) / (precision === "f16" ? 2 : 1);
  return Math.max(inputChannels, classes, inner);
}

/**
 * Where the tiles of a volume begin, and how large they are.
 *
 * @param gpu Where they must fit one binding.
 * @param options Voxels of the volume along x, y, z, the model, how activations are stored, and what was asked for.
 * @returns Along x, y, z.
 * @throws {RangeError} If no tile fits the adapter.
 */
export function tilesOf(
  gpu: Pick<Gpu, "largestArray">,
  { dims, precision, model: { config, crop }, tile, overlap = 0.25 }:
    & Pick<TileOptions, "tile" | "overlap">
    & {
      readonly dims: Vec3;
      readonly precision: Precision;
      readonly model: Pick<Model, "config" | "crop">;
    },
): [x: AxisTiles, y: AxisTiles, z: AxisTiles] {
  const multiple = requiredMultiple(config);
  const fixed = config.norm === "instance";
  const wanted = fixed ? crop : crop.map((n, axis) => Math.max(n, PAPER_CROP[axis]!));
  const fitting = tile ?? fittingTile(wanted as unknown as Vec3, dims, {
    multiple,
    most: gpu.largestArray / 4,
    classes: config.classes,
    channels: widest(config, precision),
  });
  const size = tile || fixed
    ? fitting
    : dims.map((n, axis) => evenTile(n, fitting[axis]!, overlap, multiple));
  return dims.map((n, axis) =>
    axisTiles(n, size[axis]!, overlap, multiple)
  ) as unknown as ReturnType<typeof tilesOf>;
}

/** A tile of the volume as the network takes it, by the augmentation's own kernel: whole voxels, windowed, 0 outside. */
function cutTile(
  gpu: Gpu,
  { channels, dims }: ResidentVolume,
  { tile, corner: [x, y, z], window }: {
    readonly tile: Vec3;
    readonly corner: Vec3;
    readonly window: Model["window"];
  },
): GpuTensor {
  const [tx, ty, tz] = tile;
  const count = channels.length;
  const shape = [1, tz, ty, tx, count] as const;
  const image = new GpuTensor(gpu.allocate(4 * elementCount(shape), "tile"), shape);
  const transform = { shape: tile, matrix: [1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z], window };
  channels.forEach((values, start) => {
    const strides = [count, count * tx, count * tx * ty] as const;
    warpImageInto(gpu, { values, dims }, transform, { values: image.array, start, strides }, start);
  });
  return image;
}
