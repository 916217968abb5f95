import { defineKernel, type Gpu, type GpuArray } from "../../gpu/mod.ts";
import { update } from "./_update.ts";
import { lerpWgsl } from "./update.wgsl.ts";

const kernel = (width: 1 | 4) =>
  defineKernel({
    label: "nn/lerp",
    code: lerpWgsl(width),
    bindings: { p: "uniform", source: "read", values: "write" },
  });
const kernels = { 1: kernel(1), 4: kernel(4) };

/**
 * Records a step of one array towards another, in place: values += weight (source - values). With weight 1 - decay this is the exponential
 * moving average of the weights of a network.
 *
 * @param gpu Where the arrays are.
 * @param options The array to change, where it goes, and how much of the way, in [0, 1].
 * @throws {TypeError} If lengths differ.
 * @throws {RangeError} If the weight is not in [0, 1].
 */
export function lerp(
  gpu: Gpu,
  { values, source, weight }: {
    readonly values: GpuArray;
    readonly source: GpuArray;
    readonly weight: number;
  },
): void {
  if (!(weight >= 0 && weight <= 1)) {
    throw new RangeError(`Cannot interpolate: the weight must be in [0, 1], found ${weight}`);
  }
  update(gpu, kernels, { source, values }, [weight]);
}
