// Labels of a finer grid from the class sums of a coarse one with the same axes: each corner's sums become probabilities, which are
// interpolated linearly; the first class of the largest wins. Beyond the outer voxels' middles the edge goes on.
//
// Shapes: sums [slice, y, x, class], a ring of p.depth slices along z that holds slice z in slice z mod p.depth; nearest holds the largest
// class of each of its voxels, bytes, four a word; labels likewise, of p.fine voxels. Voxel i of the fine grid lies at p.first + i p.step
// on the coarse one. One invocation a word.
//
// Where all eight corners have one largest class, so has every mean of them, and the sums need not be read: seven voxels of eight in a trunk.
//
// Tolerance: labels differ where two classes are as likely, but for the rounding of a position, 2^-16 voxels, and of probabilities.
struct P {
  fine: vec3u, classes: u32,
  coarse: vec3u, depth: u32,
  first: vec3f, words: u32,
  step: vec3f,
};
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> sums: array<f32>;
@group(0) @binding(2) var<storage, read> nearest: array<u32>;
@group(0) @binding(3) var<storage, read_write> labels: array<u32>;

fn labelAt(voxel: u32) -> u32 {
  return (nearest[voxel / 4u] >> (8u * (voxel % 4u))) & 255u;
}

fn interpolated(i: vec3u) -> u32 {
  let last = vec3f(p.coarse - 1u);
  let at = clamp(p.first + vec3f(i) * p.step, vec3f(0), last);
  let low = vec3u(at);
  let high = min(low + 1u, p.coarse - 1u);
  let t = at - vec3f(low);
  let slice = vec2u(low.z % p.depth, high.z % p.depth);
  var corners: array<u32, 8>;
  var mixed = false;
  for (var c = 0u; c < 8u; c++) {
    let x = select(low.x, high.x, (c & 1u) != 0u);
    let y = select(low.y, high.y, (c & 2u) != 0u);
    let z = select(slice.x, slice.y, (c & 4u) != 0u);
    corners[c] = x + p.coarse.x * (y + p.coarse.y * z);
    mixed = mixed || labelAt(corners[c]) != labelAt(corners[0]);
  }
  if (!mixed) { return labelAt(corners[0]); }
  var weights: array<f32, 8>;
  for (var c = 0u; c < 8u; c++) {
    var total = 0.0;
    for (var k = 0u; k < p.classes; k++) { total += sums[corners[c] * p.classes + k]; }
    let along = select(1 - t, t, vec3<bool>((c & 1u) != 0u, (c & 2u) != 0u, (c & 4u) != 0u));
    // A slice that is not summed up yet is met with a weight of a rounding at most.
    weights[c] = along.x * along.y * along.z / max(total, 1e-30);
  }
  var best = 0u;
  var most = -1.0;
  for (var k = 0u; k < p.classes; k++) {
    var value = 0.0;
    for (var c = 0u; c < 8u; c++) { value += weights[c] * sums[corners[c] * p.classes + k]; }
    best = select(best, k, value > most);
    most = max(most, value);
  }
  return best;
}

@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let word = id.x + id.y * groups.x * 64u;
  if (word < p.words) {
    let voxels = p.fine.x * p.fine.y * p.fine.z;
    var four = 0u;
    for (var k = 0u; k < 4u; k++) {
      let i = 4u * word + k;
      if (i < voxels) {
        let row = i / p.fine.x;
        four |= interpolated(vec3u(i % p.fine.x, row % p.fine.y, row / p.fine.y)) << (8u * k);
      }
    }
    labels[word] = four;
  }
}
