import { defineKernel, filled, type Gpu, type GpuArray } from "../../gpu/mod.ts";
import addWgsl from "./add.wgsl" with { type: "text" };

const kernel = defineKernel({
  label: "nn/add",
  code: addWgsl,
  bindings: { a: "read", b: "read", sum: "write" },
});

/**
 * Records the sum of two arrays.
 *
 * @param gpu Where they are.
 * @param a 32-bit floats.
 * @param b As many.
 * @returns As many.
 * @throws {TypeError} If one holds more than the other.
 */
export function addArrays(gpu: Gpu, a: GpuArray, b: GpuArray): GpuArray {
  if (a.byteLength !== b.byteLength) {
    throw new TypeError(
      `Cannot add GPU arrays of ${a.byteLength / 4} and ${
        b.byteLength / 4
      } floats: they must be as long`,
    );
  }
  return filled(gpu.allocate(a.byteLength, "sum"), (sum) => {
    gpu.dispatch(kernel, { a, b, sum }, gpu.workgroups(a.byteLength / 4, 64));
  });
}
