import type { Gpu, GpuArray } from "../gpu/mod.ts";
import { allocateTensor, type GpuTensor } from "../nn/mod.ts";
import { type Vec3, voxelCount } from "../volume/mod.ts";
import { accumulateTile } from "./accumulate.ts";
import { type FinerGrid, interpolateLabels } from "./interpolate_labels.ts";
import { tileWeights, type Weighting } from "./tiles.ts";

/** What {@linkcode ClassSums} is made for. */
export interface ClassSumsOptions {
  /** Voxels of the volume along x, y, z. */
  readonly dims: Vec3;
  /** Voxels of a tile. */
  readonly tile: Vec3;
  readonly classes: number;
  readonly weighting: Weighting;
  /** Where labels are wanted. */
  readonly onto: FinerGrid;
}

/** Slices of class sums that are held at once: those of a tile and the one before. */
export function ringDepth({ dims, tile }: Pick<ClassSumsOptions, "dims" | "tile">): number {
  return Math.min(tile[2] + 1, dims[2]);
}

/**
 * Class probabilities of a volume, summed over tiles that come by increasing z, and the labels they give: a ring of slices, of which those that
 * no tile will add to any more are labelled and used again. Disposing of it frees its memory.
 */
export class ClassSums implements Disposable {
  /** One byte a voxel of the grid where labels are wanted, x fastest. */
  readonly labels: Uint8Array<ArrayBuffer>;
  readonly #gpu: Gpu;
  readonly #options: ClassSumsOptions;
  readonly #sums: GpuTensor;
  readonly #weights: GpuArray;
  /** Slices of the volume whose sums are cleared again. */
  #cleared = 0;
  /** Slices of the labels that are done. */
  #labelled = 0;
  readonly #held: DisposableStack;

  constructor(gpu: Gpu, options: ClassSumsOptions) {
    const { dims: [nx, ny], tile, classes, weighting, onto } = options;
    this.#gpu = gpu;
    this.#options = options;
    this.labels = new Uint8Array(voxelCount(onto.dims));
    using held = new DisposableStack();
    const depth = ringDepth(options);
    this.#sums = held.use(allocateTensor(gpu, [1, depth, ny, nx, classes], "class sums"));
    gpu.clear(this.#sums.array);
    const weights = tile.flatMap((n) => [...tileWeights(n, weighting)]);
    this.#weights = held.use(gpu.upload(Float32Array.from(weights)));
    this.#held = held.move();
  }

  /**
   * Records adding a tile.
   *
   * @param logits [1, z, y, x, class].
   * @param corner The tile's first voxel.
   */
  add(logits: GpuTensor, corner: Vec3): void {
    const { dims, tile } = this.#options;
    const inside = dims.map((n, axis) => Math.min(tile[axis]!, n - corner[axis]!));
    accumulateTile(this.#gpu, logits, {
      sums: this.#sums,
      origin: [corner[0], corner[1], corner[2] % this.#sums.shape[1]],
      inside: inside as unknown as Vec3,
      weights: this.#weights,
    });
  }

  /**
   * Labels the slices whose neighbours no tile will add to any more.
   *
   * @param summed How many slices of the volume are summed up.
   */
  async label(summed: number): Promise<void> {
    const gpu = this.#gpu;
    const { dims, classes, onto: { dims: [nx, ny, nz], first: [x, y, z], step } } = this.#options;
    const end = summed === dims[2]
      ? nz
      : Math.min(nz, Math.max(this.#labelled, Math.ceil((summed - 1 - z) / step[2])));
    const atOnce = Math.max(1, Math.floor(gpu.largestArray / (nx * ny)));
    while (this.#labelled < end) {
      const slice = this.#labelled;
      const count = Math.min(atOnce, end - slice);
      const part = { dims: [nx, ny, count], first: [x, y, z + slice * step[2]], step } as const;
      using found = interpolateLabels(gpu, this.#sums, dims[2], part);
      const staged = gpu.stage(found, Uint8Array, nx * ny * count);
      await staged.ready();
      this.labels.set(await staged.take(), slice * nx * ny);
      this.#labelled += count;
    }
    const bytes = 4 * dims[0] * dims[1] * classes;
    // The last slice is a neighbour of those to come.
    for (; this.#cleared < summed - 1; this.#cleared++) {
      gpu.clear(this.#sums.array, this.#cleared % this.#sums.shape[1] * bytes, bytes);
    }
  }

  /** Frees its memory. */
  [Symbol.dispose](): void {
    this.#held.dispose();
  }
}
