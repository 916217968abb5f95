// Sum of two arrays, e.g. of the gradients of an activation that two layers use.
//
// Shapes: `a`, `b`, `sum` f32, as many elements each. Workgroup: 64 invocations, one for each element. Tolerance: one rounding.

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> sum: array<f32>;

@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let item = id.x + id.y * groups.x * 64u;
  if (item < arrayLength(&sum)) { sum[item] = a[item] + b[item]; }
}
