// Turns 16-bit integers into floats: a CT travels to the GPU in half the bytes. One invocation two voxels. Exact.
@group(0) @binding(0) var<storage, read> integers: array<u32>; // two voxels a word, little end first
@group(0) @binding(1) var<storage, read_write> values: array<f32>;
@compute @workgroup_size(128) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let i = id.x + id.y * groups.x * 128u;
  if (i >= arrayLength(&integers)) { return; }
  let two = bitcast<i32>(integers[i]);
  values[2u * i] = f32((two << 16u) >> 16u);
  if (2u * i + 1u < arrayLength(&values)) { values[2u * i + 1u] = f32(two >> 16u); }
}
