import type { Precision, TensorShape } from "../tensor.ts";
import { gridWgsl, itemAt } from "./grid.wgsl.ts";

/** How new voxels come from old ones. */
export type UpsampleMode = "nearest" | "trilinear";

const NAMES = ["z", "y", "x"] as const;
const CORNERS = [0, 1].flatMap((z) => [0, 1].flatMap((y) => [0, 1].map((x) => [z, y, x] as const)));

/** Axes with the last in items, of the small and of the large tensor. */
function axesOf([batch, nz, ny, nx, channels]: TensorShape, width: 1 | 4) {
  const items = channels / width;
  return {
    small: [batch, nz, ny, nx, items],
    large: [batch, 2 * nz, 2 * ny, 2 * nx, items],
  };
}

/** WGSL of the place of each of a cell's eight voxels in the large tensor. */
function eighth(large: readonly number[], [z, y, x]: readonly number[]): string {
  return itemAt(large, [`(2u * z + ${z}u)`, `(2u * y + ${y}u)`, `(2u * x + ${x}u)`]);
}

/**
 * WGSL of upsampling x2 by the nearest voxel: one invocation an item of the source, eight of the target, workgroup 64; exact.
 *
 * Bindings: `source` [batch, z, y, x, channel]; `result`, twice as many voxels along z, y, x.
 *
 * @param shape The source's axes.
 * @param width Floats in an item; divides the channels.
 * @param precision How both are stored.
 * @returns The WGSL.
 */
export function upsampleNearestWgsl(
  shape: TensorShape,
  width: 1 | 4,
  precision: Precision,
): string {
  const { small, large } = axesOf(shape, width);
  const stores = CORNERS.map((at) => `result[${eighth(large, at)}] = value;`);
  return gridWgsl({ width, axes: small, precision }, {
    bindings: bindings("source"),
    main: ["let value = source[i];", ...stores].join("\n    "),
  });
}

/**
 * WGSL of its gradient: the sum of eight. Workgroup 64; tolerance seven roundings of 2^-24 relative to the sum of sizes.
 *
 * Bindings: `gradient` of the large tensor; `result` that of the small one.
 *
 * @param shape The small tensor's axes.
 * @param width Floats in an item; divides the channels.
 * @returns The WGSL.
 */
export function upsampleNearestGradientWgsl(shape: TensorShape, width: 1 | 4): string {
  const { small, large } = axesOf(shape, width);
  const terms = CORNERS.map((at) => `gradient[${eighth(large, at)}]`);
  return gridWgsl({ width, axes: small }, {
    bindings: bindings("gradient"),
    main: `result[i] = ${terms.join(" +\n      ")};`,
  });
}

/**
 * WGSL of trilinear upsampling x2. Along each axis voxel 2k is a quarter of old voxel k - 1 and three of k, voxel 2k + 1 three quarters
 * of k and one of k + 1, the faces' voxels going on beyond them. One invocation a cell between old voxels: it reads its eight corners and
 * writes the eight new voxels among them, so that there is one load for each. Workgroup 64; tolerance 4.5 roundings of 2^-24 relative to
 * the largest of the eight.
 *
 * Bindings: `source` [batch, z, y, x, channel]; `result`, twice as many voxels along z, y, x.
 *
 * @param shape The source's axes.
 * @param width Floats in an item; divides the channels.
 * @param precision How both are stored.
 * @returns The WGSL.
 */
export function upsampleTrilinearWgsl(
  shape: TensorShape,
  width: 1 | 4,
  precision: Precision,
): string {
  const { small, large } = axesOf(shape, width);
  const [batch, nz, ny, nx, items] = small as [number, number, number, number, number];
  const corners = NAMES.map((axis, k) => `
    let ${axis}0 = max(${axis}, 1u) - 1u;
    let ${axis}1 = min(${axis}, ${small[k + 1]! - 1}u);`);
  const loads = CORNERS.map(([z, y, x]) => `
    let s${z}${y}${x} = F(source[${itemAt(small, [`z${z}`, `y${y}`, `x${x}`])}]);`);
  // Axis after axis: two old values to two new ones.
  const blend = (name: string, a: string, b: string) => `
    let ${name}0 = 0.75 * ${a} + 0.25 * ${b};
    let ${name}1 = 0.25 * ${a} + 0.75 * ${b};`;
  const alongX = ["00", "01", "10", "11"].map((zy) => blend(`a${zy}`, `s${zy}0`, `s${zy}1`));
  const alongY = ["00", "01", "10", "11"].map((zx) => {
    const [z, x] = zx;
    return blend(`b${z}${x}`, `a${z}0${x}`, `a${z}1${x}`);
  });
  const alongZ = ["00", "01", "10", "11"].map((yx) => {
    const [y, x] = yx;
    return blend(`c${y}${x}`, `b0${x}${y}`, `b1${x}${y}`);
  });
  const stores = CORNERS.map(([z, y, x]) => {
    const inside = NAMES.map((axis, k) =>
      [z, y, x][k] ? `${axis} < ${small[k + 1]}u` : `${axis} > 0u`
    ).join(" && ");
    const at = NAMES.map((axis, k) => `(2u * ${axis} + ${[z, y, x][k]}u - 1u)`);
    return `
    if (${inside}) { result[${itemAt(large, [at[0]!, at[1]!, at[2]!])}] = S(c${y}${x}${z}); }`;
  });
  return gridWgsl({ width, axes: [batch, nz + 1, ny + 1, nx + 1, items], precision }, {
    bindings: bindings("source"),
    main: [...corners, ...loads, ...alongX, ...alongY, ...alongZ, ...stores].join(""),
  });
}

