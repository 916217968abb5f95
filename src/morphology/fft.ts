import { defineKernel, filled, type Gpu, type GpuArray, memo, uniforms } from "../gpu/mod.ts";
import { type Vec3, voxelCount } from "../volume/mod.ts";
import { reflect } from "./element.ts";
import { fftColumnsWgsl } from "./fft_columns.wgsl.ts";
import interleaveWgsl from "./fft_interleave.wgsl" with { type: "text" };
import { fftOfBitsWgsl } from "./fft_of_bits.wgsl.ts";
import { COMPLEX_BYTES, type RowPlan } from "./fft_plan.ts";
import { fftRowsWgsl } from "./fft_rows.wgsl.ts";
import { type FftSlabs, fftSlabs } from "./fft_slabs.ts";
import { fftToBitsWgsl } from "./fft_to_bits.wgsl.ts";
import { allocateMask, type PackedMask, wordsPerRow } from "./mask.ts";
import { packMask } from "./pack.ts";
import type { Spread } from "./spread.ts";

const interleave = defineKernel({
  label: "morphology/fft-interleave",
  code: interleaveWgsl,
  bindings: { p: "uniform", words: "read", elements: "write" },
});

const ofBits = memo((plan: RowPlan) =>
  defineKernel({
    label: "morphology/fft-of-bits",
    code: fftOfBitsWgsl(plan),
    bindings: { p: "uniform", roots: "read", elements: "read", data: "write" },
  })
);

const alongY = memo((plan: RowPlan, inverse: boolean) =>
  defineKernel({
    label: "morphology/fft-rows",
    code: fftRowsWgsl(plan, inverse),
    bindings: { p: "uniform", roots: "read", data: "write" },
  })
);

const columns = memo((plan: RowPlan, depth: number) =>
  defineKernel({
    label: "morphology/fft-columns",
    code: fftColumnsWgsl(plan, depth),
    bindings: { p: "uniform", roots: "read", factor: "read", data: "write" },
  })
);

const toBits = memo((plan: RowPlan) =>
  defineKernel({
    label: "morphology/fft-to-bits",
    code: fftToBitsWgsl(plan),
    bindings: { p: "uniform", roots: "read", data: "read", spread: "write" },
  })
);

/**
 * The paper's method: the number of the element's voxels that meet the mask, for every voxel at once, by Fourier transforms of size
 * n + k - 1 or the next that {@linkcode rowLength} knows; then a threshold midway between two counts. Slabs of the mask along z,
 * overlapping by k - 1 slices, share a transform: one is the real part and one the imaginary part, and two more are added `volume + 1`
 * times as large where counts stay exact then (Kronecker's substitution). What the adapter's largest array cannot hold takes several turns.
 *
 * The error of a sum of counts up to m is below m * 1e-7 * log2(size), so the threshold is safe up to an element's volume of about
 * 200,000. Larger elements are refused.
 *
 * The original takes every count above 0.01 as inside, which rounding can pass.
 *
 * @param gpu Where the mask is.
 * @param mask The input.
 * @param spread What to do.
 * @returns A new mask of `spread.dims`.
 * @throws {GpuMemoryError} If the adapter cannot hold the transform of a slab.
 * @throws {RangeError} If a row does not fit the adapter's workgroup memory, or the element is too large to count in f32 or too deep.
 */
