import type { Precision } from "../tensor.ts";

/**
 * WGSL types of a kernel's items, the first thing in its source: `F` is what it computes with, `S` what its activations hold. `F(s)` reads
 * an item, `S(f)` makes one to write.
 *
 * @param width Elements in an item.
 * @param precision How activations are stored.
 * @returns The WGSL.
 */
export function itemTypes(width: 1 | 4, precision: Precision = "f32"): string {
  const of = (type: string) => width === 4 ? `vec4<${type}>` : type;
  return `${precision === "f16" ? "enable f16;" : ""}
alias F = ${of("f32")};
alias S = ${of(precision)};`;
}
