import { type Convolution, weightCount } from "./convolution.ts";

/** Invocations of a workgroup. */
export const CONV_WORKGROUP = 64;

/**
 * WGSL of partial sums of a convolution's gradient by its weights, one weight and slab of output rows an invocation.
 *
 * Shapes: `input` and `gradient` as the convolution's input and output; `partial` [slab, kz, ky, kx, input channel, output channel];
 * all f32. The invocation's loops run rows * (mx + 1) times.
 *
 * @param shapes The convolution's shapes.
 * @param slab Output rows of a slab.
 * @returns The WGSL.
 */
export function conv3dFilterGradientWgsl(shapes: Convolution, slab: number): string {
  const [batch, nz, ny, nx, cin] = shapes.input;
  const [, mz, my, mx, cout] = shapes.output;
  const [kz, ky, kx] = shapes.size;
  const [pz, py, px] = shapes.padding;
  const { stride } = shapes;
  const weights = weightCount(shapes);
  const rows = batch * mz * my;
  const slabs = Math.ceil(rows / slab);
  return `
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read> gradient: array<f32>;
@group(0) @binding(2) var<storage, read_write> partial: array<f32>;

@compute @workgroup_size(${CONV_WORKGROUP}) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let item = id.x + id.y * groups.x * ${CONV_WORKGROUP}u;
  if (item >= ${slabs * weights}u) { return; }
  let weight = item % ${weights}u;
  let co = weight % ${cout}u;
  let ci = weight / ${cout}u % ${cin}u;
  let tap = weight / ${cin * cout}u;
  let shift = vec3i(vec3u(tap, tap / ${kx}u, tap / ${
    kx * ky
  }u) % vec3u(${kx}u, ${ky}u, ${kz}u)) - vec3i(${px}, ${py}, ${pz});
  let first = item / ${weights}u * ${slab}u;
  // Output voxels whose input lies within the row.
  let begin = max(0, ${stride === 1 ? "-shift.x" : "(1 - shift.x) / 2"});
  let end = min(${mx}, (${nx - 1 + stride} - shift.x) / ${stride});
  var sum = 0.0;
  for (var row = first; row < min(first + ${slab}u, ${rows}u); row++) {
    let y = i32(row % ${my}u) * ${stride} + shift.y;
    let z = i32(row / ${my}u % ${mz}u) * ${stride} + shift.z;
    if (y < 0 || z < 0 || y >= ${ny} || z >= ${nz}) { continue; }
    let image = i32(row / ${my * mz}u);
    let base = ((image * ${nz} + z) * ${ny} + y) * ${nx} + shift.x;
    for (var x = begin; x < end; x++) {
      sum += input[u32(base + x * ${stride}) * ${cin}u + ci] * gradient[(row * ${mx}u + u32(x)) * ${cout}u + co];
    }
  }
  partial[item] = sum;
}
`;
}
