import type { Precision } from "../tensor.ts";
import { itemTypes } from "./_item_types.ts";

/** Items that a kernel has one invocation for. */
export interface Grid {
  /** Elements in an item. */
  readonly width: 1 | 4;
  /** Axes, slowest first, the last in items. */
  readonly axes: readonly number[];
  /** How activations are stored; 32-bit floats by default. */
  readonly precision?: Precision;
}

/**
 * WGSL of a kernel with one invocation for each item of a grid of voxels, `i` its number; sizes are constants, so that indices take no
 * divisions by unknown numbers.
 *
 * @param grid The items.
 * @param parts Bindings, functions and what an invocation does, where it finds `batch`, `z`, `y`, `x` and `q`, its item of the channels.
 * @returns The WGSL.
 */
export function gridWgsl(
  { width, axes, precision }: Grid,
  { bindings, main }: { readonly bindings: string; readonly main: string },
): string {
  const [batch, nz, ny, nx, items] = axes as [number, number, number, number, number];
  return `${itemTypes(width, precision)}
alias U = ${width === 4 ? "vec4u" : "u32"};
${bindings}
@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let i = id.x + id.y * groups.x * 64u;
  if (i < ${batch * nz * ny * nx * items}u) {
    let q = i % ${items}u;
    let x = i / ${items}u % ${nx}u;
    let y = i / ${items * nx}u % ${ny}u;
    let z = i / ${items * nx * ny}u % ${nz}u;
    let batch = i / ${items * nx * ny * nz}u;
    ${main}
  }
}`;
}

/**
 * Number of an item in a tensor.
 *
 * @param axes Axes, slowest first, the last in items.
 * @param voxel WGSL of its place along z, y, x.
 * @returns WGSL of the number; `batch` and `q` are those of {@linkcode gridWgsl}.
 */
export function itemAt(
  [, nz, ny, nx, items]: readonly number[],
  [z, y, x]: readonly [z: string, y: string, x: string],
): string {
  return `(((batch * ${nz}u + ${z}) * ${ny}u + ${y}) * ${nx}u + ${x}) * ${items}u + q`;
}
