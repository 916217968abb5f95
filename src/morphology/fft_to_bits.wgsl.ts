import { COMPLEX_BYTES, type RowPlan } from "./fft_plan.ts";
import { ROW_BYTES, rowsWgsl } from "./fft_rows.wgsl.ts";
import { cell } from "./fft_stages.wgsl.ts";

/** Bytes of workgroup memory for each element of a row. */
export const TO_BITS_BYTES = ROW_BYTES + COMPLEX_BYTES / 2;

/**
 * WGSL of the inverse transform of rows along x to counts, and of their threshold to bits of a mask.
 *
 * Shapes: `data` complex f32, x fastest, `size` elements along x and y: sums of the counts of two or four slabs as `fft_of_bits.wgsl.ts`
 * lays them out, times 1 / `unscale`; a row's first count is at `origin`. `spread` as PackedMask of the output's dims, whose slice `first`
 * is the first of slab 0; planes are as many as there are workgroups along y.
 * Tolerance: the bits are exact while the error of a sum is below one half, see `spreadFft`.
 * Tried on lavapipe, 168 x 168 x 33 elements to 160 x 160 x 130 bits: 9 ms; transformed in place, and read again by a kernel of
 * thresholds, 15.
 *
 * @param plan How a row is taken apart.
 * @returns The WGSL.
 */
export function fftToBitsWgsl(plan: RowPlan): string {
  const { length, lanes, threads } = plan;
  const inside = cell("inside", plan);
  return rowsWgsl(plan, {
    inverse: true,
    neighbours: "elements",
    declarations: `struct P {
  nx: u32, rows: u32, end: u32, rowWords: u32, // voxels of the output along x and y; its slice behind the last; words of its rows
  ly: u32, depth: u32, slabs: u32, flip: u32, // elements along y; slices of a slab; slabs; bits to turn over
  origin: vec3u, first: u32,
  threshold: f32, unscale: f32, scale: f32,
};
@group(0) @binding(2) var<storage, read> data: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> spread: array<u32>;
var<workgroup> inside: array<u32, ${length * lanes}>; // a bit for each slab
fn insideOf(sums: vec2f) -> u32 {
  let sum = sums * p.unscale;
  let high = floor((sum + 0.5) / p.scale);
  let passed = vec4<bool>(sum - high * p.scale > vec2f(p.threshold), high > vec2f(p.threshold));
  return dot(select(vec4u(), vec4u(1, 2, 4, 8), passed), vec4u(1)) ^ p.flip;
}`,
    setup: `  let start = ${length}u * (row + p.origin.y + p.ly * (plane + p.origin.z));`,
    load: (i) => `data[start + ${i}]`,
    store: (i, value) => `${inside(i)} = insideOf(${value});`,
    finish: `  for (var w = invocation; w < ${lanes}u * p.rowWords; w += ${lanes * threads}u) {
    let lane = w / p.rowWords;
    let word = w % p.rowWords;
    let y = group.x * ${lanes}u + lane;
    var bits = vec4u();
    for (var k = 0u; k < min(32u, p.nx - 32u * word); k++) {
      bits |= ((vec4u(${
      inside("p.origin.x + 32u * word + k")
    }) >> vec4u(0, 1, 2, 3)) & vec4u(1)) << vec4u(k);
    }
    for (var slab = 0u; slab < p.slabs; slab++) {
      let z = p.first + slab * p.depth + plane;
      if (y < p.rows && z < p.end) { spread[word + p.rowWords * (y + p.rows * z)] = bits[slab]; }
    }
  }`,
  });
}
