import type { Precision, TensorShape } from "../tensor.ts";
import { gridWgsl, itemAt } from "./grid.wgsl.ts";

/** Edge of a pooling window, voxels. */
export type PoolSize = 2 | 3;

/**
 * The shape that max-pooling with stride 2 gives: floor(n / 2) for windows of 2, ceil(n / 2) for windows of 3, whose first begins one
 * voxel before the first (PyTorch's `padding = 1`).
 *
 * @param shape The input's axes.
 * @param size Edge of a window.
 * @returns The output's axes.
 */
export function pooledShape(
  [batch, nz, ny, nx, channels]: TensorShape,
  size: PoolSize,
): TensorShape {
  const pooled = (n: number) => size === 2 ? Math.floor(n / 2) : Math.ceil(n / 2);
  return [batch, pooled(nz), pooled(ny), pooled(nx), channels];
}

/** Axes with the last in items. */
function items([batch, nz, ny, nx, channels]: TensorShape, width: 1 | 4): number[] {
  return [batch, nz, ny, nx, channels / width];
}

/**
 * WGSL that calls `visit` for the voxels of an output's window in scan order. What lies outside is visited as its nearest voxel, which is
 * in the window too: a maximum does not mind.
 */
function windowWgsl(shape: TensorShape, width: 1 | 4, size: PoolSize, visit: string): string {
  const [, nz, ny, nx] = shape;
  const at = (axis: string, n: number) =>
    size === 2
      ? `2u * ${axis} + k${axis}`
      : `u32(clamp(2 * i32(${axis}) + i32(k${axis}) - 1, 0, ${n - 1}))`;
  return `
    for (var kz = 0u; kz < ${size}u; kz++) {
      let sz = ${at("z", nz)};
      for (var ky = 0u; ky < ${size}u; ky++) {
        let sy = ${at("y", ny)};
        for (var kx = 0u; kx < ${size}u; kx++) {
          let sx = ${at("x", nx)};
          let value = F(source[${itemAt(items(shape, width), ["sz", "sy", "sx"])}]);
          ${visit}
        }
      }
    }`;
}

/** WGSL of a value below every other. */
const LOWEST = `F(-0x1.fffffep+127f)`;

/**
 * WGSL of max-pooling; one invocation an output item, workgroup 64. Exact: a maximum is one of its values. The software adapter spends its
 * time on the loads: windows of 2 take 0.4 ms, of 3 1.5 ms (8 channels, 48 x 48 x 48, lavapipe, 2 cores).
 *
 * Bindings: `source` and `pooled`, [batch, z, y, x, channel].
 *
 * @param shape The input's axes.
 * @param width Floats in an item; divides the channels.
 * @param size Edge of a window.
 * @param precision How both are stored.
 * @returns The WGSL.
 */
export function maxPoolWgsl(
  shape: TensorShape,
  width: 1 | 4,
  size: PoolSize,
  precision: Precision,
): string {
  return gridWgsl({ width, axes: items(pooledShape(shape, size), width), precision }, {
    bindings: `
@group(0) @binding(0) var<storage, read> source: array<S>;
@group(0) @binding(1) var<storage, read_write> pooled: array<S>;`,
    main: `
    var most = ${LOWEST};${windowWgsl(shape, width, size, "most = max(most, value);")}
    pooled[i] = S(most);`,
  });
}

/**
 * WGSL of where each window's first maximum lies: (kz size + ky) size + kx, from the window's first voxel. One invocation an output item,
 * workgroup 64; exact.
 *
 * Bindings: `source`; `winner`, an index for each output float.
 *
 * @param shape The input's axes.
 * @param width Floats in an item; divides the channels.
 * @param size Edge of a window.
 * @returns The WGSL.
 */
