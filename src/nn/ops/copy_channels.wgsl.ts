import type { Precision } from "../tensor.ts";
import { itemTypes } from "./_item_types.ts";

/**
 * WGSL that copies a run of channels of every voxel from one tensor to another.
 *
 * Bindings: `source`, `copied`; what is not in the run is not touched. One invocation an item of the run; items of 4 floats where all
 * numbers of channels are multiples of 4. Workgroup 64. Exact: floats are moved.
 *
 * @param channels Channels of the source, of the target and of the run, in items.
 * @param firsts First item of the run in the source and in the target.
 * @param width Floats in an item.
 * @param precision How both are stored.
 * @returns The WGSL.
 */
export function copyChannelsWgsl(
  [source, target, run]: readonly [source: number, target: number, run: number],
  [from, to]: readonly [from: number, to: number],
  width: 1 | 4,
  precision: Precision,
): string {
  return `${itemTypes(width, precision)}
@group(0) @binding(0) var<uniform> items: vec4u;
@group(0) @binding(1) var<storage, read> source: array<S>;
@group(0) @binding(2) var<storage, read_write> copied: array<S>;
@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let i = id.x + id.y * groups.x * 64u;
  if (i < items.x) {
    let voxel = i / ${run}u;
    let q = i % ${run}u;
    copied[voxel * ${target}u + q + ${to}u] = source[voxel * ${source}u + q + ${from}u];
  }
}`;
}
