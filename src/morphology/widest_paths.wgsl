// One sweep of a front along the lines of an axis, to and fro: a voxel's level becomes the least of its own width and the larger of
// its level and its neighbours'. Sweeps along x, y and z, repeated until none changes anything, give for each voxel the widest
// way to it from where the levels began: the largest width that no voxel of some path through faces falls below.
// width, level: f32, x fastest, rows padded. changed: set to 1 if a level grew. One invocation a line; it alone writes that line.
// Exact: least and largest of floats, no arithmetic. Iterations: twice the line's length.
//
// Versions tried, depths of all soft tissue of a trunk, 134 x 110 x 192, to the end, lavapipe, 2 cores, ms of processor time:
//   a voxel an invocation, its six neighbours looked at    8,800 (208 dispatches)
//   a line an invocation, to and fro (this)                1,800
struct P {
  lines: u32, inner: u32, // lines in all; lines side by side
  innerStep: u32, outerStep: u32, // floats between lines side by side, and between stacks of them
  count: i32, step: u32, // voxels of a line, floats between them
};
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> width: array<f32>;
@group(0) @binding(2) var<storage, read_write> level: array<f32>;
@group(0) @binding(3) var<storage, read_write> changed: array<atomic<u32>>;

@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let line = id.x + id.y * groups.x * 64u;
  if (line >= p.lines) { return; }
  let start = (line % p.inner) * p.innerStep + (line / p.inner) * p.outerStep;
  var grew = false;
  var front = 0.0;
  for (var k = 0; k < p.count; k++) {
    let at = start + u32(k) * p.step;
    let before = level[at];
    front = min(width[at], max(before, front));
    grew = grew || front != before;
    level[at] = front;
  }
  for (var k = p.count - 1; k >= 0; k--) {
    let at = start + u32(k) * p.step;
    let before = level[at];
    front = min(width[at], max(before, front));
    grew = grew || front != before;
    level[at] = front;
  }
  if (grew) { atomicStore(&changed[0], 1u); }
}
