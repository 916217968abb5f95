// One axis of a separable blur of a slab; beyond the slab's faces the last voxel goes on. The last axis rounds to whole HU, clamps to what 12
// bits hold, -1024 to 3071, and packs two 16-bit numbers a word.
//
// Shapes: one f32 a voxel, x fastest, rows end at whole fours. Bindings: frame (uniform), input, output (one word a voxel, or half a word).
// Workgroup: 64, four voxels of a row each. Constants: last. Tolerance: sums of up to 33 products, 2e-6 of the largest value.

struct Frame {
  fours: u32, // of all rows
  step: u32, // voxels from one to the next along the axis
  length: u32, // voxels along the axis
  padded: u32, // the same with padding
  radius: u32,
  taps: array<vec4f, 17>, // x: from the middle outwards
}

override last: bool;

@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read_write> output: array<u32>;

fn whole(value: f32) -> u32 {
  return bitcast<u32>(i32(clamp(floor(value + 0.5), -1024.0, 3071.0))) & 0xffffu;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let four = id.x + id.y * groups.x * 64u;
  if (four < frame.fours) {
    let i = vec4u(4u * four) + vec4u(0u, 1u, 2u, 3u);
    // Of the padding at a row's end nothing is kept.
    let place = min(i / frame.step % frame.padded, vec4u(frame.length - 1u));
    var sum = vec4f(input[i.x], input[i.y], input[i.z], input[i.w]) * frame.taps[0].x;
    for (var k = 1u; k <= frame.radius; k++) {
      let a = i - min(vec4u(k), place) * frame.step;
      let b = i + min(vec4u(k), frame.length - 1u - place) * frame.step;
      sum += (vec4f(input[a.x], input[a.y], input[a.z], input[a.w]) +
        vec4f(input[b.x], input[b.y], input[b.z], input[b.w])) * frame.taps[k].x;
    }
    if (last) {
      output[2u * four] = whole(sum.x) | whole(sum.y) << 16u;
      output[2u * four + 1u] = whole(sum.z) | whole(sum.w) << 16u;
    } else {
      let bits = bitcast<vec4u>(sum);
      output[4u * four] = bits.x;
      output[4u * four + 1u] = bits.y;
      output[4u * four + 2u] = bits.z;
      output[4u * four + 3u] = bits.w;
    }
  }
}
