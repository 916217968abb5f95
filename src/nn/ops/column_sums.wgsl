// Sums of chunks of rows of a matrix, each chunk in the order of its rows.
//
// Shapes: `matrix` rows x columns f32, column fastest; `sums` chunks x columns, chunk c over rows c * size to (c + 1) * size - 1.
// Workgroup: 64 invocations, one for each sum. Tolerance: size roundings of the partial sums.

struct P { rows: u32, columns: u32, size: u32, chunks: u32 };
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> matrix: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let item = id.x + id.y * groups.x * 64u;
  if (item >= p.chunks * p.columns) { return; }
  let column = item % p.columns;
  let first = item / p.columns * p.size;
  var sum = 0.0;
  for (var row = first; row < min(first + p.size, p.rows); row++) {
    sum += matrix[row * p.columns + column];
  }
  sums[item] = sum;
}
