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
import { GpuTensor } from "../nn/mod.ts";
import { RandomStream } from "../random/mod.ts";
import { voxelCount } from "../volume/mod.ts";
import type { TrainingCase } from "./cases.ts";
import type { TrainConfig } from "./config.ts";

/** Streams of the seed: one a sample for its augmentation, one an epoch for the order of the cases. Initial weights use those from 2^40. */
const SAMPLE_STREAMS = 2 ** 41;
const ORDER_STREAMS = 2 ** 42;

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
    const { batch, seed, augmentation, crop } = this.#config;
    return Array.from({ length: batch }, (_, image) => {
      const count = step * batch + image;
      const index = caseOf(count, this.#cases.length, seed);
      const { volume, labels } = this.#cases[index]!;
      const shape = { input: volume.dims, output: crop, labels: labels.data };
      const key = { seed, stream: SAMPLE_STREAMS + count };
      return { index, transform: sampleTransform(augmentation, shape, key) };
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
    const { batch, crop } = this.#config;
    const [nx, ny, nz] = crop;
    const layout = { shape: crop, batch, channels: 1, halo: 0 };
    const labelBytes = 4 * Math.ceil(voxelCount(crop) / 4);
    using held = new DisposableStack();
    const values = held.use(gpu.allocate(tensorBytes(layout), "images of a batch"));
    const labels = held.use(gpu.allocate(batch * labelBytes, "labels of a batch"));
    for (const [image, { index, transform }] of this.samples(step).entries()) {
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
