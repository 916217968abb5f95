import {
  sampleTransform,
  tensorBytes,
  tensorTarget,
  type Transform,
  uploadVolume,
  warpImageInto,
  warpLabelsInto,
} from "../augment/mod.ts";
import type { Gpu, GpuArray } from "../gpu/mod.ts";
import { GpuTensor, requiredMultiple } from "../nn/mod.ts";
import { RandomStream } from "../random/mod.ts";
import { type Vec3, voxelCount } from "../volume/mod.ts";
import type { TrainingCase } from "./cases.ts";
import type { TrainConfig } from "./config.ts";

/** Streams of the seed: one a sample for its augmentation and one for its field of view, one an epoch for the order of the cases. Initial weights use those from 2^40. */
const SAMPLE_STREAMS = 2 ** 41;
const ORDER_STREAMS = 2 ** 42;
const VIEW_STREAMS = 2 ** 43;

/** What a step is trained on; disposing of it frees its memory. */
export interface Batch extends Disposable {
  /** [batch, z, y, x, 1], windowed to [0, 1]. */
  readonly images: GpuTensor;
  /** One byte a voxel, 255 outside; each image filled up to whole words. */
  readonly labels: GpuArray;
}

/** A sample: a case and what is done to it. */
export interface Sample {
  /** Place of the case among those to train on. */
  readonly index: number;
  readonly transform: Transform;
}

/** Cases that stay on the GPU, and the batches cut from them: what a step gets depends on the config's seed and the step alone. */
export class Batches implements Disposable {
  readonly #gpu: Gpu;
  readonly #config: TrainConfig;
  readonly #cases: readonly TrainingCase[];
  readonly #resident: readonly ReturnType<typeof uploadVolume>[];
  readonly #held: DisposableStack;

