/**
 * WGSL of a kernel that changes flat arrays in place, one invocation an item of `width` floats, workgroup 64; any length, 4 where it is a
 * multiple. These kernels do little but move memory: 2.8 M weights take Adam 8 ms on lavapipe, 2 cores, 80 % of the bandwidth of a copy.
 *
 * @param width Floats in an item.
 * @param arrays Bindings from 1 by name, the last of `read` first; the others are written too.
 * @param floats Names of the uniform's floats, after the number of items.
 * @param change What an invocation does at item `i`.
 * @returns The WGSL.
 */
function updateWgsl(
  width: 1 | 4,
  { read, write, floats, change }: {
    readonly read: string;
    readonly write: readonly string[];
    readonly floats: readonly string[];
    readonly change: string;
  },
): string {
  const written = write.map((name, k) =>
    `@group(0) @binding(${k + 2}) var<storage, read_write> ${name}: array<F>;`
  );
  return `
alias F = ${width === 4 ? "vec4f" : "f32"};
struct P { items: u32, ${floats.map((name) => `${name}: f32`).join(", ")} };
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> ${read}: array<F>;
${written.join("\n")}
@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let i = id.x + id.y * groups.x * 64u;
  if (i < p.items) {
    ${change}
  }
}`;
}

/** WGSL of the gradient with L2 regularization. */
const GRADIENT = `let w = weights[i];
    let g = gradient[i] + p.l2 * w;`;

/**
 * WGSL of Adam. `fresh1`, `fresh2` are 1 - beta1, 1 - beta2, which f32 would lose digits of; `rate` is over 1 - beta1^t, `unbias` 1 over
 * 1 - beta2^t. Tolerance of a step: a few roundings relative to the weight and to the step.
 *
 * Bindings: `gradient` (read), `weights`, `mean`, `square`.
 *
 * @param width Floats in an item.
 * @returns The WGSL.
 */
export function adamWgsl(width: 1 | 4): string {
  return updateWgsl(width, {
    read: "gradient",
    write: ["weights", "mean", "square"],
    floats: ["rate", "fresh1", "fresh2", "unbias", "epsilon", "l2"],
    change: `${GRADIENT}
    let m = mean[i] + p.fresh1 * (g - mean[i]);
    let v = square[i] + p.fresh2 * (g * g - square[i]);
    mean[i] = m;
    square[i] = v;
    weights[i] = w - p.rate * m / (sqrt(p.unbias * v) + p.epsilon);`,
  });
}

/**
 * WGSL of RMSProp in TensorFlow's form: epsilon inside of the root.
 *
 * Bindings: `gradient` (read), `weights`, `square` and, with momentum, `step`. Tolerance of a step as of {@linkcode adamWgsl}.
 *
 * @param width Floats in an item.
 * @param momentum Whether steps have momentum.
 * @returns The WGSL.
 */
export function rmspropWgsl(width: 1 | 4, momentum: boolean): string {
  const step = "p.rate * g / sqrt(v + p.epsilon)";
  return updateWgsl(width, {
    read: "gradient",
    write: ["weights", "square", ...momentum ? ["step"] : []],
    floats: ["rate", "fresh", "momentum", "epsilon", "l2"],
    change: `${GRADIENT}
    let v = square[i] + p.fresh * (g * g - square[i]);
    square[i] = v;
    ${
      momentum
        ? `let s = p.momentum * step[i] + ${step};
    step[i] = s;
    weights[i] = w - s;`
        : `weights[i] = w - ${step};`
    }`,
  });
}

/**
 * WGSL of stochastic gradient descent.
 *
 * Bindings: `gradient` (read), `weights` and, with momentum, `velocity`. Tolerance of a step: three roundings relative to its terms.
 *
 * @param width Floats in an item.
 * @param momentum Whether steps have momentum.
 * @returns The WGSL.
 */
export function sgdWgsl(width: 1 | 4, momentum: boolean): string {
  return updateWgsl(width, {
    read: "gradient",
    write: ["weights", ...momentum ? ["velocity"] : []],
    floats: ["rate", "momentum", "l2"],
    change: `${GRADIENT}
    ${
      momentum
        ? `let v = p.momentum * velocity[i] + g;
    velocity[i] = v;
    weights[i] = w - p.rate * v;`
        : "weights[i] = w - p.rate * g;"
    }`,
  });
}

/**
 * WGSL of the step of one array towards another.
 *
 * Bindings: `source` (read), `values`.
 *
 * @param width Floats in an item.
 * @returns The WGSL.
 */
export function lerpWgsl(width: 1 | 4): string {
  return updateWgsl(width, {
    read: "source",
    write: ["values"],
    floats: ["weight"],
    change: "values[i] += p.weight * (source[i] - values[i]);",
  });
}
