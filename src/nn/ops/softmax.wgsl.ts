import { loadFour, range, storeFour } from "./voxels.wgsl.ts";

/**
 * WGSL of the softmax over channels: exp(x - max) over its sum. One invocation one voxel or four.
 *
 * Bindings: `items` invocations; `logits`, `probabilities`, [voxel, channel]. Workgroup 64. Tolerance: absolute, 2e-6: WGSL's exp is within
 * 3 + 2 |x| units of the last place, which at exp(x) <= 1 are at most 5 of 2^-24, and a ratio of sums of such carries their relative error.
 *
 * Versions tried, 7 channels, 48 x 48 x 48, lavapipe, 2 cores: one voxel, loops over memory 2.1 ms; one voxel in registers 1.3 ms; four
 * voxels in registers, loaded as `vec4f`, 0.8 ms.
 *
 * @param channels Channels.
 * @param voxels Voxels an invocation takes.
 * @returns The WGSL.
 */
export function softmaxWgsl(channels: number, voxels: 1 | 4): string {
  const names = ["logits", "probabilities"];
  if (voxels === 1) {
    return voxelsWgsl(
      voxels,
      names,
      `
    let base = item * ${channels}u;
    var most = logits[base];
    for (var c = 1u; c < ${channels}u; c++) { most = max(most, logits[base + c]); }
    var sum = 0.0;
    for (var c = 0u; c < ${channels}u; c++) {
      let e = exp(logits[base + c] - most);
      probabilities[base + c] = e;
      sum += e;
    }
    for (var c = 0u; c < ${channels}u; c++) { probabilities[base + c] /= sum; }`,
    );
  }
  const { load, value } = loadFour("logits", channels);
  const all = range(channels);
  const voxel = (v: number) => `
    let most${v} = ${all.map((c) => value(v, c)).reduce((a, b) => `max(${a}, ${b})`)};
    ${all.map((c) => `let e${v}_${c} = exp(${value(v, c)} - most${v});`).join("\n    ")}
    let sum${v} = ${all.map((c) => `e${v}_${c}`).join(" + ")};`;
  return voxelsWgsl(
    voxels,
    names,
    `
    let first = item * ${channels}u;
    ${load}${range(4).map(voxel).join("")}
    ${storeFour("probabilities", channels, (v, c) => `e${v}_${c} / sum${v}`)}`,
  );
}

/**
 * WGSL of its gradient: dx = p (g - sum(g p)). One invocation one voxel or four.
 *
 * Bindings: `items`; `probabilities`, `gradient` by them, `dx`, [voxel, channel]. Tolerance: a few roundings of 2^-24 relative to the largest
 * gradient of a voxel.
 *
 * @param channels Channels.
 * @param voxels Voxels an invocation takes.
 * @returns The WGSL.
 */
export function softmaxGradientWgsl(channels: number, voxels: 1 | 4): string {
  const names = ["probabilities", "gradient", "dx"];
  if (voxels === 1) {
    return voxelsWgsl(
      voxels,
      names,
      `
    let base = item * ${channels}u;
    var sum = 0.0;
    for (var c = 0u; c < ${channels}u; c++) { sum += gradient[base + c] * probabilities[base + c]; }
    for (var c = 0u; c < ${channels}u; c++) {
      dx[base + c] = probabilities[base + c] * (gradient[base + c] - sum);
    }`,
    );
  }
  const p = loadFour("probabilities", channels);
  const g = loadFour("gradient", channels);
  const sum = (v: number) =>
    `let sum${v} = ${
      range(channels).map((c) => `${g.value(v, c)} * ${p.value(v, c)}`).join(" + ")
    };`;
  return voxelsWgsl(
    voxels,
    names,
    `
    let first = item * ${channels}u;
    ${[p.load, g.load, ...range(4).map(sum)].join("\n    ")}
    ${storeFour("dx", channels, (v, c) => `${p.value(v, c)} * (${g.value(v, c)} - sum${v})`)}`,
  );
}

/** All but the last of `names` are read. */
function voxelsWgsl(voxels: 1 | 4, names: readonly string[], main: string): string {
  const bindings = names.map((name, k) => {
    const access = k < names.length - 1 ? "read" : "read_write";
    const type = voxels === 4 ? "vec4f" : "f32";
    return `@group(0) @binding(${k + 1}) var<storage, ${access}> ${name}: array<${type}>;`;
  });
  return `
@group(0) @binding(0) var<uniform> items: vec4u;
${bindings.join("\n")}
@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let item = id.x + id.y * groups.x * 64u;
  if (item < items.x) {${main}
  }
}`;
}
