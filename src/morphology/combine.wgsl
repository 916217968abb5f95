// Combines two masks word by word. op: 0 and, 1 or, 2 minus (a and not b), 3 xor, 4 not a. Exact.
// "not" must leave the bits beyond a row's end at 0.
struct P { nx: u32, wordsPerRow: u32, words: u32, op: u32 };
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> a: array<u32>;
@group(0) @binding(2) var<storage, read> b: array<u32>;
@group(0) @binding(3) var<storage, read_write> combined: array<u32>;
@compute @workgroup_size(128) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let i = id.x + id.y * groups.x * 128u;
  if (i >= p.words) { return; }
  let x = a[i];
  let y = b[i];
  let left = p.nx - (i % p.wordsPerRow) * 32u;
  let valid = select((1u << (left & 31u)) - 1u, 0xffffffffu, left >= 32u);
  switch (p.op) {
    case 0u: { combined[i] = x & y; }
    case 1u: { combined[i] = x | y; }
    case 2u: { combined[i] = x & ~y; }
    case 3u: { combined[i] = x ^ y; }
    default: { combined[i] = ~x & valid; }
  }
}
