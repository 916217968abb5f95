import { defineKernel, filled, type Gpu, type GpuArray, uniforms } from "../gpu/mod.ts";
import { type Vec3, voxelCount } from "../volume/mod.ts";
import { slabsOf } from "./_slabs.ts";
import { allocateMask, type PackedMask, wordCount, wordsPerRow } from "./mask.ts";
import code from "./threshold.wgsl" with { type: "text" };

/** An image on the GPU. */
export interface GpuImage {
  /** 32-bit floats, x fastest. */
  readonly values: GpuArray;
  /** Voxels along x, y, z. */
  readonly dims: Vec3;
  /** Floats from row to row, where rows are padded. */
  readonly pitch?: number;
}

/** An image on the GPU in slabs along z, for volumes that do not fit one array; disposing of it frees its memory. */
export interface ImageStack extends Disposable {
  /** Voxels along x, y, z. */
  readonly dims: Vec3;
  /** From the first slice to the last. */
  readonly slabs: readonly GpuImage[];
}

/** A closed range of values; a side left out is open. */
export interface ThresholdOptions {
  /** Smallest value inside, HU for a CT. */
  readonly min?: number;
  /** Largest value inside. */
  readonly max?: number;
}

const kernel = defineKernel({
  label: "morphology/threshold",
  code,
  bindings: { p: "uniform", image: "read", words: "write" },
});

const LARGEST = 3.4028234663852886e38;

/**
 * Brings an image to the GPU, in as many arrays as it takes.
 *
 * @param gpu Where to.
 * @param image Values, x fastest, and voxels along x, y, z.
 * @returns The image.
 * @throws {GpuMemoryError} If not even a slice fits one array.
 */
export function uploadImage(
  gpu: Gpu,
  { data, dims }: { readonly data: ArrayLike<number>; readonly dims: Vec3 },
): ImageStack {
  const floats = data instanceof Float32Array
    ? data as Float32Array<ArrayBuffer>
    : Float32Array.from(data);
  const slice = dims[0] * dims[1];
  using held = new DisposableStack();
  const slabs = slabsOf(gpu, dims, 4).map((slab) => {
    const start = slab.first * slice;
    const values = floats.subarray(start, start + slab.dims[2] * slice);
    return { dims: slab.dims, values: held.use(gpu.upload(values, "image")) };
  });
  const owned = held.move();
  return { dims, slabs, [Symbol.dispose]: () => owned.dispose() };
}

/**
 * The voxels whose value lies in a range.
 *
 * @param gpu Where the image is.
 * @param image The image.
 * @param range Inclusive bounds.
 * @returns The mask.
 * @throws {RangeError} If a bound is not a finite number.
 * @throws {TypeError} If the image has fewer values than its dims say.
 */
export function threshold(
  gpu: Gpu,
  image: GpuImage | ImageStack,
  { min = -LARGEST, max = LARGEST }: ThresholdOptions,
): PackedMask {
  for (const bound of [min, max]) {
    if (!Number.isFinite(bound)) {
      throw new RangeError(`Cannot threshold an image: the bound ${bound} is not a finite number`);
    }
  }
  const slabs = "slabs" in image ? image.slabs : [image];
  for (const { values, dims, pitch = dims[0] } of slabs) {
    if (values.byteLength >= voxelCount([pitch, dims[1], dims[2]]) * 4) continue;
    throw new TypeError(
      `Cannot threshold an image of ${dims.join(" x ")} voxels: it has ${
        values.byteLength / 4
      } values`,
    );
  }
  return filled(allocateMask(gpu, image.dims), ({ words }) => {
    let start = 0;
    for (const slab of slabs) {
      recordThreshold(gpu, slab, { min, max }, { words, start });
      start += wordCount(slab.dims);
    }
  });
}

/**
 * Records the threshold of an image to whole slices of a mask.
 *
 * @param gpu Where both are.
 * @param image The image.
 * @param range Inclusive bounds, finite.
 * @param to The mask's words, and the first of those that are written.
 */
export function recordThreshold(
  gpu: Gpu,
  { values, dims, pitch = dims[0] }: GpuImage,
  { min = -LARGEST, max = LARGEST }: ThresholdOptions,
  { words, start }: { readonly words: GpuArray; readonly start: number },
): void {
  const count = wordCount(dims);
  gpu.dispatch(kernel, {
    p: uniforms({ u32: [dims[0], wordsPerRow(dims[0]), count, start] }, { f32: [min, max] }, {
      u32: [pitch],
    }),
    image: values,
    words,
  }, gpu.workgroups(count, 128));
}
