import {
  checkIterations,
  defineKernel,
  filled,
  type Gpu,
  type GpuArray,
  memo,
  uniforms,
} from "../../gpu/mod.ts";
import { elementCount, type GpuTensor } from "../tensor.ts";
import { columnSumsWgsl } from "./column_sums.wgsl.ts";

const LABEL = "nn/column-sums";

const kernel = memo((width: 1 | 4) =>
  defineKernel({
    label: LABEL,
    code: columnSumsWgsl(width),
    bindings: { p: "uniform", matrix: "read", sums: "write" },
  })
);

/** Fewer rows are summed in one go. */
const FEW_ROWS = 64;

/**
 * Sums of a matrix's columns, in an order that depends on its shape alone: of chunks of about sqrt(rows), then of the chunks, so that
 * errors grow with sqrt(rows).
 *
 * @param gpu Where the matrix is.
 * @param matrix Rows x columns 32-bit floats, column fastest.
 * @param rows How many.
 * @param columns How many.
 * @returns `columns` 32-bit floats.
 */
export function columnSums(gpu: Gpu, matrix: GpuArray, rows: number, columns: number): GpuArray {
  const size = rows <= FEW_ROWS ? rows : Math.ceil(Math.sqrt(rows));
  const chunks = Math.ceil(rows / size);
  const width = columns % 4 === 0 ? 4 : 1;
  const items = columns / width;
  checkIterations(LABEL, size + 1);
  const partial = filled(gpu.allocate(4 * chunks * columns, "column sums"), (partial) => {
    const p = uniforms({ u32: [rows, items, size, chunks] });
    gpu.dispatch(kernel(width), { p, matrix, sums: partial }, gpu.workgroups(chunks * items, 64));
  });
  if (chunks === 1) return partial;
  using chunkSums = partial;
  return columnSums(gpu, chunkSums, chunks, columns);
}

/**
 * Sums each channel over all voxels of all images: a bias's gradient.
 *
 * @param gpu Where the tensor is.
 * @param tensor The gradient of what the bias was added to.
 * @returns One 32-bit float for each channel.
 */
export function channelSums(gpu: Gpu, tensor: GpuTensor): GpuArray {
  const channels = tensor.shape[4];
  return columnSums(gpu, tensor.array, elementCount(tensor.shape) / channels, channels);
}
