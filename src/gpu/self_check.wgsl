// Self-test: integer and float arithmetic and workgroup memory, against the same computed on the host.
// words, integers, floats: n numbers, n a multiple of 64; sums: one for each workgroup of 64 words.
// Integers and sums are exact. Floats are within 2^-20 of themselves: a division, a root, a product and a sum of positive
// numbers, each as exact as WGSL demands.
@group(0) @binding(0) var<storage, read> words: array<u32>;
@group(0) @binding(1) var<storage, read_write> integers: array<u32>;
@group(0) @binding(2) var<storage, read_write> floats: array<f32>;
@group(0) @binding(3) var<storage, read_write> sums: array<u32>;

var<workgroup> row: array<u32, 64>;

@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) group: vec3u,
) {
  let word = words[id.x];
  let whole = bitcast<i32>(word);
  let product = word * 2654435761u;
  let rotated = (word << 7u) | (word >> 25u);
  let divided = bitcast<u32>(whole / 7 + whole % 1000 + (whole >> 3u));
  let mixed = product ^ rotated ^ divided ^ countOneBits(word);

  let a = f32((word >> 8u) | 1u) * 0x1p-24f;
  let b = f32(word & 0xffffu) + 1.0;
  floats[id.x] = sqrt(a / b) + a * b;

  row[lane] = mixed;
  workgroupBarrier();
  integers[id.x] = mixed - row[63u - lane] * 3u;
  for (var reach = 32u; reach > 0u; reach >>= 1u) {
    workgroupBarrier();
    if (lane < reach) { row[lane] += row[lane + reach]; }
  }
  if (lane == 0u) { sums[group.x] = row[0]; }
}
