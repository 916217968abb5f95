// Integer operations in registers: the roofline's arithmetic of kernels that work on words. As fma.wgsl: eight independent chains of vec4u
// per invocation, 64 operations an iteration, 1024 iterations, operands from a uniform so that nothing can be folded. One step of a chain is
// a multiplication and an addition, which some GPUs do in one instruction, or an exclusive or and an addition, of which CPUs do several in
// the time of a multiplication: the ceiling is the faster of the two. At run time factor is 1, mask 0 and term 1, so every lane ends at its
// start + 1024, and a loop cut short shows.
// Bindings: p (uniform), sums (write, one u32 per invocation). Workgroup 256. Exact.
struct Params { factor: u32, mask: u32, term: u32, iterations: u32 }

override multiply: bool;
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> sums: array<u32>;

fn step(v: vec4u) -> vec4u {
  if (multiply) { return v * p.factor + p.term; }
  return (v ^ vec4u(p.mask)) + p.term;
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let start = vec4u(0u, 1u, 2u, 3u) + id.x % 256u;
  var a = start;
  var b = start + 4u;
  var c = start + 8u;
  var d = start + 12u;
  var e = start + 16u;
  var f = start + 20u;
  var g = start + 24u;
  var h = start + 28u;
  for (var k = 0u; k < p.iterations; k++) {
    a = step(a);
    b = step(b);
    c = step(c);
    d = step(d);
    e = step(e);
    f = step(f);
    g = step(g);
    h = step(h);
  }
  let sum = a + b + c + d + e + f + g + h;
  sums[id.x] = sum.x + sum.y + sum.z + sum.w;
}
