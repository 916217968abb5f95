import type { Convolution } from "./convolution.ts";

/** Invocations of a workgroup. */
export const CONV_WORKGROUP = 64;

/**
 * WGSL of a convolution, one output element an invocation.
 *
 * Shapes: `input` [batch, z, y, x, channel], `weights` [kz, ky, kx, input channel, output channel], `bias` [output channel],
 * `output` as the input; all f32. The invocation's loops run size * input channels times.
 *
 * @param shapes The convolution's shapes.
 * @param biased Whether there is a bias, binding 3.
 * @returns The WGSL.
 */
export function conv3dWgsl(shapes: Convolution, biased: boolean): string {
  const [, nz, ny, nx, cin] = shapes.input;
  const [, mz, my, mx, cout] = shapes.output;
  const [kz, ky, kx] = shapes.size;
  const [pz, py, px] = shapes.padding;
  const { stride } = shapes;
  const count = shapes.output.reduce((product, n) => product * n, 1);
  return `
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;
${biased ? "@group(0) @binding(3) var<storage, read> bias: array<f32>;" : ""}

@compute @workgroup_size(${CONV_WORKGROUP}) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let item = id.x + id.y * groups.x * ${CONV_WORKGROUP}u;
  if (item >= ${count}u) { return; }
  let co = item % ${cout}u;
  let voxel = item / ${cout}u;
  let corner = vec3i(vec3u(voxel, voxel / ${mx}u, voxel / ${
    mx * my
  }u) % vec3u(${mx}u, ${my}u, ${mz}u)) * ${stride} - vec3i(${px}, ${py}, ${pz});
  let image = i32(voxel / ${mx * my * mz}u);
  var sum = ${biased ? "bias[co]" : "0.0"};
  for (var kz = 0; kz < ${kz}; kz++) {
    for (var ky = 0; ky < ${ky}; ky++) {
      for (var kx = 0; kx < ${kx}; kx++) {
        let at = corner + vec3i(kx, ky, kz);
        if (any(at < vec3i(0)) || any(at >= vec3i(${nx}, ${ny}, ${nz}))) { continue; }
        let base = u32(((image * ${nz} + at.z) * ${ny} + at.y) * ${nx} + at.x) * ${cin}u;
        let weight = u32((kz * ${ky} + ky) * ${kx} + kx) * ${cin * cout}u + co;
        for (var ci = 0u; ci < ${cin}u; ci++) {
          sum += input[base + ci] * weights[weight + ci * ${cout}u];
        }
      }
    }
  }
  output[item] = sum;
}
`;
}