  /**
   * @param gpu Where the cases shall be.
   * @param config Crop, augmentation, batch and seed.
   * @param cases What to train on, at least one.
   * @throws {GpuMemoryError} If one does not fit a binding.
   */
  constructor(gpu: Gpu, config: TrainConfig, cases: readonly TrainingCase[]) {
    using held = new DisposableStack();
    this.#gpu = gpu;
    this.#config = config;
    this.#cases = cases;
    this.#resident = cases.map(({ volume, labels }) =>
      held.use(uploadVolume(gpu, volume, { labels }))
    );
    this.#held = held.move();
  }

  /**
   * What a step is trained on, as plain data. Every case comes once before any comes again.
   *
   * @param step Which step, from 0.
   * @returns One sample for each image of the batch.
   */
  samples(step: number): Sample[] {
    const { batch, seed, augmentation } = this.#config;
    const drawn = Array.from({ length: batch }, (_, image) => {
      const count = step * batch + image;
      const index = caseOf(count, this.#cases.length, seed);
      return { count, index, view: viewOf(this.#config, this.#cases[index]!.volume.dims, count) };
    });
    // One tensor holds them all.
    const output = largest(drawn.map(({ view }) => view.size));
    return drawn.map(({ count, index, view }) => {
      const { volume, labels } = this.#cases[index]!;
      const shape = { input: volume.dims, output, labels: labels.data };
      const key = { seed, stream: SAMPLE_STREAMS + count };
      return { index, transform: moved(sampleTransform(augmentation, shape, key), view.shift) };
    });
  }

  /**
   * Records cutting and augmenting a step's batch, on the GPU from end to end.
   *
   * @param step Which step, from 0.
   * @returns Images and labels.
   */
  make(step: number): Batch {
    const gpu = this.#gpu;
    const { batch } = this.#config;
    const samples = this.samples(step);
    const crop = samples[0]!.transform.shape;
    const [nx, ny, nz] = crop;
    const layout = { shape: crop, batch, channels: 1, halo: 0 };
    const labelBytes = 4 * Math.ceil(voxelCount(crop) / 4);
    using held = new DisposableStack();
    const values = held.use(gpu.allocate(tensorBytes(layout), "images of a batch"));
    const labels = held.use(gpu.allocate(batch * labelBytes, "labels of a batch"));
    for (const [image, { index, transform }] of samples.entries()) {
      const { dims, channels, labels: source } = this.#resident[index]!;
      const target = tensorTarget(values, layout, { image });
      warpImageInto(gpu, { values: channels[0]!, dims }, transform, target);
      warpLabelsInto(gpu, { values: source!, dims }, transform, {
        values: labels,
        start: image * labelBytes,
      });
    }
    const images = new GpuTensor(values, [batch, nz, ny, nx, 1]);
    const owned = held.move();
    return { images, labels, [Symbol.dispose]: () => owned.dispose() };
  }

  /** Frees the cases' memory. */
  [Symbol.dispose](): void {
    this.#held.dispose();
  }
}

/** The case of a sample: in each epoch all cases in an order of its own. */
function caseOf(count: number, cases: number, seed: number): number {
  const epoch = Math.floor(count / cases);
  const order = new RandomStream({ seed, stream: ORDER_STREAMS + epoch })
    .shuffle(Array.from({ length: cases }, (_, index) => index));
  return order[count % cases]!;
}

/** What a sample shows of its case. */
interface View {
  /** Voxels of the sample along x, y, z. */
  readonly size: Vec3;
  /** How far its middle lies above the case's, voxels of the case. */
  readonly shift: number;
}

function viewOf(config: TrainConfig, dims: Vec3, count: number): View {
  const { seed, fieldOfView } = config;
  const size = sampleSize(config, dims);
  if (!fieldOfView) return { size, shift: 0 };
  const random = new RandomStream({ seed, stream: VIEW_STREAMS + count });
  const factor = factorOf(config, 2);
  const all = coarse(config, dims, 2);
  const { share, least } = fieldOfView;
  if (random.uniform() >= share || least >= all) return { size, shift: 0 };
  const shown = least + random.integer(all - least + 1);
  const first = random.uniform() * (all - shown);
  return {
    size: [size[0], size[1], Math.min(size[2], wholeMultiple(shown, config))],
    shift: factor * (first + (shown - all) / 2),
  };
}

type SampleConfig = Pick<TrainConfig, "crop" | "network" | "augmentation">;

/**
 * Voxels of a sample of a whole case: the crop; where samples are cut from the middle no more than the case fills. Normalisation by instance
 * then sees as much air in training as where a CT is segmented.
 *
 * @param config The crop, the network whose multiples count, and the map to the network's grid.
 * @param dims Voxels of the case along x, y, z.
 * @returns Along x, y, z.
 */
export function sampleSize(config: SampleConfig, dims: Vec3): Vec3 {
  const { crop, augmentation } = config;
  if ((augmentation.crop ?? "none") !== "none") return crop;
  return crop.map((most, axis) =>
    Math.min(most, wholeMultiple(coarse(config, dims, axis), config))
  ) as unknown as Vec3;
}

/** Voxels of a case on the network's grid. */
function coarse(config: SampleConfig, dims: Vec3, axis: number): number {
  return Math.max(1, Math.round(dims[axis]! / factorOf(config, axis)));
}

/** Voxels of a case along an axis of one of the network's. */
function factorOf({ augmentation: { initial } }: SampleConfig, axis: number): number {
  return Math.abs(initial?.[4 * axis] ?? 1);
}

function wholeMultiple(n: number, { network }: Pick<TrainConfig, "network">): number {
  const multiple = requiredMultiple(network);
  return multiple * Math.ceil(n / multiple);
}

function largest(sizes: readonly Vec3[]): Vec3 {
  return sizes.reduce((a, b) =>
    [0, 1, 2].map((axis) => Math.max(a[axis]!, b[axis]!)) as unknown as Vec3
  );
}

/** The same transform of a place `shift` voxels above. */
function moved(transform: Transform, shift: number): Transform {
  if (shift === 0) return transform;
  const { matrix } = transform;
  return { ...transform, matrix: matrix.with(11, matrix[11]! + shift) as Transform["matrix"] };
}
