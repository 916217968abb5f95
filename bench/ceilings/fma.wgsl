// Multiplies and adds in registers: the roofline's arithmetic. Eight independent vec4f per invocation hide the latency of each chain;
// 64 operations an iteration, 1024 iterations (the software adapter's limit is 65 535). Factor and term come from a uniform, so nothing
// can be folded; at run time both are 1, so every lane ends at its start + 1024 exactly, and a loop cut short shows.
// Bindings: p (uniform), sums (write, one f32 per invocation). Workgroup 256.
struct Params { factor: f32, term: f32, iterations: u32 }

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let factor = vec4f(p.factor);
  let term = vec4f(p.term);
  let start = vec4f(0, 1, 2, 3) + f32(id.x % 256u);
  var a = start;
  var b = start + 4;
  var c = start + 8;
  var d = start + 12;
  var e = start + 16;
  var f = start + 20;
  var g = start + 24;
  var h = start + 28;
  for (var k = 0u; k < p.iterations; k++) {
    a = fma(a, factor, term);
    b = fma(b, factor, term);
    c = fma(c, factor, term);
    d = fma(d, factor, term);
    e = fma(e, factor, term);
    f = fma(f, factor, term);
    g = fma(g, factor, term);
    h = fma(h, factor, term);
  }
  let sum = a + b + c + d + e + f + g + h;
  sums[id.x] = sum.x + sum.y + sum.z + sum.w;
}
