// Labels of a finer grid from the class sums of a coarse one with the same axes: each corner's sums become probabilities, which are
// interpolated linearly; the first class of the largest wins. Beyond the outer voxels' middles the edge goes on.
//
// Shapes: sums [slice, y, x, class], a ring of p.depth slices along z that holds slice z in slice z mod p.depth; cells, a word for each of its
// voxels: the one largest class of the eight corners of which it is the first, or 256; scales, one over the total of a voxel's sums. labels: of
// p.fine voxels, bytes, four a word. Voxel i of the fine grid lies at p.first + i p.step on the coarse one. One invocation a word.
//
// Where all corners have one largest class, so has every mean of them, and the sums need not be read: seven voxels of eight in a trunk.
//
// Versions tried, 6 classes, 45 x 37 x 64 to 135 x 111 x 192 voxels, lavapipe, 2 cores busy with other work, ms:
//   labels and totals of all corners read for each voxel, neighbours along x   370
//   neighbours on rows side by side                                            190
//   totals once a coarse voxel                                                 160 (this), 96 on idle cores
//
// Tolerance: labels differ where two classes are as likely, but for the rounding of a position, 2^-16 voxels, and of probabilities.
struct P {
  fine: vec3u, classes: u32,
  coarse: vec3u, depth: u32,
  first: vec3f, words: u32,
  step: vec3f, rows: u32, // that neighbouring invocations work on
};
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> sums: array<f32>;
@group(0) @binding(2) var<storage, read> cells: array<u32>;
@group(0) @binding(3) var<storage, read> scales: array<f32>;
@group(0) @binding(4) var<storage, read_write> labels: array<u32>;

// The four corners in a slice.
fn corners(low: vec3u, z: u32) -> vec4u {
  let high = min(low + 1u, p.coarse - 1u);
  let row = p.coarse.y * (z % p.depth);
  let front = p.coarse.x * (row + low.y);
  let back = p.coarse.x * (row + high.y);
  return vec4u(front + low.x, front + high.x, back + low.x, back + high.x);
}

fn interpolated(i: vec3u) -> u32 {
  let at = clamp(p.first + vec3f(i) * p.step, vec3f(0), vec3f(p.coarse - 1u));
  let low = vec3u(at);
  let cell = cells[low.x + p.coarse.x * (low.y + p.coarse.y * (low.z % p.depth))];
  if (cell < 256u) { return cell; }
  let t = at - vec3f(low);
  let a = corners(low, low.z);
  let b = corners(low, min(low.z + 1u, p.coarse.z - 1u));
  let flat = vec4f((1 - t.x) * (1 - t.y), t.x * (1 - t.y), (1 - t.x) * t.y, t.x * t.y);
  let lower = flat * (1 - t.z) * vec4f(scales[a.x], scales[a.y], scales[a.z], scales[a.w]);
  let upper = flat * t.z * vec4f(scales[b.x], scales[b.y], scales[b.z], scales[b.w]);
  let c = a * p.classes;
  let d = b * p.classes;
  var best = 0u;
  var most = -1.0;
  for (var k = 0u; k < p.classes; k++) {
    let value = dot(lower, vec4f(sums[c.x + k], sums[c.y + k], sums[c.z + k], sums[c.w + k])) +
      dot(upper, vec4f(sums[d.x + k], sums[d.y + k], sums[d.z + k], sums[d.w + k]));
    best = select(best, k, value > most);
    most = max(most, value);
  }
  return best;
}

@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let i = id.x + id.y * groups.x * 64u;
  // Neighbours work on rows side by side, which more often are all in cells of one label.
  let width = (p.fine.x + 3u) / 4u;
  let word = i / (p.rows * width) * p.rows * width + i % p.rows * width + i / p.rows % width;
  if (word < p.words) {
    let row = 4u * word / p.fine.x;
    var at = vec3u(4u * word % p.fine.x, row % p.fine.y, row / p.fine.y);
    var four = 0u;
    for (var k = 0u; k < 4u; k++) {
      if (at.z < p.fine.z) { four |= interpolated(at) << (8u * k); }
      at.x++;
      if (at.x == p.fine.x) { at = vec3u(0u, at.y + 1u, at.z); }
      if (at.y == p.fine.y) { at = vec3u(at.x, 0u, at.z + 1u); }
    }
    labels[word] = four;
  }
}
