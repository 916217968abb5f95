import { defineKernel, filled, type Gpu, type GpuArray, uniforms } from "../gpu/mod.ts";
import { argmaxChannels, type GpuTensor } from "../nn/mod.ts";
import { type Vec3, voxelCount } from "../volume/mod.ts";
import interpolateLabelsWgsl from "./interpolate_labels.wgsl" with { type: "text" };
import uniformCellsWgsl from "./uniform_cells.wgsl" with { type: "text" };

/** Rows that neighbouring invocations work on. */
const ROWS = 8;
const LABEL = "nn/interpolate-labels";

const uniformCells = defineKernel({
  label: `${LABEL} cells`,
  code: uniformCellsWgsl,
  bindings: { p: "uniform", sums: "read", nearest: "read", cells: "write", scales: "write" },
});

const kernel = defineKernel({
  label: LABEL,
  code: interpolateLabelsWgsl,
  bindings: { p: "uniform", sums: "read", cells: "read", scales: "read", labels: "write" },
});

/** A grid with the axes of a coarse one: voxel i of it lies at `first + i step` on the coarse one. */
export interface FinerGrid {
  /** Voxels along x, y, z. */
  readonly dims: Vec3;
  /** Place of its first voxel, in coarse voxels. */
  readonly first: Vec3;
  /** Coarse voxels from one of its voxels to the next. */
  readonly step: Vec3;
}

/**
 * Records the labels of some slices of a finer grid: class probabilities interpolated linearly, the first of the largest. Beyond the outer
 * coarse voxels' middles the edge goes on.
 *
 * @param gpu Where the sums are.
 * @param sums Class sums [1, slice, y, x, class] over the coarse grid's cross-section; where it has more slices than they hold, slice z is in
 * slice z modulo the number held.
 * @param slices Slices of the coarse grid in all.
 * @param onto The slices wanted.
 * @returns One byte a voxel, four a word, x fastest.
 * @throws {RangeError} If there are more than 255 classes.
 */
export function interpolateLabels(
  gpu: Gpu,
  sums: GpuTensor,
  slices: number,
  { dims, first, step }: FinerGrid,
): GpuArray {
  const [, depth, ny, nx, classes] = sums.shape;
  const words = Math.ceil(voxelCount(dims) / 4);
  // Whole blocks of rows, see the kernel.
  const block = ROWS * Math.ceil(dims[0] / 4);
  const voxels = depth * ny * nx;
  using nearest = argmaxChannels(gpu, sums);
  using cells = gpu.allocate(4 * voxels, "cells of one label");
  using scales = gpu.allocate(4 * voxels, "scales of class sums");
  gpu.dispatch(uniformCells, {
    p: uniforms({ u32: [nx, ny, depth, classes] }),
    sums: sums.array,
    nearest,
    cells,
    scales,
  }, gpu.workgroups(voxels, 64));
  return filled(gpu.allocate(4 * words, "labels"), (labels) => {
    gpu.dispatch(kernel, {
      p: uniforms(
        { u32: [...dims, classes, nx, ny, slices, depth] },
        { f32: first },
        { u32: [words] },
        { f32: step },
        { u32: [ROWS] },
      ),
      sums: sums.array,
      cells,
      scales,
      labels,
    }, gpu.workgroups(Math.ceil(words / block) * block, 64));
  });
}
