/**
 * Second and third pass of the exact distance transform, along y and along z: out(i) = min over j of in(j) + ((i - j) s)^2.
 *
 * `before`, `after`: f32, mm^2, rows padded to whole fours. A volume is seen as `outer` stacks of lines that lie side by side, `inner` fours
 * apart from place to place. One invocation `places` places of four lines, which share every load: first their own values, then those
 * farther and farther down and up, until ((i - j) s)^2 alone is no better for any of them, between the first and the last
 * place that `extents` names, two numbers a stack from `ends` on. The time grows with the distances. At most
 * `length` + 3 iterations. Workgroup 64.
 *
 * Versions tried, both passes, 160 x 160 x 130, lavapipe, 2 cores, ms of processor time with distances up to 45 voxels and up to 3:
 *   1 line, 8 places    112 and 76
 *   4 lines, 1 place    245 and 147
 *   4 lines, 4 places    97 and 62
 *   4 lines, 8 places    80 and 49 (this)
 *   4 lines, 16 places   73 and 47, twice the code
 * Without `extents` distances to one voxel took five times as long.
 *
 * @param places Places of a line that one invocation works on.
 * @returns The WGSL.
 */
export function distanceLinesWgsl(places: number): string {
  const each = (line: (k: number) => string, joint = "\n") =>
    Array.from({ length: places }, (_, k) => line(k)).join(joint);
  const step = (check: string) => `
    let value = before[at + j * stride];
    let far = f32(j - place);
${each((k) => `    let far${k} = (far - ${k}.0) * p.spacing;`)}
${check}
${each((k) => `    best${k} = min(best${k}, value + far${k} * far${k});`)}`;
  const checked = step(
    `    if (all(${
      each((k) => `(vec4f(far${k} * far${k}) >= best${k})`, " &\n      ")
    })) { break; }`,
  );
  return `
struct P {
  inner: u32, blocks: u32, outer: u32, // fours side by side, blocks of places, stacks
  count: i32, length: i32, first: i32, // places of a line of after and of before; where after begins in before
  reach: i32, // places looked at on either side
  spacing: f32,
  ends: u32,
};
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> before: array<vec4f>;
@group(0) @binding(2) var<storage, read> extents: array<i32>;
@group(0) @binding(3) var<storage, read_write> after: array<vec4f>;

@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= p.inner * p.blocks * p.outer) { return; }
  let four = i % p.inner;
  let block = i32((i / p.inner) % p.blocks) * ${places};
  let stack = i / (p.inner * p.blocks);
  let stride = i32(p.inner);
  let at = i32(four + p.inner * stack * u32(p.length));
  let place = block + p.first;
  let begin = extents[p.ends + 2u * stack];
  let end = min(extents[p.ends + 2u * stack + 1u], p.length - 1) + 1;
${each((k) => `  var best${k} = vec4f(1e30);`)}
  for (var j = max(place, begin); j < min(place + ${places}, end); j++) {${step("")}
  }
  for (var j = min(place, end) - 1; j >= max(place - p.reach, begin); j--) {${checked}
  }
  for (var j = max(place + ${places}, begin); j < min(place + ${places} + p.reach, end); j++) {${checked}
  }
  let left = p.count - block;
  let to = i32(four + p.inner * stack * u32(p.count)) + block * stride;
${each((k) => `  if (left > ${k}) { after[to + ${k} * stride] = best${k}; }`)}
}
`;
}
