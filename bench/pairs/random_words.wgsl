// Words and normals of a key, for the pairs of the suite `random`. Put behind src/random/philox.wgsl. One invocation a block of four.
struct P { blocks: u32, normals: u32, key: vec2u, stream: vec2u };
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read_write> numbers: array<vec4u>;
@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let block = id.x + id.y * groups.x * 64u;
  if (block >= p.blocks) { return; }
  let words = philox(vec4u(block, 0u, p.stream), p.key);
  let normals = vec4f(normal_pair(words.xy), normal_pair(words.zw));
  numbers[block] = select(words, bitcast<vec4u>(normals), p.normals == 1u);
}
