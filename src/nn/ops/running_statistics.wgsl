// Running mean and variance of batch normalization, in place: running += momentum (batch's - running).
// Shapes: mean, variance [channels]; statistics [3][channels]: mean, 1 / sd, biased variance. One invocation a channel.
// Tolerance: two roundings of f32 relative to the larger of old and new value.
struct P { channels: u32, momentum: f32, unbiased: f32 }; // unbiased: count / (count - 1)
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> statistics: array<f32>;
@group(0) @binding(2) var<storage, read_write> mean: array<f32>;
@group(0) @binding(3) var<storage, read_write> variance: array<f32>;

@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let c = id.x + id.y * groups.x * 64u;
  if (c < p.channels) {
    mean[c] += p.momentum * (statistics[c] - mean[c]);
    variance[c] += p.momentum * (p.unbiased * statistics[2u * p.channels + c] - variance[c]);
  }
}
