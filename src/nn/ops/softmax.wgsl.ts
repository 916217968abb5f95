/**
 * WGSL of the softmax over channels: exp(x - max) over its sum. One invocation a voxel.
 *
 * Bindings: `logits`, `probabilities`, [voxel, channel]. Tolerance: absolute, 2e-6: WGSL's exp is within 3 + 2 |x| units of the last place,
 * which at exp(x) <= 1 are at most 5 of 2^-24, and a ratio of sums of such carries their relative error.
 *
 * @param channels Channels.
 * @returns The WGSL.
 */
export function softmaxWgsl(channels: number): string {
  return voxelWgsl(
    channels,
    `
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read_write> probabilities: array<f32>;`,
    `
    var most = logits[first];
    for (var c = 1u; c < ${channels}u; c++) { most = max(most, logits[first + c]); }
    var sum = 0.0;
    for (var c = 0u; c < ${channels}u; c++) {
      let e = exp(logits[first + c] - most);
      probabilities[first + c] = e;
      sum += e;
    }
    for (var c = 0u; c < ${channels}u; c++) {
      probabilities[first + c] = probabilities[first + c] / sum;
    }`,
  );
}

/**
 * WGSL of its gradient: dx = p (g - sum(g p)). One invocation a voxel.
 *
 * Bindings: `probabilities`, `gradient` by them, `dx`, [voxel, channel].
 *
 * @param channels Channels.
 * @returns The WGSL.
 */
export function softmaxGradientWgsl(channels: number): string {
  return voxelWgsl(
    channels,
    `
@group(0) @binding(1) var<storage, read> probabilities: array<f32>;
@group(0) @binding(2) var<storage, read> gradient: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;`,
    `
    var sum = 0.0;
    for (var c = 0u; c < ${channels}u; c++) { sum += gradient[first + c] * probabilities[first + c]; }
    for (var c = 0u; c < ${channels}u; c++) {
      dx[first + c] = probabilities[first + c] * (gradient[first + c] - sum);
    }`,
  );
}

function voxelWgsl(channels: number, bindings: string, main: string): string {
  return `
@group(0) @binding(0) var<uniform> voxels: vec4u;
${bindings}
@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let voxel = id.x + id.y * groups.x * 64u;
  if (voxel < voxels.x) {
    let first = voxel * ${channels}u;
    ${main}
  }
}`;
}
