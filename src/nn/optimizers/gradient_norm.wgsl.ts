import { TOTAL_WORKGROUP, totalWgsl } from "../total.wgsl.ts";

/** Items an invocation takes. */
export const NORM_STEPS = 64;

/**
 * WGSL of a workgroup's share of an array: the sum of squares of its finite values, and how many are not finite.
 *
 * Bindings: `p` items and the place of the array's first share; `values`; `shares`, pairs. Sums are pairwise over the workgroup after 64
 * in a row: relative error at most 70 * 2^-24. What is finite is told from the exponent's bits, as WGSL may take NaN for any number.
 *
 * @param width Floats in an item.
 * @returns The WGSL.
 */
export function squaresWgsl(width: 1 | 4): string {
  const [sum, all] = width === 4 ? ["dot(x, x)", "dot(bad, F(1))"] : ["x * x", "bad"];
  return `
alias F = ${width === 4 ? "vec4f" : "f32"};
alias U = ${width === 4 ? "vec4u" : "u32"};
struct P { items: u32, first: u32, count: u32 };
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> values: array<F>;
@group(0) @binding(2) var<storage, read_write> shares: array<vec2f>;
${totalWgsl("vec2f")}
@compute @workgroup_size(${TOTAL_WORKGROUP}) fn main(
  @builtin(workgroup_id) at: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let group = at.x + at.y * groups.x;
  let start = group * ${TOTAL_WORKGROUP * NORM_STEPS}u;
  let end = min(start + ${TOTAL_WORKGROUP * NORM_STEPS}u, p.items);
  var share = vec2f(0);
  for (var i = start + lane; i < end; i += ${TOTAL_WORKGROUP}u) {
    let value = values[i];
    let finite = (bitcast<U>(value) & U(0x7f800000u)) != U(0x7f800000u);
    let x = select(F(0), value, finite);
    let bad = select(F(1), F(0), finite);
    share += vec2f(${sum}, ${all});
  }
  let sum = total(lane, share);
  if (lane == 0u && group < p.count) { shares[p.first + group] = sum; }
}`;
}

/**
 * WGSL that merges shares: one workgroup.
 *
 * Bindings: `p` the number of shares; `shares`; `norm` the root of the sum, and how many values are not finite.
 *
 * @returns The WGSL.
 */
export function normWgsl(): string {
  return `
@group(0) @binding(0) var<uniform> p: vec4u;
@group(0) @binding(1) var<storage, read> shares: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> norm: array<f32>;
${totalWgsl("vec2f")}
@compute @workgroup_size(${TOTAL_WORKGROUP}) fn main(@builtin(local_invocation_index) lane: u32) {
  var share = vec2f(0);
  for (var i = lane; i < p.x; i += ${TOTAL_WORKGROUP}u) { share += shares[i]; }
  let sum = total(lane, share);
  if (lane == 0u) {
    norm[0] = sqrt(sum.x);
    norm[1] = sum.y;
  }
}`;
}
