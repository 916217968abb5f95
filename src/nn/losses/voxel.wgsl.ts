/** Voxels an invocation takes at a time: 4, as vectors, where every image has a whole number of fours, else 1. */
export type Width = 1 | 4;

/** Invocations of a workgroup. */
export const LOSS_WORKGROUP = 64;

/**
 * WGSL in front of a kernel over voxels: the uniform `p`, `logits` [batch, voxel, class] at binding 1, `labels`, bytes, four a word, each
 * image in whole words, at binding 2. An item is as many voxels as the width says; `F` and `U` are floats and labels of one.
 *
 * Versions tried, sums and gradient of soft IOU on 120 x 120 x 160 voxels, 7 classes, lavapipe, 2 cores: one voxel at a time 77 and 84 ms,
 * in loops over classes 75 and 148 ms; four voxels as vectors (this) 12 and 24 ms, since it loads and stores no single floats.
 *
 * @param width Voxels in an item.
 * @returns The WGSL.
 */
export function voxelHead(width: Width): string {
  return `
alias F = ${width === 4 ? "vec4f" : "f32"};
alias U = ${width === 4 ? "vec4u" : "u32"};
// items: of an image; words: of an image's labels; lanes: invocations of an image.
struct P { items: u32, words: u32, lanes: u32, images: u32 };
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> logits: array<F>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
fn labels_of(image: u32, item: u32) -> U {
  ${
    width === 4
      ? "return (vec4u(labels[image * p.words + item]) >> vec4u(0, 8, 16, 24)) & vec4u(255);"
      : "return (labels[image * p.words + item / 4u] >> (8u * (item % 4u))) & 255u;"
  }
}`;
}

/**
 * WGSL that loads an item and takes its softmax: `label`, `at` (where it begins), `z0` to `zn` (logits), `most` (the largest), `e0` to
 * `en` (exp(z - most)), `total` (their sum), `p0` to `pn` (probabilities), `is0` to `isn` (whether the label is the class), `live` (whether
 * it is any).
 *
 * @param classes How many.
 * @param width Voxels in an item.
 * @returns The WGSL; it needs `image` and `item`.
 */
export function voxelSoftmax(classes: number, width: Width): string {
  const all = indices(classes);
  return `
    let label = labels_of(image, item);
    let at = (image * p.items + item) * ${classes}u;
    ${load(classes, width)}
    let most = ${all.map((c) => `z${c}`).reduce((most, z) => `max(${most}, ${z})`)};
    ${all.map((c) => `let e${c} = exp(z${c} - most);`).join("\n    ")}
    let total = ${all.map((c) => `e${c}`).join(" + ")};
    let scale = 1.0 / total;
    ${all.map((c) => `let p${c} = e${c} * scale;`).join("\n    ")}
    ${all.map((c) => `let is${c} = label == U(${c});`).join("\n    ")}
    let live = label < U(${classes});`;
}

/**
 * WGSL that finds the class of the largest logit and what the others make, so that log(1 - p) is no difference where p is nearly 1:
 * `best`, `second` (the largest logit but that), `o0` to `on` (exp(z - second), 0 for the best), `others` (their sum), `total_log`.
 *
 * @param classes How many, at least 2.
 * @returns The WGSL, behind {@linkcode voxelSoftmax}.
 */
export function voxelOthers(classes: number): string {
  const all = indices(classes);
  return `
    var best = U();
    ${all.slice(1).reverse().map(pick).join("\n    ")}
    var second = F(-3.4e38);
    ${
    all.map((c) => `second = select(max(second, z${c}), second, best == U(${c}));`).join("\n    ")
  }
    ${
    all.map((c) => `let o${c} = select(exp(z${c} - second), F(), best == U(${c}));`).join("\n    ")
  }
    let others = ${all.map((c) => `o${c}`).join(" + ")};
    let total_log = log(total);`;
}

/** The first of equal ones is the best, so the last is asked first; class 0 is where none else was. */
function pick(c: number): string {
  return `best = select(best, U(${c}), (z${c} == most) & (z0 != most));`;
}

/** Class numbers. */
export function indices(classes: number): number[] {
  return Array.from({ length: classes }, (_, c) => c);
}

/** A number as WGSL writes it. */
export function literal(value: number): string {
  return `${Math.fround(value)}f`;
}

const LANES = "xyzw";

function load(classes: number, width: Width): string {
  const all = indices(classes);
  if (width === 1) return all.map((c) => `let z${c} = logits[at + ${c}u];`).join("\n    ");
  const rows = all.map((r) => `let row${r} = logits[at + ${r}u];`);
  // Voxel v's class c is element v * classes + c of the item.
  const element = (i: number) => `row${i >> 2}.${LANES[i & 3]}`;
  const gathered = all.map((c) =>
    `let z${c} = vec4f(${indices(4).map((v) => element(v * classes + c)).join(", ")});`
  );
  return [...rows, ...gathered].join("\n    ");
}

/**
 * WGSL that stores `g0` to `gn` of an item in `gradient`.
 *
 * @param classes How many.
 * @param width Voxels in an item.
 * @returns The WGSL; it needs `at`.
 */
export function voxelStore(classes: number, width: Width): string {
  const all = indices(classes);
  if (width === 1) return all.map((c) => `gradient[at + ${c}u] = g${c};`).join("\n    ");
  const element = (i: number) => `g${i % classes}.${LANES[Math.floor(i / classes)]}`;
  return all.map((r) =>
    `gradient[at + ${r}u] = vec4f(${indices(4).map((k) => element(4 * r + k)).join(", ")});`
  ).join("\n    ");
}
