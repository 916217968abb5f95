// Self-test of long loops: one invocation steps a linear congruential generator. A compiler cannot shorten the loop, and the
// state proves the count. Software adapters end it early, without an error.
struct P { iterations: u32, pad0: u32, pad1: u32, pad2: u32 };
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read_write> reached: array<u32>; // iterations run, last state

@compute @workgroup_size(1) fn main() {
  var state = 1u;
  var count = 0u;
  for (var i = 0u; i < p.iterations; i++) {
    state = state * 1664525u + 1013904223u;
    count++;
  }
  reached[0] = count;
  reached[1] = state;
}
