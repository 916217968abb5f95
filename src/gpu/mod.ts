/**
 * The GPU: adapter and device, kernels, memory, readback, timing.
 *
 * @module
 */
export * from "./adapter.ts";
export { GpuArray, type GpuMemory, pooledBytes } from "./array.ts";
export * from "./errors.ts";
export { filled } from "./filled.ts";
export * from "./gpu.ts";
export {
  type BindingKind,
  type BindingValue,
  checkIterations,
  defineKernel,
  type GpuSlice,
  type Kernel,
  LARGEST_UNIFORM,
  MAX_LOOP_ITERATIONS,
  type Resources,
  SLICE_ALIGNMENT,
} from "./kernel.ts";
export { memo } from "./memo.ts";
export { type ArrayType, Staged } from "./readback.ts";
export { type MemoryRoom, memoryRoom } from "./room.ts";
export * from "./self_check.ts";
export { GpuTexture } from "./texture.ts";
export { type KernelTime } from "./timing.ts";
export { uniforms } from "./uniforms.ts";
