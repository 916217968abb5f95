import { interpolateLabelsReference } from "../../reference/mod.ts";
import { type FinerGrid, interpolateLabels } from "../../src/infer/mod.ts";
import { GpuTensor } from "../../src/nn/mod.ts";
import { fillNormal } from "../../src/random/mod.ts";
import { type Vec3, voxelCount } from "../../src/volume/mod.ts";
import type { Case, Pair } from "./pair.ts";

interface LabelsInput {
  /** Voxels of the coarse grid. */
  readonly dims: Vec3;
  readonly classes: number;
  /** Class sums [z, y, x, class], all above 0. */
  readonly sums: Float32Array<ArrayBuffer>;
  /** Slices from `first` on that the GPU holds, as a ring; all if absent. */
  readonly ring?: { readonly first: number; readonly depth: number };
  readonly onto: FinerGrid;
}

/** Sums in which every voxel differs from its neighbours. */
function noise(dims: Vec3, classes: number): Float32Array<ArrayBuffer> {
  return fillNormal({ seed: 41, stream: classes }, new Float32Array(voxelCount(dims) * classes))
    .map(Math.exp);
}

/** Sums whose largest class changes at smooth surfaces alone, as in a body. */
function organs([nx, ny, nz]: Vec3, classes: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: nx * ny * nz * classes }, (_, i) => {
    const c = i % classes;
    const voxel = Math.floor(i / classes);
    const [x, y, z] = [voxel % nx, Math.floor(voxel / nx) % ny, Math.floor(voxel / (nx * ny))];
    const wave = Math.sin(0.23 * x + 2 * c) + Math.sin(0.19 * y + 3 * c) +
      Math.sin(0.17 * z + 5 * c);
    return Math.exp(3 * wave);
  });
}

/** Grids with one centre, `finer` voxels for one along each axis. */
function around(dims: Vec3, finer: Vec3): FinerGrid {
  const step = finer.map((n) => 1 / n) as unknown as Vec3;
  return {
    dims: dims.map((n, axis) => n * finer[axis]!) as unknown as Vec3,
    first: step.map((s) => (s - 1) / 2) as unknown as Vec3,
    step,
  };
}

function trunk(name: string, dims: Vec3) {
  return {
    name,
    input: () => ({
      dims,
      classes: 6,
      sums: organs(dims, 6),
      onto: around(dims, [3, 3, 3]),
    }),
  };
}

const cases: readonly Case<LabelsInput>[] = [
  { ...trunk("6 classes, 45 x 37 x 64 to 135 x 111 x 192", [45, 37, 64]), headline: true },
  { ...trunk("6 classes, 15 x 12 x 20 to 45 x 36 x 60", [15, 12, 20]), brief: true },
  {
    name: "noise, odd dims, another step along each axis, beyond all faces",
    edge: true,
    input: () => ({
      dims: [7, 5, 6],
      classes: 3,
      sums: noise([7, 5, 6], 3),
      onto: { dims: [23, 11, 13], first: [-1.25, -0.5, -2], step: [0.375, 0.6, 0.75] },
    }),
  },
  {
    name: "the coarse grid itself",
    edge: true,
    input: () => ({
      dims: [9, 4, 5],
      classes: 7,
      sums: noise([9, 4, 5], 7),
      onto: { dims: [9, 4, 5], first: [0, 0, 0], step: [1, 1, 1] },
    }),
  },
  {
    name: "a coarser grid",
    edge: true,
    input: () => ({
      dims: [20, 9, 8],
      classes: 4,
      sums: noise([20, 9, 8], 4),
      onto: { dims: [7, 3, 3], first: [0.5, 1, 0.25], step: [3, 3, 3] },
    }),
  },
  {
    name: "slices 5 to 8 of a ring of 4",
    edge: true,
    input: () => ({
      dims: [6, 5, 10],
      classes: 3,
      sums: noise([6, 5, 10], 3),
      ring: { first: 5, depth: 4 },
      onto: { dims: [17, 15, 12], first: [0, 0, 5.125], step: [0.33, 0.33, 0.25] },
    }),
  },
  {
    name: "one voxel, 255 classes",
    edge: true,
    input: () => ({
      dims: [1, 1, 1],
      classes: 255,
      sums: noise([1, 1, 1], 255),
      onto: around([1, 1, 1], [2, 3, 1]),
    }),
  },
];

/** Labels of a finer grid by interpolated class probabilities. */
export const labelsBetween: Pair<LabelsInput> = {
  name: "nn/interpolate-labels",
  kernels: ["src/infer/interpolate_labels.wgsl", "src/infer/uniform_cells.wgsl"],
  cases,
  async gpu(gpu, { dims: [nx, ny, nz], classes, sums, ring = { first: 0, depth: nz }, onto }) {
    const { first, depth } = ring;
    const slice = nx * ny * classes;
    const held = new Float32Array(depth * slice);
    for (let z = first; z < first + depth; z++) {
      held.set(sums.subarray(z * slice, (z + 1) * slice), z % depth * slice);
    }
    using tensor = new GpuTensor(gpu.upload(held), [1, depth, ny, nx, classes]);
    using labels = interpolateLabels(gpu, tensor, nz, onto);
    return (await gpu.read(labels, Uint8Array)).subarray(0, voxelCount(onto.dims));
  },
  references: {
    typescript: ({ dims, classes, sums, onto }) =>
      interpolateLabelsReference(sums, dims, classes, onto),
  },
  acceptance: {
    class: "mismatch-count",
    tolerance: 100,
    reason:
      "Places on the coarse grid are good to 2^-18 voxels at 64 and probabilities to 1e-6: where two classes are nearer to each other than " +
      "that, either may win; with a surface in a sixth of the voxels and slopes of up to 10 a voxel that is 1 voxel in 20,000 at most",
  },
  work: ({ sums, onto, classes }) => {
    const voxels = voxelCount(onto.dims);
    return { bytes: sums.byteLength + voxels, flops: voxels * (6 + classes * 16 / 8) };
  },
};
