import type { RowPlan } from "./fft_plan.ts";
import { rowsWgsl } from "./fft_rows.wgsl.ts";

/**
 * WGSL of the transform of rows along x of what `fft_interleave.wgsl` puts together: slab 0 is the real part and slab 1 the imaginary
 * part, and slabs 2 and 3 are added `scale` times as large.
 *
 * Shapes: `elements` as `fft_interleave.wgsl` writes them, rows of `rowWords` words; `data` complex f32, x fastest, of `rows` rows in each
 * of as many planes as there are workgroups along y.
 * Tolerance: as `rowsWgsl`.
 * Tried on lavapipe, 168 x 168 x 42 elements: 9 ms, and 2 for what it reads; complex numbers made before, and transformed in place, took
 * 8 and 11.
 *
 * @param plan How a row is taken apart.
 * @returns The WGSL.
 */
export function fftOfBitsWgsl(plan: RowPlan): string {
  return rowsWgsl(plan, {
    inverse: false,
    neighbours: "elements",
    declarations: `struct P { rowWords: u32, rows: u32, scale: f32 };
@group(0) @binding(2) var<storage, read> elements: array<u32>;
@group(0) @binding(3) var<storage, read_write> data: array<vec2f>;
fn element(start: u32, i: u32) -> vec2f {
  let bits = elements[start + (i >> 3u)] >> (4u * (i & 7u));
  let low = vec2f(f32(bits & 1u), f32((bits >> 1u) & 1u));
  return low + p.scale * vec2f(f32((bits >> 2u) & 1u), f32((bits >> 3u) & 1u));
}`,
    setup: `  let source = (row + p.rows * plane) * p.rowWords;
  let start = (row + p.rows * plane) * ${plan.length}u;`,
    load: (i) => `element(source, ${i})`,
    store: (i, value) => `if (live) { data[start + ${i}] = ${value}; }`,
  });
}
