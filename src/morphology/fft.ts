import { defineKernel, filled, type Gpu, type GpuArray, memo, uniforms } from "../gpu/mod.ts";
import { type Vec3, voxelCount } from "../volume/mod.ts";
import { reflect } from "./element.ts";
import collectWgsl from "./fft_collect.wgsl" with { type: "text" };
import expandWgsl from "./fft_expand.wgsl" with { type: "text" };
import multiplyWgsl from "./fft_multiply.wgsl" with { type: "text" };
import { FFT_ROW_BYTES, fftRowsWgsl, smoothLength } from "./fft_rows.wgsl.ts";
import { allocateMask, type PackedMask, wordCount, wordsPerRow } from "./mask.ts";
import { packMask } from "./pack.ts";
import type { Spread } from "./spread.ts";

const expand = defineKernel({
  label: "morphology/fft-expand",
  code: expandWgsl,
  bindings: { p: "uniform", words: "read", data: "write" },
});

const multiply = defineKernel({
  label: "morphology/fft-multiply",
  code: multiplyWgsl,
  bindings: { data: "write", factor: "read" },
});

const collect = defineKernel({
  label: "morphology/fft-collect",
  code: collectWgsl,
  bindings: { p: "uniform", data: "read", spread: "write" },
});

/**
 * The paper's method: the number of the element's voxels that meet the mask, for every voxel at once, by Fourier transforms of
 * size n + k - 1 or the next that is a product of 2, 3, 5 and 7; then a threshold midway between two counts. Counts are at most the
 * element's volume v; their error is below v * 1e-7 * log2(size), so the threshold is safe up to v of about 200,000. Larger elements are
 * refused.
 *
 * The original takes every count above 0.01 as inside, which rounding can pass.
 *
 * @param gpu Where the mask is.
 * @param mask The input.
 * @param spread What to do.
 * @returns A new mask of `spread.dims`.
 * @throws {GpuMemoryError} If the adapter cannot hold a complex volume of the transform's size in one binding.
 * @throws {RangeError} If a row does not fit the adapter's workgroup memory, or the element is too large to count in f32.
 */
export function spreadFft(gpu: Gpu, mask: PackedMask, spread: Spread): PackedMask {
  const { element, flip, fill, dims, offset } = spread;
  const size = transformSize(mask.dims, spread);
  const volume = element.data.reduce((sum, bit) => sum + bit, 0);
  checkTransform(gpu, size, volume);
  // What is counted is what must not be confused with the zeros beyond the faces.
  using counts = expanded(gpu, mask, size, [0, 0, 0], flip !== fill);
  const turned = reflect(element);
  using shape = packMask(gpu, new Uint8Array(turned.data), turned.dims);
  using factor = expanded(gpu, shape, size, turned.origin, false);
  transform(gpu, counts, size, false);
  transform(gpu, factor, size, false);
  gpu.dispatch(multiply, { data: counts, factor }, gpu.workgroups(voxelCount(size), 128));
  transform(gpu, counts, size, true);
  const threshold = (fill ? volume - 0.5 : 0.5) * voxelCount(size);
  return filled(allocateMask(gpu, dims), ({ words }) => {
    gpu.dispatch(collect, {
      p: uniforms(
        { u32: [dims[0], dims[1], wordCount(dims), wordsPerRow(dims[0])] },
        { u32: [...size, Number(fill !== flip)] },
        { i32: offset },
        { f32: [threshold] },
      ),
      data: counts,
      spread: words,
    }, gpu.workgroups(wordCount(dims), 128));
  });
}

/** Large enough that no voxel of the output sees the input's periodic images. */
function transformSize(input: Vec3, { element, dims, offset }: Spread): Vec3 {
  return [0, 1, 2].map((axis) => {
    const before = element.origin[axis]!;
    const after = element.dims[axis]! - 1 - before;
    const first = Math.min(0, offset[axis]! - before);
    const last = Math.max(input[axis]! - 1, offset[axis]! + dims[axis]! - 1 + after);
    return smoothLength(last - first + 1);
  }) as unknown as Vec3;
}

function checkTransform(gpu: Gpu, size: Vec3, volume: number): void {
  const longest = Math.max(...size);
  // Nothing else complains of too much workgroup memory.
  const most = Math.floor(gpu.device.limits.maxComputeWorkgroupStorageSize / FFT_ROW_BYTES);
  if (longest > most) {
    throw new RangeError(
      `Cannot transform rows of ${longest} voxels: the adapter's workgroup memory holds ${most}; ` +
        `use the method "packed"`,
    );
  }
  if (volume * 1e-7 * Math.log2(voxelCount(size)) > 0.45) {
    throw new RangeError(
      `Cannot count the ${volume} voxels of an element by Fourier transform: rounding could pass the threshold; ` +
        `use the method "packed"`,
    );
  }
}

function expanded(
  gpu: Gpu,
  mask: PackedMask,
  size: Vec3,
  origin: Vec3,
  flip: boolean,
): GpuArray {
  const volume = gpu.allocate(voxelCount(size) * 8, `Fourier transform of ${size.join(" x ")}`);
  return filled(volume, (data) => {
    gpu.dispatch(expand, {
      p: uniforms(
        { u32: [...mask.dims, wordsPerRow(mask.dims[0])] },
        { u32: [...size, flip ? 0xffffffff : 0] },
        // An origin beside the element is negative or beyond the transform: the kernel counts from 0, round and round.
        { u32: origin.map((o, axis) => (o % size[axis]! + size[axis]!) % size[axis]!) },
      ),
      words: mask.words,
      data,
    }, gpu.workgroups(voxelCount(size), 128));
  });
}

const rowsKernel = memo((length: number, inverse: boolean) =>
  defineKernel({
    label: "morphology/fft-rows",
    code: fftRowsWgsl(length, inverse),
    bindings: { p: "uniform", roots: "read", data: "write" },
  })
);

/** Transforms a complex volume in place along x, y and z. */
function transform(gpu: Gpu, data: GpuArray, size: Vec3, inverse: boolean): void {
  let stride = 1;
  for (const length of size) {
    const rows = voxelCount(size) / length;
    if (length > 1) {
      using roots = gpu.upload(unitRoots(length), "roots of unity");
      gpu.dispatch(rowsKernel(length, inverse), {
        p: uniforms({ u32: [stride, rows] }),
        roots,
        data,
      }, gpu.workgroups(rows, 1));
    }
    stride *= length;
  }
}

function unitRoots(length: number): Float32Array<ArrayBuffer> {
  const roots = new Float32Array(2 * length);
  for (let k = 0; k < length; k++) {
    roots[2 * k] = Math.cos(2 * Math.PI * k / length);
    roots[2 * k + 1] = -Math.sin(2 * Math.PI * k / length);
  }
  return roots;
}
