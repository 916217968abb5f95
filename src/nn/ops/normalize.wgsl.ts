import { lanesWgsl, perChannel, type Walk } from "./lanes.wgsl.ts";

/** What a kernel normalizes by: statistics of {@linkcode mergeMomentsWgsl}, or running mean and variance. */
export type MomentsSource = "statistics" | "running";

/** Invocations that share a channel when partial sums are merged. */
export const MERGE_WORKGROUP = 64;

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
    var count = 0.0;
    var sum = F(0);
    var squares = F(0);`,
    at: `
      let d = F(x[i]) - first;
      count += 1.0;
      sum += d;
      squares += d * d;`,
    behind: `
    let away = sum / max(count, 1.0);
    partial[invocation] = F(count);
    partial[invocation + p.all] = first + away;
    partial[invocation + 2u * p.all] = max(squares - sum * away, F(0));`,
  });
}

const TREE = `
// The sum over the workgroup, pairwise in a fixed order. The barrier in front lets all read the sum before.
fn total(lane: u32, value: f32) -> f32 {
  workgroupBarrier();
  tree[lane] = value;
  for (var half = ${MERGE_WORKGROUP / 2}u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (lane < half) { tree[lane] += tree[lane + half]; }
  }
  workgroupBarrier();
  return tree[0];
}`;

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
var<workgroup> tree: array<f32, ${MERGE_WORKGROUP}>;
${TREE}
@compute @workgroup_size(${MERGE_WORKGROUP}) fn main(
  @builtin(workgroup_id) at: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = at.y * p.entries;
  let end = first + p.entries;
  let start = first + at.x + lane * ${channels}u;
  let near = partial[p.all + first + at.x];
  var sum = 0.0;
  for (var e = start; e < end; e += ${MERGE_WORKGROUP * channels}u) {
    sum += partial[e] * (partial[p.all + e] - near);
  }
  let mean = near + total(lane, sum) / p.rows;
  var squares = 0.0;
  for (var e = start; e < end; e += ${MERGE_WORKGROUP * channels}u) {
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

/** WGSL of gamma, beta, mean and 1 / sd as the walk's items see them. */
function parameters({ width, channels }: Walk, from: MomentsSource = "statistics"): string {
  const row = (k: number) => `(${k}u * (p.all / p.perGroup) + group) * ${channels}u`;
  const [mean, inverse] = from === "statistics"
    ? [perChannel(width, "statistics", row(0)), perChannel(width, "statistics", row(1))]
    : [perChannel(width, "mean"), `1.0 / sqrt(${perChannel(width, "variance")} + p.b)`];
  return `
    let center = ${mean};
    let inverse = ${inverse};
    let scale = ${perChannel(width, "gamma")} * inverse;
    let shift = ${perChannel(width, "beta")};`;
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
    `@group(0) @binding(${k + 1}) var<storage, read> ${name}: array<${name === "x" ? "S" : "f32"}>;`
  );
  return lanesWgsl(walk, {
    bindings: `${read.join("\n")}
@group(0) @binding(${names.length + 1}) var<storage, read_write> z: array<S>;`,
    before: parameters(walk, from),
    at: `
      let y = (F(x[i]) - center) * scale + shift;
      z[i] = S(select(p.a * y, y, y > F(0)));`,
  });
}

/** WGSL of the gradient at y, through the activation, and of the normalized value. */
const GRADIENT_AT_Y = `
      let away = x[i] - center;
      let y = away * scale + shift;
      let dz = gradient[i];
      let dy = select(p.a * dz, dz, y > F(0));
      let unit = away * inverse;`;

const GRADIENT_BINDINGS = `
@group(0) @binding(1) var<storage, read> x: array<F>;
@group(0) @binding(2) var<storage, read> gradient: array<F>;
@group(0) @binding(3) var<storage, read> gamma: array<f32>;
@group(0) @binding(4) var<storage, read> beta: array<f32>;
@group(0) @binding(5) var<storage, read> statistics: array<f32>;`;

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
    partial[invocation] = sum;
    partial[invocation + p.all] = product;`,
  });
}

/**
 * WGSL that merges them, one workgroup a channel: the means over each group, and the gradients of gamma and beta over all groups.
 *
 * Bindings: `partial` of {@linkcode gradientSumsWgsl}; `means` of dy and of dy (x - mean) / sd: [2][groups][channels]; `dgamma`, `dbeta`.
 *
 * @param channels Channels.
 * @returns The WGSL.
 */
export function mergeGradientWgsl(channels: number): string {
  return `
struct P { entries: u32, all: u32, groups: u32, rows: f32 };
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> partial: array<f32>;
@group(0) @binding(2) var<storage, read_write> means: array<f32>;
@group(0) @binding(3) var<storage, read_write> dgamma: array<f32>;
@group(0) @binding(4) var<storage, read_write> dbeta: array<f32>;
var<workgroup> tree: array<f32, ${MERGE_WORKGROUP}>;
${TREE}
@compute @workgroup_size(${MERGE_WORKGROUP}) fn main(
  @builtin(workgroup_id) at: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  var allSums = 0.0;
  var allProducts = 0.0;
  for (var group = 0u; group < p.groups; group++) {
    let first = group * p.entries;
    let end = first + p.entries;
    var sum = 0.0;
    var product = 0.0;
    for (var e = first + at.x + lane * ${channels}u; e < end; e += ${MERGE_WORKGROUP * channels}u) {
      sum += partial[e];
      product += partial[p.all + e];
    }
    let sums = total(lane, sum);
    let products = total(lane, product);
    if (lane == 0u) {
      means[group * ${channels}u + at.x] = sums / p.rows;
      means[(p.groups + group) * ${channels}u + at.x] = products / p.rows;
    }
    allSums += sums;
    allProducts += products;
  }
  if (lane == 0u) {
    dgamma[at.x] = allProducts;
    dbeta[at.x] = allSums;
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
  const { width, channels } = walk;
  return lanesWgsl(walk, {
    bindings: `${GRADIENT_BINDINGS}
@group(0) @binding(6) var<storage, read> means: array<f32>;
@group(0) @binding(7) var<storage, read_write> dx: array<F>;`,
    before: `${parameters(walk)}
    let meanDy = ${perChannel(width, "means", `group * ${channels}u`)};
    let meanProduct = ${
      perChannel(width, "means", `(p.all / p.perGroup + group) * ${channels}u`)
    };`,
    at: `${GRADIENT_AT_Y}
      dx[i] = scale * (dy - meanDy - unit * meanProduct);`,
  });
}
