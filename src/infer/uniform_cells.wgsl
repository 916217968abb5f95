// What `interpolate_labels.wgsl` needs of each voxel of a coarse grid: whether the eight voxels of which it is the first corner have one label,
// and what its class sums are to be divided by.
//
// Shapes: sums [z, y, x, class]; nearest, the label of each voxel, bytes, four a word, x fastest; cells, a word each: the label if all eight
// voxels have it, else 256; scales, one over the total of a voxel's sums.
// Along x and y the last voxel is its own neighbour. Along z the first slice follows the last, as in a ring: where slices do not follow each
// other, the label is still that of the four voxels of the cell's own slice. One invocation a cell.
struct P { n: vec3u, classes: u32 };
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> sums: array<f32>;
@group(0) @binding(2) var<storage, read> nearest: array<u32>;
@group(0) @binding(3) var<storage, read_write> cells: array<u32>;
@group(0) @binding(4) var<storage, read_write> scales: array<f32>;

fn labelAt(x: u32, y: u32, z: u32) -> u32 {
  let voxel = x + p.n.x * (y + p.n.y * z);
  return (nearest[voxel / 4u] >> (8u * (voxel % 4u))) & 255u;
}

@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let cell = id.x + id.y * groups.x * 64u;
  if (cell < p.n.x * p.n.y * p.n.z) {
    let x = cell % p.n.x;
    let y = (cell / p.n.x) % p.n.y;
    let z = cell / (p.n.x * p.n.y);
    let right = min(x + 1u, p.n.x - 1u);
    let behind = min(y + 1u, p.n.y - 1u);
    let above = (z + 1u) % p.n.z;
    let label = labelAt(x, y, z);
    let uniform_slice = label == labelAt(right, y, z) && label == labelAt(x, behind, z) && label == labelAt(right, behind, z);
    let uniform_above = label == labelAt(x, y, above) && label == labelAt(right, y, above) &&
      label == labelAt(x, behind, above) && label == labelAt(right, behind, above);
    var total = 0.0;
    for (var k = 0u; k < p.classes; k++) { total += sums[cell * p.classes + k]; }
    // A slice that is not summed up yet is met with a weight of a rounding at most.
    scales[cell] = 1 / max(total, 1e-30);
    cells[cell] = select(256u, label, uniform_slice && uniform_above);
  }
}
