import { COMPLEX_BYTES, type RowPlan } from "./fft_plan.ts";
import { ARITHMETIC, buffer, cell, stageLoop } from "./fft_stages.wgsl.ts";

/** Bytes of workgroup memory for each element of a row. */
export const ROW_BYTES = 2 * COMPLEX_BYTES;

/** What a transform of rows reads and writes, in WGSL. */
export interface RowEnds {
  /** The sign of the exponent; the inverse is not scaled. */
  readonly inverse: boolean;
  /** What lies side by side in memory and so in a workgroup: elements of a row, or rows. */
  readonly neighbours: "elements" | "rows";
  /** The structure `P` of the uniform, which has `rows`; bindings from 2 on; functions. */
  readonly declarations: string;
  /** Statements before the transform, which are given `row` and `plane`. */
  readonly setup: string;
  /** The expression of element `i`. */
  readonly load: (i: string) => string;
  /** The statement that stores element `i`, in a workgroup's lane whether or not `live`. */
  readonly store: (i: string, value: string) => string;
  /** Statements after it, behind a barrier. */
  readonly finish?: string;
}

/**
 * WGSL of the discrete Fourier transform of rows of one length: Stockham's autosort, a few factors at a time in registers and the row in
 * workgroup memory between them. A workgroup takes some neighbouring rows of a plane.
 *
 * Relative error of a row: below 1e-7 * log2(length), rms.
 *
 * @param plan How a row is taken apart.
 * @param ends What is read and written.
 * @returns The WGSL.
 */
export function rowsWgsl(plan: RowPlan, ends: RowEnds): string {
  const { lanes, threads, radices } = plan;
  const last = radices.length - 1;
  const buffers = ["a", "b"].slice(0, last);
  const between = (stage: number) => cell(buffers[stage % 2]!, plan);
  const stages = radices.map((_, stage) =>
    stageLoop(plan, stage, {
      inverse: ends.inverse,
      load: stage === 0 ? ends.load : between(stage - 1),
      store: stage === last ? ends.store : (i, value) => `${between(stage)(i)} = ${value};`,
    })
  );
  const byRows = ends.neighbours === "rows";
  return `${ends.declarations}
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> roots: array<vec2f>; // exp(-2 pi i k / length)
${buffers.map((name) => buffer(name, plan)).join("\n")}
${ARITHMETIC}
@compute @workgroup_size(${byRows ? [lanes, threads] : [threads, lanes]}) fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) invocation: u32,
) {
  let lane = local.${byRows ? "x" : "y"};
  let thread = local.${byRows ? "y" : "x"};
  // Lanes behind the last row go through the motions, since all must meet at the barriers, and store nothing.
  let live = group.x * ${lanes}u + lane < p.rows;
  let row = min(group.x * ${lanes}u + lane, p.rows - 1u);
  let plane = group.y;
${ends.setup}
${[...stages, ...ends.finish ? [ends.finish] : []].join("\n  workgroupBarrier();\n")}
}`;
}

/**
 * WGSL of the transform of complex rows in place, neighbours in memory being of neighbouring rows.
 *
 * Shapes: `data` is complex f32; `rows` rows of `length` elements `step` apart begin at the first elements of each of as many planes,
 * `planeStep` apart, as there are workgroups along y, from element `start` on.
 * Tried on lavapipe, 168 x 168 x 42 elements: 9 ms forward, 8 back over 33 planes. Reads and writes bound it, of workgroup memory too: 4 to
 * 5 cycles for four bytes of each lane. Every root read and none multiplied took a third longer; one row a workgroup with factors up to 7,
 * five times as long; 189 = 3 x 7 x 9 elements a quarter longer than 192 = 12 x 16.
 *
 * @param plan How a row is taken apart.
 * @param inverse The sign of the exponent.
 * @returns The WGSL.
 */
export function fftRowsWgsl(plan: RowPlan, inverse: boolean): string {
  const element = (i: string) => `data[start + (${i}) * p.step]`;
  return rowsWgsl(plan, {
    inverse,
    neighbours: "rows",
    declarations: `struct P { step: u32, planeStep: u32, rows: u32, start: u32 };
@group(0) @binding(2) var<storage, read_write> data: array<vec2f>;`,
    setup: "  let start = p.start + row + plane * p.planeStep;",
    load: element,
    store: (i, value) => `if (live) { ${element(i)} = ${value}; }`,
  });
}
