import { TOTAL_WORKGROUP, totalWgsl } from "../total.wgsl.ts";
import { lanesWgsl, perChannel, type Walk } from "./lanes.wgsl.ts";

// Versions tried, 8 channels, 48 x 48 x 48, lavapipe, 2 cores, where a copy of as many bytes as `apply` moves takes 0.8 ms:
//   one item an iteration, parameters float by float   moments 0.8, apply 1.7, gradient: sums 1.4, apply 2.5 ms
//   two items an iteration, whole rows of parameters   moments 0.4, apply 0.75, gradient: sums 0.7, apply 1.1 ms (this)
//   invocations of 8 items in place of 16              apply 0.9 ms: reading parameters is what costs then
// Merging partial sums takes 0.1 ms. Workgroups have 64 invocations. Tolerance: mean and deviation within 40 * 2^-24 of the deviation.

/** What a kernel normalizes by: statistics of {@linkcode mergeMomentsWgsl}, or running mean and variance. */
export type MomentsSource = "statistics" | "running";

/**
 * WGSL of the moments of each invocation's values: count, mean and sum of squared distances from it.
 *
 * Values are taken relative to the invocation's first one, so that a mean far from zero costs no digits: the error of the squares is
 * about steps * 2^-24 of their own sum wherever the first value is a typical one, and of the group's where it is an outlier.
 *
 * Bindings: `x` the tensor; `partial` counts, means, squares: [3][groups][perGroup] items.
 *
 * @param walk How invocations walk.
 * @returns The WGSL.
 */
export function momentsWgsl(walk: Walk): string {
  return lanesWgsl(walk, {
    bindings: `
@group(0) @binding(1) var<storage, read> x: array<S>;
@group(0) @binding(2) var<storage, read_write> partial: array<F>;`,
    before: `
    var first = F(0);
    if (start < end) { first = F(x[offset + start]); }
    var sum = F(0);
    var squares = F(0);`,
    at: `
      let d = F(x[i]) - first;
      sum += d;
      squares += d * d;`,
    behind: `
    let count = f32(steps);
    let away = sum / max(count, 1.0);
    let all = p.groups * p.perGroup;
    let out = group * p.perGroup + lane;
    partial[out] = F(count);
    partial[all + out] = first + away;
    partial[2u * all + out] = max(squares - sum * away, F(0));`,
  });
}

/**
 * WGSL that merges moments: one workgroup for each channel and group, first their mean, then the squares about it (Chan, Golub and
 * LeVeque 1983, equation 1.3, for many parts at once). Equal values give exactly their value and 0.
 *
 * Bindings: `partial` of {@linkcode momentsWgsl}; `statistics` mean, 1 / sqrt(variance + epsilon), variance (biased): [3][groups][channels].
 *
 * @param channels Channels.
 * @returns The WGSL.
 */
export function mergeMomentsWgsl(channels: number): string {
  return `
// entries: floats of a group's partials; all: of all groups.
struct P { entries: u32, all: u32, rows: f32, epsilon: f32 };
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> partial: array<f32>;
@group(0) @binding(2) var<storage, read_write> statistics: array<f32>;
${totalWgsl("f32")}
@compute @workgroup_size(${TOTAL_WORKGROUP}) fn main(
  @builtin(workgroup_id) at: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = at.y * p.entries;
  let end = first + p.entries;
  let start = first + at.x + lane * ${channels}u;
  let near = partial[p.all + first + at.x];
  var sum = 0.0;
  for (var e = start; e < end; e += ${TOTAL_WORKGROUP * channels}u) {
    sum += partial[e] * (partial[p.all + e] - near);
  }
  let mean = near + total(lane, sum) / p.rows;
  var squares = 0.0;
  for (var e = start; e < end; e += ${TOTAL_WORKGROUP * channels}u) {
    let away = partial[p.all + e] - mean;
    squares += partial[2u * p.all + e] + partial[e] * away * away;
  }
  let variance = total(lane, squares) / p.rows;
  if (lane == 0u) {
    let row = groups.y * ${channels}u;
    let out = at.y * ${channels}u + at.x;
    statistics[out] = mean;
    statistics[row + out] = 1.0 / sqrt(variance + p.epsilon);
    statistics[2u * row + out] = variance;
  }
}`;
}

/** WGSL of a group's row in the second of a table's rows of groups. */
const NEXT_GROUPS = "(p.groups + group)";

/** WGSL of gamma, beta, mean and 1 / sd as the walk's items see them. */
function parameters(walk: Walk, from: MomentsSource = "statistics"): string {
  const [mean, inverse] = from === "statistics"
    ? [perChannel(walk, "statistics", "group"), perChannel(walk, "statistics", NEXT_GROUPS)]
    : [perChannel(walk, "mean"), `1.0 / sqrt(${perChannel(walk, "variance")} + p.epsilon)`];
  return `
    let center = ${mean};
    let inverse = ${inverse};
    let scale = ${perChannel(walk, "gamma")} * inverse;
    let shift = ${perChannel(walk, "beta")};`;
}

/**
 * WGSL of y = gamma (x - mean) / sd + beta and its activation. The mean is taken off first: a mean far from zero costs no digits.
 *
 * Bindings: `x` and `z` the tensors; `gamma`, `beta` [channels]; `statistics` as {@linkcode mergeMomentsWgsl} writes them, or `mean`,
 * `variance` [channels]. Uniform `a` is the slope, `b` epsilon.
 *
 * @param walk How invocations walk.
 * @param from What it normalizes by.
 * @returns The WGSL.
 */
