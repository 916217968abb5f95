import { COMPLEX_BYTES, LONGEST_PAIR, type RowPlan } from "./fft_plan.ts";
import { ARITHMETIC, buffer, butterfly, cell, loop, stageLoop } from "./fft_stages.wgsl.ts";

/** Bytes of workgroup memory for each element of a column. */
export const COLUMN_BYTES = 3 * COMPLEX_BYTES;

/**
 * WGSL of the circular convolution of columns of one length by columns of a shorter element, in place: both transformed, multiplied and
 * transformed back while they are in registers and workgroup memory. The last stage of the way out leaves an invocation with just the
 * terms that the first stage of the way back begins with, its factors being reversed.
 *
 * Shapes: `data` is complex f32 [length, columns]; `factor` likewise [depth, columns], zero behind its elements. The result is `length`
 * times the convolution.
 * Tolerance: as of three transforms, see `rowsWgsl`.
 * Tried on lavapipe, 168 x 168 columns of 42 by 9: 14 ms. 75 by 9: 24 ms, where a transform each way, one of the element and a kernel of
 * products took 52.
 *
 * @param plan How a column is taken apart: into two factors or one.
 * @param depth Elements of a column of the element.
 * @returns The WGSL.
 */
export function fftColumnsWgsl(plan: RowPlan, depth: number): string {
  const { lanes, threads, radices, length } = plan;
  if (length > LONGEST_PAIR) throw new RangeError(`Cannot take apart columns of ${length}`);
  const back: RowPlan = { ...plan, radices: radices.toReversed() };
  const last = radices.length - 1;
  const names = last === 0 ? [] : ["a", "b", "c"];
  const [a, b, c] = ["a", "b", "c"].map((name) => cell(name, plan));
  const element = (i: string) => `data[column + (${i}) * p.columns]`;
  const store = (i: string, value: string) => `if (live) { ${element(i)} = ${value}; }`;
  // Beyond the depth nothing is read where that is known when this is written.
  const ofFactor = (i: string, q: number) =>
    q * (length / radices[0]!) >= depth ? "vec2f()" : `factorAt(column, ${i})`;
  const out = butterfly(plan, last, {
    inverse: false,
    prefix: "x",
    load: last === 0 ? element : a!,
  });
  const other = butterfly(plan, last, {
    inverse: false,
    prefix: "f",
    load: last === 0 ? ofFactor : b!,
  });
  const products = out.sums.map((sum, q) => `mul(${sum}, ${other.sums[q]})`);
  const turn = butterfly(back, 0, { inverse: true, prefix: "y", load: (_, q) => products[q]! });
  const middle = loop(plan, last, [
    out.code,
    other.code,
    turn.code,
    ...turn.sums.map((sum, m) =>
      last === 0 ? store(turn.places[m]!, sum) : `${c!(turn.places[m]!)} = ${sum};`
    ),
  ]);
  const toShared = (target: (i: string) => string) => (i: string, value: string) =>
    `${target(i)} = ${value};`;
  const first = { inverse: false } as const;
  const stages = last === 0 ? [middle] : [
    stageLoop(plan, 0, { ...first, load: element, store: toShared(a!) }) + "\n" +
    stageLoop(plan, 0, { ...first, load: ofFactor, store: toShared(b!) }),
    middle,
    stageLoop(back, 1, { inverse: true, load: c!, store }),
  ];
  return `
struct P { columns: u32 };
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> roots: array<vec2f>; // exp(-2 pi i k / length)
@group(0) @binding(2) var<storage, read> factor: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> data: array<vec2f>;
${names.map((name) => buffer(name, plan)).join("\n")}
${ARITHMETIC}
fn factorAt(column: u32, i: u32) -> vec2f {
  return select(vec2f(), factor[column + min(i, ${depth - 1}u) * p.columns], i < ${depth}u);
}
@compute @workgroup_size(${lanes}, ${threads}) fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let lane = local.x;
  let thread = local.y;
  let index = (group.x + group.y * groups.x) * ${lanes}u + lane;
  // Lanes behind the last column go through the motions, since all must meet at the barriers, and store nothing.
  let live = index < p.columns;
  let column = min(index, p.columns - 1u);
${stages.join("\n  workgroupBarrier();\n")}
}`;
}
