// Second half of the packed spread: each output word is the OR, over the element's rows (dy, dz), of the level of that row's run.
// levels: from widen.wgsl. spread: as PackedMask, of the output's dims. One invocation the same word of four blocks of slices. Exact.
//
// Versions tried, 25 mm ball on 160 x 160 x 130, lavapipe, 2 cores, at 3 mm (57 rows) and 1 mm (489 rows), both kernels:
//   a word an invocation, bounds checked for each row        15 and 71 ms
//   four words of four blocks of slices, no bounds (this)     9 and 30 ms
struct P {
  nx: u32, ny: u32, nz: u32, width: u32, // output
  height: u32, block: u32, rows: u32, flip: u32, // level: rows a slice; slices from lane to lane
  start: i32, resume: u32, // element of a level that lies over the output's first word
};
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<uniform> rows: array<vec4i, 1024>; // four offsets into levels each
@group(0) @binding(2) var<storage, read> levels: array<vec4u>;
@group(0) @binding(3) var<storage, read_write> spread: array<u32>;
@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= p.width * p.ny * p.block) { return; }
  let w = i % p.width;
  let y = (i / p.width) % p.ny;
  let z = i / (p.width * p.ny);
  let base = i32(w + p.width * (y + p.height * z)) + p.start;
  var bits = vec4u(0);
  for (var k = 0u; k < p.rows; k++) {
    let four = rows[k] + base;
    bits |= levels[four.x] | levels[four.y] | levels[four.z] | levels[four.w];
  }
  let left = p.nx - w * 32u;
  let valid = select((1u << (left & 31u)) - 1u, 0xffffffffu, left >= 32u);
  for (var lane = 0u; lane < 4u; lane++) {
    if (z + lane * p.block < p.nz) {
      let at = w + p.width * (y + p.ny * (z + lane * p.block));
      var word = (bits[lane] ^ p.flip) & valid;
      if (p.resume == 1u) {
        // The element's rows come in several dispatches: OR under the flip is AND.
        word = select(word | spread[at], word & spread[at], p.flip != 0u);
      }
      spread[at] = word;
    }
  }
}