export function applyWgsl(walk: Walk, from: MomentsSource): string {
  const names = ["x", "gamma", "beta", ...from === "statistics" ? [from] : ["mean", "variance"]];
  const read = names.map((name, k) =>
    `@group(0) @binding(${k + 1}) var<storage, read> ${name}: array<${name === "x" ? "S" : "Row"}>;`
  );
  return lanesWgsl(walk, {
    bindings: `${read.join("\n")}
@group(0) @binding(${names.length + 1}) var<storage, read_write> z: array<S>;`,
    before: parameters(walk, from),
    at: `
      let y = (F(x[i]) - center) * scale + shift;
      z[i] = S(select(p.slope * y, y, y > F(0)));`,
  });
}

/** WGSL of the gradient at y, through the activation, and of the normalized value. */
const GRADIENT_AT_Y = `
      let away = x[i] - center;
      let y = away * scale + shift;
      let dz = gradient[i];
      let dy = select(p.slope * dz, dz, y > F(0));
      let unit = away * inverse;`;

const GRADIENT_BINDINGS = `
@group(0) @binding(1) var<storage, read> x: array<F>;
@group(0) @binding(2) var<storage, read> gradient: array<F>;
@group(0) @binding(3) var<storage, read> gamma: array<Row>;
@group(0) @binding(4) var<storage, read> beta: array<Row>;
@group(0) @binding(5) var<storage, read> statistics: array<Row>;`;

/**
 * WGSL of each invocation's sums of dy and of dy (x - mean) / sd.
 *
 * Bindings: as {@linkcode applyWgsl}, `gradient` that of z; `partial` the sums: [2][groups][perGroup] items.
 *
 * @param walk How invocations walk.
 * @returns The WGSL.
 */
export function gradientSumsWgsl(walk: Walk): string {
  return lanesWgsl(walk, {
    bindings: `${GRADIENT_BINDINGS}
@group(0) @binding(6) var<storage, read_write> partial: array<F>;`,
    before: `${parameters(walk)}
    var sum = F(0);
    var product = F(0);`,
    at: `${GRADIENT_AT_Y}
      sum += dy;
      product += dy * unit;`,
    behind: `
    let out = group * p.perGroup + lane;
    partial[out] = sum;
    partial[p.groups * p.perGroup + out] = product;`,
  });
}

/**
 * WGSL that merges them, one workgroup a channel: the means over each group, and the gradients of gamma and beta over all groups.
 *
 * Bindings: `partial` of {@linkcode gradientSumsWgsl}; `means` of dy and of dy (x - mean) / sd: [2][groups][channels]; `dgamma`, `dbeta`.
 *
 * @param channels Channels.
 * @param groups How many; known, since a loop with barriers costs a software adapter 0.1 ms even for one.
 * @returns The WGSL.
 */
export function mergeGradientWgsl(channels: number, groups: number): string {
  return `
struct P { entries: u32, all: u32, rows: f32 };
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> partial: array<f32>;
@group(0) @binding(2) var<storage, read_write> means: array<f32>;
@group(0) @binding(3) var<storage, read_write> dgamma: array<f32>;
@group(0) @binding(4) var<storage, read_write> dbeta: array<f32>;
${totalWgsl("vec2f")}
@compute @workgroup_size(${TOTAL_WORKGROUP}) fn main(
  @builtin(workgroup_id) at: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  var all = vec2f(0);
  for (var group = 0u; group < ${groups}u; group++) {
    let first = group * p.entries;
    let end = first + p.entries;
    var sum = vec2f(0);
    for (var e = first + at.x + lane * ${channels}u; e < end; e += ${TOTAL_WORKGROUP * channels}u) {
      sum += vec2f(partial[e], partial[p.all + e]);
    }
    let sums = total(lane, sum);
    if (lane == 0u) {
      means[group * ${channels}u + at.x] = sums.x / p.rows;
      means[(${groups}u + group) * ${channels}u + at.x] = sums.y / p.rows;
    }
    all += sums;
  }
  if (lane == 0u) {
    dgamma[at.x] = all.y;
    dbeta[at.x] = all.x;
  }
}`;
}

/**
 * WGSL of the gradient at x: gamma / sd (dy - mean(dy) - unit mean(dy unit)), unit = (x - mean) / sd (Ioffe and Szegedy 2015, section 3).
 *
 * Bindings: as {@linkcode gradientSumsWgsl}; `means` of {@linkcode mergeGradientWgsl}; `dx`.
 *
 * @param walk How invocations walk.
 * @returns The WGSL.
 */
export function gradientWgsl(walk: Walk): string {
  return lanesWgsl(walk, {
    bindings: `${GRADIENT_BINDINGS}
@group(0) @binding(6) var<storage, read> means: array<Row>;
@group(0) @binding(7) var<storage, read_write> dx: array<F>;`,
    before: `${parameters(walk)}
    let meanDy = ${perChannel(walk, "means", "group")};
    let meanProduct = ${perChannel(walk, "means", NEXT_GROUPS)};`,
    at: `${GRADIENT_AT_Y}
      dx[i] = scale * (dy - meanDy - unit * meanProduct);`,
  });
}
