import {
  checkIterations,
  defineKernel,
  filled,
  type Gpu,
  type GpuArray,
  uniforms,
} from "../../gpu/mod.ts";
import { TOTAL_WORKGROUP } from "../total.wgsl.ts";
import { NORM_STEPS, normWgsl, squaresWgsl } from "./gradient_norm.wgsl.ts";

const squares = (width: 1 | 4) =>
  defineKernel({
    label: "nn/gradient-norm squares",
    code: squaresWgsl(width),
    bindings: { p: "uniform", values: "read", shares: "write" },
  });
const kernels = { 1: squares(1), 4: squares(4) };

const merge = defineKernel({
  label: "nn/gradient-norm",
  code: normWgsl(),
  bindings: { p: "uniform", shares: "read", norm: "write" },
});

/**
 * Records the Euclidean norm of arrays taken together, and a count of the values that are not finite: a training ends when there are any.
 *
 * @param gpu Where the arrays are.
 * @param arrays 32-bit floats, any lengths.
 * @returns Two 32-bit floats: the norm of the finite values (infinite above 1.8e19), and how many are not finite.
 * @throws {TypeError} If there is no array.
 */
export function gradientNorm(gpu: Gpu, arrays: readonly GpuArray[]): GpuArray {
  if (arrays.length === 0) throw new TypeError("Cannot take the norm: there is no array");
  const parts = arrays.map((values) => {
    const floats = values.byteLength / 4;
    const width = floats % 4 === 0 ? 4 as const : 1 as const;
    const items = floats / width;
    return { values, width, items, count: Math.ceil(items / (TOTAL_WORKGROUP * NORM_STEPS)) };
  });
  const all = parts.reduce((sum, { count }) => sum + count, 0);
  checkIterations("nn/gradient-norm", Math.ceil(all / TOTAL_WORKGROUP) + 8);
  using shares = gpu.allocate(8 * all, "shares of a norm");
  return filled(gpu.allocate(8, "norm"), (norm) => {
    let first = 0;
    for (const { values, width, items, count } of parts) {
      gpu.dispatch(
        kernels[width],
        { p: uniforms({ u32: [items, first, count] }), values, shares },
        gpu.workgroups(count, 1),
      );
      first += count;
    }
    gpu.dispatch(merge, { p: uniforms({ u32: [all] }), shares, norm }, [1]);
  });
}