export function maxPoolWinnerWgsl(shape: TensorShape, width: 1 | 4, size: PoolSize): string {
  // A voxel that stands for one outside has the index of its own place, found from where it was read.
  const place = (axis: string) => size === 2 ? `k${axis}` : `(s${axis} + 1u - 2u * ${axis})`;
  const first = size === 2
    ? "0u"
    : "select(0u, 9u, z == 0u) + select(0u, 3u, y == 0u) + select(0u, 1u, x == 0u)";
  return gridWgsl({ width, axes: items(pooledShape(shape, size), width) }, {
    bindings: `
@group(0) @binding(0) var<storage, read> source: array<F>;
@group(0) @binding(1) var<storage, read_write> winner: array<U>;`,
    main: `
    var most = ${LOWEST};
    // Where nothing is above the lowest float, the first voxel inside wins.
    var best = U(${first});${
      windowWgsl(
        shape,
        width,
        size,
        `let place = (${place("z")} * ${size}u + ${place("y")}) * ${size}u + ${place("x")};
          best = select(best, U(place), value > most);
          most = max(most, value);`,
      )
    }
    winner[i] = best;`,
  });
}

/**
 * WGSL of the gradient of max-pooling, gathered: one invocation takes a cell of 2 x 2 x 2 input voxels, which lie in the windows of the
 * cell's own output and, for windows of 3, of the next along each axis. Workgroup 64. Tolerance: sums of at most eight values; exact for
 * windows of 2. Gathering takes no atomics, so results are the same on every run.
 *
 * Bindings: `winner` of {@linkcode maxPoolWinnerWgsl}; `gradient` of the output; `dx`.
 *
 * @param shape The input's axes.
 * @param width Floats in an item; divides the channels.
 * @param size Edge of a window.
 * @returns The WGSL.
 */
export function maxPoolGradientWgsl(shape: TensorShape, width: 1 | 4, size: PoolSize): string {
  const input = items(shape, width);
  const output = items(pooledShape(shape, size), width);
  const [batch, nz, ny, nx, channels] = shape;
  const half = (n: number) => Math.ceil(n / 2);
  // An even voxel of a cell lies in the cell's window alone, an odd one also in the next.
  const offsets = size === 2 ? [0] : [0, 1];
  const windows = offsets.flatMap((z) => offsets.flatMap((y) => offsets.map((x) => [z, y, x])));
  const voxels = [0, 1].flatMap((z) => [0, 1].flatMap((y) => [0, 1].map((x) => [z, y, x])));
  const names = ["z", "y", "x"] as const;
  const load = windows.map((window) => {
    const name = window.join("");
    const at = names.map((axis, k) => window[k] ? `${axis} + 1u` : axis);
    const inside = names.map((_, k) => `${at[k]} < ${output[k + 1]}u`).join(" && ");
    return `
    var w${name} = U(99);
    var g${name} = F(0);
    if (${inside}) {
      w${name} = winner[${itemAt(output, [at[0]!, at[1]!, at[2]!])}];
      g${name} = gradient[${itemAt(output, [at[0]!, at[1]!, at[2]!])}];
    }`;
  });
  const store = voxels.map((voxel) => {
    const terms = windows.flatMap((window) => {
      // Where the voxel lies from the window's first one, along each axis.
      const place = voxel.map((v, k) => v - 2 * window[k]! + (size === 3 ? 1 : 0));
      if (place.some((n) => n < 0 || n >= size)) return [];
      const index = (place[0]! * size + place[1]!) * size + place[2]!;
      const name = window.join("");
      return [`select(F(0), g${name}, w${name} == U(${index}))`];
    });
    const at = names.map((axis, k) => `2u * ${axis} + ${voxel[k]}u`);
    const inside = names.map((_, k) => `${at[k]} < ${shape[k + 1]}u`).join(" && ");
    return `
    if (${inside}) { dx[${itemAt(input, [at[0]!, at[1]!, at[2]!])}] = ${terms.join(" + ")}; }`;
  });
  return gridWgsl({ width, axes: items([batch, half(nz), half(ny), half(nx), channels], width) }, {
    bindings: `
@group(0) @binding(0) var<storage, read> winner: array<U>;
@group(0) @binding(1) var<storage, read> gradient: array<F>;
@group(0) @binding(2) var<storage, read_write> dx: array<F>;`,
    main: [...load, ...store].join(""),
  });
}
