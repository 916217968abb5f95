import { CONV_WORKGROUP } from "./conv3d.wgsl.ts";
import type { Convolution } from "./convolution.ts";

/**
 * WGSL of a convolution's gradient by its input, one input element an invocation.
 *
 * Shapes: `gradient` as the convolution's output, `weights` [kz, ky, kx, input channel, output channel], `bias` [input channel],
 * added for a transposed convolution, `output` as the convolution's input; all f32. The invocation's loops run size * output channels
 * times.
 *
 * @param shapes The convolution's shapes.
 * @param biased Whether there is a bias, binding 3.
 * @returns The WGSL.
 */
export function conv3dInputGradientWgsl(shapes: Convolution, biased: boolean): string {
  const [, nz, ny, nx, cin] = shapes.input;
  const [, mz, my, mx, cout] = shapes.output;
  const [kz, ky, kx] = shapes.size;
  const [pz, py, px] = shapes.padding;
  const { stride } = shapes;
  const count = shapes.input.reduce((product, n) => product * n, 1);
  return `
@group(0) @binding(0) var<storage, read> gradient: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;
${biased ? "@group(0) @binding(3) var<storage, read> bias: array<f32>;" : ""}

@compute @workgroup_size(${CONV_WORKGROUP}) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let item = id.x + id.y * groups.x * ${CONV_WORKGROUP}u;
  if (item >= ${count}u) { return; }
  let ci = item % ${cin}u;
  let voxel = item / ${cin}u;
  let place = vec3i(vec3u(voxel, voxel / ${nx}u, voxel / ${
    nx * ny
  }u) % vec3u(${nx}u, ${ny}u, ${nz}u)) + vec3i(${px}, ${py}, ${pz});
  let image = i32(voxel / ${nx * ny * nz}u);
  var sum = ${biased ? "bias[ci]" : "0.0"};
  for (var kz = 0; kz < ${kz}; kz++) {
    for (var ky = 0; ky < ${ky}; ky++) {
      for (var kx = 0; kx < ${kx}; kx++) {
        let far = place - vec3i(kx, ky, kz);
        let at = far / ${stride};
        if (any(far < vec3i(0)) || any(at * ${stride} != far) || any(at >= vec3i(${mx}, ${my}, ${mz}))) { continue; }
        let base = u32(((image * ${mz} + at.z) * ${my} + at.y) * ${mx} + at.x) * ${cout}u;
        let weight = (u32((kz * ${ky} + ky) * ${kx} + kx) * ${cin}u + ci) * ${cout}u;
        for (var co = 0u; co < ${cout}u; co++) {
          sum += gradient[base + co] * weights[weight + co];
        }
      }
    }
  }
  output[item] = sum;
}
`;
}
