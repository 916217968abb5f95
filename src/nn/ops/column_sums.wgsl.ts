/**
 * WGSL of sums of chunks of rows of a matrix, each chunk in the order of its rows.
 *
 * Shapes: `matrix` rows x columns, column fastest; `sums` chunks x columns, chunk c over rows c * size to (c + 1) * size - 1; f32, taken
 * `width` at a time. Workgroup: 64 invocations, one for each item of sums. Tolerance: size roundings of the partial sums.
 *
 * @param width Columns of an item; 4 needs a multiple of 4.
 * @returns The WGSL.
 */
export function columnSumsWgsl(width: 1 | 4): string {
  const item = width === 4 ? "vec4f" : "f32";
  return `
struct P { rows: u32, columns: u32, size: u32, chunks: u32 }; // columns in items
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> matrix: array<${item}>;
@group(0) @binding(2) var<storage, read_write> sums: array<${item}>;

@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= p.chunks * p.columns) { return; }
  let column = i % p.columns;
  let first = i / p.columns * p.size;
  var sum = ${item}();
  for (var row = first; row < min(first + p.size, p.rows); row++) {
    sum += matrix[row * p.columns + column];
  }
  sums[i] = sum;
}`;
}