export function spreadFft(gpu: Gpu, mask: PackedMask, spread: Spread): PackedMask {
  const { element, flip, fill, dims, offset } = spread;
  const slabs = fftSlabs(gpu, spread);
  const { size, plans, depth, count, scale } = slabs;
  const [lx, ly] = size;
  using roots = uploadRoots(gpu, size);
  const turned = reflect(element);
  const reach = turned.dims.map((n) => n - 1) as unknown as Vec3;
  const [x, y, z] = offset.map((o, axis) => o + turned.origin[axis]! - reach[axis]!) as [
    number,
    number,
    number,
  ];

  const factorSize: Vec3 = [lx, ly, turned.dims[2]];
  using factor = gpu.allocate(COMPLEX_BYTES * voxelCount(factorSize), "transform of an element");
  using shape = packMask(gpu, new Uint8Array(turned.data), turned.dims);
  const alone = { ...slabs, size: factorSize, count: 1 };
  transformPlanes(gpu, roots, shape, factor, alone, { origin: [0, 0, 0], flip: false });

  using data = gpu.allocate(
    COMPLEX_BYTES * voxelCount(size),
    `Fourier transform of ${size.join(" x ")}`,
  );
  return filled(allocateMask(gpu, dims), (result) => {
    for (let first = 0; first < dims[2]; first += count * depth) {
      // What is counted is what must not be confused with the zeros beyond the faces.
      const source = { origin: [x, y, z + first], flip: flip !== fill } as const;
      transformPlanes(gpu, roots, mask, data, slabs, source);
      gpu.dispatch(columns(plans.z, factorSize[2]), {
        p: uniforms({ u32: [lx * ly] }),
        roots: roots.z,
        factor,
        data,
      }, gpu.workgroups(lx * ly, plans.z.lanes));
      gpu.dispatch(alongY(plans.y, true), {
        p: uniforms({ u32: [lx, lx * ly, lx, reach[2] * lx * ly] }),
        roots: roots.y,
        data,
      }, [Math.ceil(lx / plans.y.lanes), depth]);
      gpu.dispatch(toBits(plans.back), {
        p: uniforms(
          { u32: [dims[0], dims[1], dims[2], wordsPerRow(dims[0])] },
          { u32: [ly, depth, count, fill !== flip ? 0b1111 : 0] },
          { u32: [...reach, first] },
          { f32: [fill ? scale - 1.5 : 0.5, 1 / voxelCount(size), scale] },
        ),
        roots: roots.x,
        data,
        spread: result.words,
      }, [Math.ceil(dims[1] / plans.back.lanes), depth]);
    }
  });
}

/** exp(-2 pi i k / length) for rows along x, y and z. */
interface Roots extends Disposable {
  readonly x: GpuArray;
  readonly y: GpuArray;
  readonly z: GpuArray;
}

function uploadRoots(gpu: Gpu, [lx, ly, lz]: Vec3): Roots {
  using held = new DisposableStack();
  const upload = (length: number) => held.use(gpu.upload(unitRoots(length), "roots of unity"));
  const roots = { x: upload(lx), y: upload(ly), z: upload(lz) };
  const owned = held.move();
  return { ...roots, [Symbol.dispose]: () => owned.dispose() };
}

/** Transforms slabs of a mask along x and y into the planes of `data`. */
function transformPlanes(
  gpu: Gpu,
  roots: Roots,
  mask: PackedMask,
  data: GpuArray,
  { size: [lx, ly, lz], plans, depth, count, scale }: Omit<FftSlabs, "count"> & {
    readonly count: number;
  },
  { origin, flip }: {
    /** The mask's voxel that is the transform's first. */
    readonly origin: Vec3;
    readonly flip: boolean;
  },
): void {
  const rowWords = Math.ceil(lx / 8);
  const words = rowWords * ly * lz;
  using elements = gpu.allocate(4 * words, "slabs side by side");
  gpu.dispatch(interleave, {
    p: uniforms(
      { u32: [...mask.dims, wordsPerRow(mask.dims[0])] },
      { u32: [rowWords, ly, lz, flip ? 0xffffffff : 0] },
      { i32: [...origin, depth, count] },
    ),
    words: mask.words,
    elements,
  }, gpu.workgroups(words, 128));
  gpu.dispatch(ofBits(plans.x), {
    p: uniforms({ u32: [rowWords, ly] }, { f32: [scale] }),
    roots: roots.x,
    elements,
    data,
  }, [Math.ceil(ly / plans.x.lanes), lz]);
  gpu.dispatch(alongY(plans.y, false), {
    p: uniforms({ u32: [lx, lx * ly, lx, 0] }),
    roots: roots.y,
    data,
  }, [Math.ceil(lx / plans.y.lanes), lz]);
}

/** exp(-2 pi i k / length). */
function unitRoots(length: number): Float32Array<ArrayBuffer> {
  const roots = new Float32Array(2 * length);
  for (let k = 0; k < length; k++) {
    roots[2 * k] = Math.cos(2 * Math.PI * k / length);
    roots[2 * k + 1] = -Math.sin(2 * Math.PI * k / length);
  }
  return roots;
}
