import { powerTerm } from "./loss_sums.wgsl.ts";
import { coefficientCount, type LossProgram, powersOf } from "./program.ts";
import {
  indices,
  LOSS_WORKGROUP,
  voxelHead,
  voxelOthers,
  voxelSoftmax,
  voxelStore,
  type Width,
} from "./voxel.wgsl.ts";

/**
 * WGSL of a loss's gradient by logits, softmax taken anew. One item an invocation.
 *
 * Shapes: `coefficients` [image, class, coefficient], `gradient` as `logits`. Workgroup: 64. Tolerance: relative to the largest
 * coefficient, some 10 units of the last place, see {@linkcode lossSumsWgsl}.
 *
 * - overlap: h_c = p_c dL/dp_c = [c = y] k_0 p_c + sum_i k_i p_c^(power i), then g_j = h_j - p_j sum(h);
 * - cross-entropy: g_j = k_0 of y (p_j - [j = y]);
 * - ce-iou: that, and for each other class c the gradient of -k_1 log(1 - p_c): k_1 p_c for j = c, else -k_1 p_c p_j / (1 - p_c).
 *
 * @param program The loss.
 * @param classes Classes, 2 to 32.
 * @param width Voxels in an item.
 * @returns The WGSL.
 */
export function lossGradientWgsl(program: LossProgram, classes: number, width: Width): string {
  const each = coefficientCount(program);
  const loads = indices(classes).flatMap((c) =>
    indices(each).map((m) => `let k${c}_${m} = coefficients[first + ${c * each + m}u];`)
  );
  return `${voxelHead(width)}
@group(0) @binding(3) var<storage, read> coefficients: array<f32>;
@group(0) @binding(4) var<storage, read_write> gradient: array<F>;
@compute @workgroup_size(${LOSS_WORKGROUP}) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let index = id.x + id.y * groups.x * ${LOSS_WORKGROUP}u;
  if (index < p.items * p.images) {
    let image = index / p.items;
    let item = index % p.items;
    ${voxelSoftmax(classes, width)}
    let first = image * ${classes * each}u;
    ${loads.join("\n    ")}
    ${lines(program, classes).join("\n    ")}
    ${voxelStore(classes, width)}
  }
}
`;
}

/** Lines that end with `g0` to `gn`. */
function lines(program: LossProgram, classes: number): string[] {
  const all = indices(classes);
  const sum = (term: (c: number) => string) => all.map(term).join(" + ");
  switch (program.kind) {
    case "overlap": {
      const powers = powersOf(program);
      const needsLog = powers.some((k) => k !== 1 && k !== 2);
      return [
        ...needsLog ? ["let total_log = log(total);"] : [],
        ...all.map((c) =>
          `let h${c} = select(F(), k${c}_0 * p${c}, is${c})${
            powers.map((k, i) => ` + k${c}_${i + 1} * ${powerTerm(k, c)}`).join("")
          };`
        ),
        `let inner = ${sum((c) => `h${c}`)};`,
        ...all.map((c) => `let g${c} = select(F(), h${c} - p${c} * inner, live);`),
      ];
    }
    case "cross-entropy":
      return [
        `let weight = ${sum((c) => `select(F(), F(k${c}_0), is${c})`)};`,
        ...all.map((c) =>
          `let g${c} = select(F(), weight * (p${c} - select(F(), F(1), is${c})), live);`
        ),
      ];
    case "ce-iou":
      return [
        voxelOthers(classes),
        `let weight = ${sum((c) => `select(F(), F(k${c}_0), is${c})`)};`,
        // k_1 p / (1 - p) of classes that are neither the label nor the best: 1 - p is no difference of like numbers there.
        ...all.map((c) =>
          `let r${c} = select(k${c}_1 * e${c} / (total - e${c}), F(), is${c} | (best == U(${c})));`
        ),
        `let rest = ${sum((c) => `r${c}`)};`,
        `let added = (${
          sum((c) => `select(F(), k${c}_1 * p${c}, (best == U(${c})) & !is${c})`)
        }) / others;`,
        ...all.map((c) =>
          `let g${c} = select(F(), weight * (p${c} - select(F(), F(1), is${c}))` +
          ` + select(k${c}_1 * p${c}, F(), is${c}) - p${c} * (rest - r${c}) - added * o${c}, live);`
        ),
      ];
  }
}
