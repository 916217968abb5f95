/** Invocations of a workgroup that {@linkcode totalWgsl} sums over. */
export const TOTAL_WORKGROUP = 64;

/**
 * WGSL of `fn total(lane: u32, value: T) -> T`: the sum over a workgroup of 64, in a fixed order, the same in every invocation. All must call
 * it, any number of times: the barriers of one call keep its values apart from the next one's.
 *
 * Sums of eight of eight; chains of 8 + 8 additions. Time of a merge of 32 channels, lavapipe, 2 cores: six halvings and a barrier in front
 * 0.20 ms, this way, with two barriers, 0.10 ms: there barriers are what costs.
 *
 * @param type `f32` or `vec2f`.
 * @returns The WGSL.
 */
export function totalWgsl(type: "f32" | "vec2f"): string {
  return `
var<workgroup> parts: array<${type}, ${TOTAL_WORKGROUP}>;
var<workgroup> eighths: array<${type}, 8>;
fn total(lane: u32, value: ${type}) -> ${type} {
  parts[lane] = value;
  workgroupBarrier();
  if (lane < 8u) {
    var eighth = parts[lane];
    for (var k = 8u; k < ${TOTAL_WORKGROUP}u; k += 8u) { eighth += parts[lane + k]; }
    eighths[lane] = eighth;
  }
  workgroupBarrier();
  var all = eighths[0];
  for (var k = 1u; k < 8u; k++) { all += eighths[k]; }
  return all;
}`;
}
