import { type Gpu, type GpuArray, type Kernel, uniforms } from "../../gpu/mod.ts";

/** Arrays of an update by their bindings' names. */
type Arrays = Readonly<Record<string, GpuArray>>;

/**
 * Records a kernel that changes arrays of one length in place.
 *
 * @param gpu Where they are.
 * @param kernels The kernel for items of 1 and of 4 floats.
 * @param arrays Its arrays by binding.
 * @param floats Its uniform behind the number of items.
 * @throws {TypeError} If lengths differ.
 */
export function update(
  gpu: Gpu,
  kernels: { readonly 1: Kernel; readonly 4: Kernel },
  arrays: Arrays,
  floats: readonly number[],
): void {
  const [first, ...others] = Object.entries(arrays);
  const [name, { byteLength }] = first!;
  const odd = others.find(([, other]) => other.byteLength !== byteLength);
  if (odd) {
    throw new TypeError(
      `Cannot run kernel "${kernels[1].label}": ${name} has ${byteLength / 4} floats, ${odd[0]} ${
        odd[1].byteLength / 4
      }`,
    );
  }
  const floatsOf = byteLength / 4;
  const width = floatsOf % 4 === 0 ? 4 : 1;
  const items = floatsOf / width;
  const p = uniforms({ u32: [items] }, { f32: floats });
  gpu.dispatch(kernels[width], { p, ...arrays }, gpu.workgroups(items, 64));
}

/** Refuses a share that is none. */
export function checkShare(action: string, name: string, share: number): void {
  if (share >= 0 && share < 1) return;
  throw new RangeError(`Cannot ${action}: ${name} must be in [0, 1), found ${share}`);
}

/** Refuses numbers that are negative or not finite. */
export function checkNotNegative(action: string, numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (value >= 0 && Number.isFinite(value)) continue;
    throw new RangeError(
      `Cannot ${action}: ${name} must be finite and not negative, found ${value}`,
    );
  }
}
