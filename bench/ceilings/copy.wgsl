// Copies memory: the roofline's bandwidth. Four vec4u per invocation, each a whole stride of the grid apart so that neighbours read
// neighbouring words. Bindings: source (read), copied (write), both of the same length. Workgroup 256. Exact.
@group(0) @binding(0) var<storage, read> source: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> copied: array<vec4u>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let stride = groups.x * 256u;
  for (var k = 0u; k < 4u; k++) {
    let i = id.x + k * stride;
    if (i < arrayLength(&copied)) { copied[i] = source[i]; }
  }
}
