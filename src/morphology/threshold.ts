import { defineKernel, type Gpu, type GpuArray, uniforms } from "../gpu/mod.ts";
import { type Vec3, voxelCount } from "../volume/mod.ts";
import { allocateMask, filled, type PackedMask, wordCount, wordsPerRow } from "./mask.ts";
import code from "./threshold.wgsl" with { type: "text" };

/** An image on the GPU. */
export interface GpuImage {
  /** 32-bit floats, x fastest. */
  readonly values: GpuArray;
  /** Voxels along x, y, z. */
  readonly dims: Vec3;
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
  image: GpuImage,
  { min = -LARGEST, max = LARGEST }: ThresholdOptions,
): PackedMask {
  for (const bound of [min, max]) {
    if (!Number.isFinite(bound)) {
      throw new RangeError(`Cannot threshold an image: the bound ${bound} is not a finite number`);
    }
  }
  const { dims } = image;
  if (image.values.byteLength < voxelCount(dims) * 4) {
    throw new TypeError(
      `Cannot threshold an image of ${dims.join(" x ")} voxels: it has ${
        image.values.byteLength / 4
      } values`,
    );
  }
  const count = wordCount(dims);
  return filled(allocateMask(gpu, dims), ({ words }) => {
    gpu.dispatch(kernel, {
      p: uniforms({ u32: [dims[0], wordsPerRow(dims[0]), count, 0] }, { f32: [min, max] }),
      image: image.values,
      words,
    }, gpu.workgroups(count, 128));
  });
}
