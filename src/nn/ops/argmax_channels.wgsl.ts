import { loadFour, range } from "./voxels.wgsl.ts";

/**
 * WGSL of the channel with the largest value, the first of equal ones, as labels: bytes, four a word, little end first, x fastest, each
 * image padded with zeros to whole words. One invocation a word, workgroup 64. Exact: comparisons have no rounding.
 *
 * Bindings: `p` voxels and words of an image, words of all; `values` [batch, voxel, channel]; `labels`.
 *
 * @param channels Channels, at most 255.
 * @param voxels 4 where an image's voxels are whole words, which are then loaded together.
 * @returns The WGSL.
 */
export function argmaxChannelsWgsl(channels: number, voxels: 1 | 4): string {
  return `
struct P { voxels: u32, words: u32, all: u32 };
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> values: array<${voxels === 4 ? "vec4f" : "f32"}>;
@group(0) @binding(2) var<storage, read_write> labels: array<u32>;
@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let word = id.x + id.y * groups.x * 64u;
  if (word < p.all) {
    var four = 0u;
    ${voxels === 4 ? together(channels) : oneByOne(channels)}
    labels[word] = four;
  }
}`;
}

function together(channels: number): string {
  const { load, value } = loadFour("values", channels);
  const voxel = (v: number) => `
    {
      var most = ${value(v, 0)};
      var best = 0u;${
    range(channels).slice(1).map((c) => `
      best = select(best, ${c}u, ${value(v, c)} > most);
      most = max(most, ${value(v, c)});`).join("")
  }
      four |= best << ${8 * v}u;
    }`;
  return `let first = word * ${channels}u;
    ${load}${range(4).map(voxel).join("")}`;
}

function oneByOne(channels: number): string {
  return `let image = word / p.words;
    for (var k = 0u; k < 4u; k++) {
      let voxel = word % p.words * 4u + k;
      if (voxel < p.voxels) {
        let first = (image * p.voxels + voxel) * ${channels}u;
        var most = values[first];
        var best = 0u;
        for (var c = 1u; c < ${channels}u; c++) {
          let value = values[first + c];
          best = select(best, c, value > most);
          most = max(most, value);
        }
        four |= best << (8u * k);
      }
    }`;
}
