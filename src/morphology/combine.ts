import { defineKernel, filled, type Gpu, uniforms } from "../gpu/mod.ts";
import code from "./combine.wgsl" with { type: "text" };
import { allocateMask, checkSameDims, type PackedMask, wordCount, wordsPerRow } from "./mask.ts";

const OPERATIONS = ["and", "or", "minus", "xor", "not"] as const;

const kernel = defineKernel({
  label: "morphology/combine",
  code,
  bindings: { p: "uniform", a: "read", b: "read", combined: "write" },
});

/**
 * Combines two masks voxel by voxel.
 *
 * @param gpu Where they are.
 * @param a The first mask.
 * @param b The second, of the same dims.
 * @param operation `"minus"` is `a` without `b`.
 * @returns A new mask.
 * @throws {TypeError} If the dims differ.
 */
export function combine(
  gpu: Gpu,
  a: PackedMask,
  b: PackedMask,
  operation: "and" | "or" | "minus" | "xor",
): PackedMask {
  checkSameDims("combine masks", a.dims, b.dims);
  return run(gpu, a, b, operation);
}

/**
 * The voxels outside a mask.
 *
 * @param gpu Where it is.
 * @param mask The mask.
 * @returns A new mask.
 */
export function invert(gpu: Gpu, mask: PackedMask): PackedMask {
  return run(gpu, mask, mask, "not");
}

function run(
  gpu: Gpu,
  a: PackedMask,
  b: PackedMask,
  operation: typeof OPERATIONS[number],
): PackedMask {
  const { dims } = a;
  const count = wordCount(dims);
  const op = OPERATIONS.indexOf(operation);
  return filled(allocateMask(gpu, dims), ({ words: combined }) => {
    gpu.dispatch(kernel, {
      p: uniforms({ u32: [dims[0], wordsPerRow(dims[0]), count, op] }),
      a: a.words,
      b: b.words,
      combined,
    }, gpu.workgroups(count, 128));
  });
}