/**
 * WGSL of its gradient, gathered: along each axis a quarter, three, three and one of the new voxels 2k - 1 to 2k + 2, the faces' voxels
 * going on beyond them. One invocation an item of 2 x 2 x 2 old voxels, which share 6 x 6 x 6 new ones: 27 loads a voxel where one voxel an
 * invocation takes 64.
 *
 * Workgroup 64; tolerance twelve roundings of 2^-24 relative to the sum of sizes.
 *
 * Versions tried, 16 channels, 24 x 24 x 24 to 48 x 48 x 48, lavapipe, 2 cores: one voxel an invocation 7.2 ms; this 2.7 ms.
 *
 * Bindings: `gradient` of the large tensor; `result` that of the small one.
 *
 * @param shape The small tensor's axes.
 * @param width Floats in an item; divides the channels.
 * @returns The WGSL.
 */
export function upsampleTrilinearGradientWgsl(shape: TensorShape, width: 1 | 4): string {
  const { small, large } = axesOf(shape, width);
  const [batch, nz, ny, nx, items] = tiledAxes(small);
  // New voxels 4t - 1 to 4t + 4 of old ones 2t and 2t + 1.
  const place = (axis: string, k: number) =>
    `let ${axis}${k} = u32(clamp(4 * i32(${axis}) + ${k - 1}, 0, ${
      large[1 + NAMES.indexOf(axis as "z")]! - 1
    }));`;
  const six = [0, 1, 2, 3, 4, 5];
  /** Old voxel o of the two from the six new ones. */
  const blend = (o: number, name: (k: number) => string) =>
    `0.25 * (${name(2 * o)} + ${name(2 * o + 3)}) + 0.75 * (${name(2 * o + 1)} + ${
      name(2 * o + 2)
    })`;
  const rows = six.map((y) =>
    six.map((x) => `
      let g${y}${x} = gradient[${itemAt(large, ["gz", `y${y}`, `x${x}`])}];`).join("") +
    [0, 1].map((o) => `
      let a${y}${o} = ${blend(o, (k) => `g${y}${k}`)};`).join("")
  );
  const planes = [0, 1].flatMap((y) =>
    [0, 1].map((x) => {
      const plane = blend(y, (k) => `a${k}${x}`);
      return `
      let b${y}${x} = ${plane};
      c0${y}${x} += first * b${y}${x};
      c1${y}${x} += second * b${y}${x};`;
    })
  );
  const stores = CORNERS.map(([z, y, x]) => {
    const at = NAMES.map((axis, k) => `(2u * ${axis} + ${[z, y, x][k]}u)`);
    const inside = at.map((place, k) => `${place} < ${small[k + 1]}u`).join(" && ");
    return `
    if (${inside}) { result[${itemAt(small, [at[0]!, at[1]!, at[2]!])}] = c${z}${y}${x}; }`;
  });
  return gridWgsl({ width, axes: [batch, nz, ny, nx, items] }, {
    bindings: bindings("gradient"),
    main: `
    const weights = array<f32, 8>(0, 0, 0.25, 0.75, 0.75, 0.25, 0, 0);
    ${six.flatMap((k) => [place("y", k), place("x", k)]).join("\n    ")}
    ${CORNERS.map((at) => `var c${at.join("")} = F(0);`).join(" ")}
    for (var kz = 0u; kz < 6u; kz++) {
      let gz = u32(clamp(4 * i32(z) + i32(kz) - 1, 0, ${large[1]! - 1}));
      let first = weights[kz + 2u];
      let second = weights[kz];${rows.join("")}${planes.join("")}
    }${stores.join("")}`,
  });
}

/**
 * Axes of the grid of 2 x 2 x 2 voxels that the gradient of trilinear upsampling works on.
 *
 * @param axes Of the small tensor.
 * @returns Half of z, y, x, rounded up.
 */
export function tiledAxes(axes: readonly number[]): [number, number, number, number, number] {
  const half = (n: number) => Math.ceil(n / 2);
  const [batch, nz, ny, nx, items] = axes as [number, number, number, number, number];
  return [batch, half(nz), half(ny), half(nx), items];
}

function bindings(from: string): string {
  return `
@group(0) @binding(0) var<storage, read> ${from}: array<S>;
@group(0) @binding(1) var<storage, read_write> result: array<S>;`;
}
