import type { VoxelArray } from "./volume.ts";

/** The Gaussian is cut off at this many sigma (as scipy.ndimage.gaussian_filter does). */
const TRUNCATE = 4;

/** Elements of a run that are summed before the next run: they stay in the cache. */
const RUN = 2048;

/** For each output of an axis: `taps` weights, of input `starts[j]` and those after it. */
export interface AxisWeights {
  readonly taps: number;
  readonly starts: Int32Array;
  readonly weights: Float64Array;
}

/** Width of the anti-aliasing Gaussian in input voxels for `step` = 1/f old voxels per new one. */
export function antialiasSigma(step: number): number {
  return Math.max(step - 1, 0) / 3;
}

/**
 * Weights of "smooth, then interpolate linearly" as one sum: output j lies at old index
 * `first + j * step`. The edge voxels continue outward, their weights are folded in.
 */
export function shrinkWeights(
  n: number,
  m: number,
  first: number,
  step: number,
  sigma: number = antialiasSigma(step),
): AxisWeights {
  const gaussian = gaussianKernel(sigma);
  const radius = (gaussian.length - 1) / 2;
  const reach = 2 * radius + 2;
  const taps = Math.min(n, reach);
  const starts = new Int32Array(m);
  const weights = new Float64Array(m * taps);
  for (let j = 0; j < m; j++) {
    const u = first + j * step;
    const base = Math.floor(u);
    const t = u - base;
    const start = Math.min(Math.max(base - radius, 0), n - taps);
    starts[j] = start;
    for (let k = 0; k < reach; k++) {
      const weight = (1 - t) * (gaussian[k] ?? 0) + t * (gaussian[k - 1] ?? 0);
      const index = Math.min(Math.max(base - radius + k, 0), n - 1);
      weights[j * taps + index - start]! += weight;
    }
  }
  return { taps, starts, weights };
}

/** Applies weights along one axis of an x-fastest array; `result` has the axis's new length. */
export function applyAxis(
  data: VoxelArray,
  dims: readonly number[],
  axis: number,
  weights: AxisWeights,
  result: Float32Array | Float64Array,
): void {
  const inner = dims.slice(0, axis).reduce((a, b) => a * b, 1);
  const outer = dims.slice(axis + 1).reduce((a, b) => a * b, 1);
  if (inner === 1) applyAlongRows(data, dims[axis]!, outer, weights, result);
  else applyAcrossRows(data, dims[axis]!, inner, outer, weights, result);
}

function applyAlongRows(
  data: VoxelArray,
  n: number,
  outer: number,
  { taps, starts, weights }: AxisWeights,
  result: Float32Array | Float64Array,
): void {
  let to = 0;
  for (let row = 0; row < outer; row++) {
    for (let j = 0; j < starts.length; j++) {
      const from = row * n + starts[j]!;
      const w = j * taps;
      let sum = 0;
      for (let k = 0; k < taps; k++) sum += weights[w + k]! * data[from + k]!;
      result[to++] = sum;
    }
  }
}

function applyAcrossRows(
  data: VoxelArray,
  n: number,
  inner: number,
  outer: number,
  { taps, starts, weights }: AxisWeights,
  result: Float32Array | Float64Array,
): void {
  const m = starts.length;
  const sums = new Float64Array(Math.min(RUN, inner));
  for (let slab = 0; slab < outer; slab++) {
    for (let j = 0; j < m; j++) {
      for (let run = 0; run < inner; run += RUN) {
        const length = Math.min(RUN, inner - run);
        sums.fill(0);
        for (let k = 0; k < taps; k++) {
          const weight = weights[j * taps + k]!;
          if (weight === 0) continue;
          const from = (slab * n + starts[j]! + k) * inner + run;
          for (let i = 0; i < length; i++) sums[i]! += weight * data[from + i]!;
        }
        const to = (slab * m + j) * inner + run;
        for (let i = 0; i < length; i++) result[to + i] = sums[i]!;
      }
    }
  }
}

function gaussianKernel(sigma: number): Float64Array {
  const radius = Math.floor(TRUNCATE * sigma + 0.5);
  const kernel = Float64Array.from(
    { length: 2 * radius + 1 },
    (_, i) => radius === 0 ? 1 : Math.exp(-0.5 * ((i - radius) / sigma) ** 2),
  );
  const sum = kernel.reduce((a, b) => a + b, 0);
  return kernel.map((value) => value / sum);
}
