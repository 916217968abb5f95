import { type LossProgram, powersOf, sumCount } from "./program.ts";
import {
  indices,
  literal,
  LOSS_WORKGROUP,
  voxelHead,
  voxelOthers,
  voxelSoftmax,
  type Width,
} from "./voxel.wgsl.ts";

/**
 * WGSL of the sums that a loss is taken from, softmax included. Invocation l of an image takes items l, l + lanes, ...
 *
 * Shapes: `sums` [lane, image, class, sum], f32, so that the columns' sums are those of an image. Workgroup: 64 lanes; as many workgroups
 * along y as images. Tolerance: a term is off by some 5 units of the last place (WGSL's exp: 3 + 2 |x| units of exp(x) <= 1, the sum and
 * the quotient); a lane adds its items one after the other.
 *
 * @param program What is summed.
 * @param classes Classes, 2 to 32.
 * @param width Voxels in an item.
 * @returns The WGSL.
 */
export function lossSumsWgsl(program: LossProgram, classes: number, width: Width): string {
  const terms = indices(classes).map((c) => termsOf(program, c));
  const names = terms.map((own, c) => own.map((_, m) => `s${c}_${m}`));
  const columns = classes * sumCount(program);
  const total = (name: string) => width === 4 ? `dot(${name}, vec4f(1))` : name;
  return `${voxelHead(width)}
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;
@compute @workgroup_size(${LOSS_WORKGROUP}) fn main(@builtin(global_invocation_id) id: vec3u) {
  let lane = id.x;
  let image = id.y;
  ${names.flat().map((name) => `var ${name} = F();`).join("\n  ")}
  for (var item = lane; item < p.items; item += p.lanes) {
    ${voxelSoftmax(classes, width)}
    ${program.kind === "ce-iou" ? voxelOthers(classes) : "let total_log = log(total);"}
    ${terms.flatMap((own, c) => own.map((term, m) => `s${c}_${m} += ${term};`)).join("\n    ")}
  }
  let to = (lane * p.images + image) * ${columns}u;
  ${names.flat().map((name, i) => `sums[to + ${i}u] = ${total(name)};`).join("\n  ")}
}
`;
}

/** What a voxel adds to each sum of class c. */
function termsOf(program: LossProgram, c: number): string[] {
  const voxels = `select(F(), F(1), is${c})`;
  const surprise = `select(F(), total_log - (z${c} - most), is${c})`;
  switch (program.kind) {
    case "overlap":
      return [
        voxels,
        `select(F(), p${c}, is${c})`,
        ...powersOf(program).map((k) => `select(F(), ${powerTerm(k, c)}, live)`),
      ];
    case "cross-entropy":
      return [voxels, surprise];
    case "ce-iou":
      return [voxels, surprise, `select(F(), ${surpriseOfRest(c)}, live & !is${c})`];
  }
}

/**
 * WGSL of p^k of class c: of the logarithm, since p itself may be too small for f32 where p^k is not.
 *
 * @param k The exponent.
 * @param c The class.
 * @returns The WGSL; it needs `total_log` unless k is 1 or 2.
 */
export function powerTerm(k: number, c: number): string {
  if (k === 1) return `p${c}`;
  if (k === 2) return `p${c} * p${c}`;
  return `exp(${literal(k)} * (z${c} - most - total_log))`;
}

/** -log(1 - p) of class c: the others' share, and for the best class their own sum. */
function surpriseOfRest(c: number): string {
  return `select(total_log - log(total - e${c}), total_log + most - second - log(others), best == U(${c}))`;
}
