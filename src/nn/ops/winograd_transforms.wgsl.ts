import type { Precision } from "../tensor.ts";
import { BLOCK } from "./correlate.wgsl.ts";
import { OUTPUTS, PRODUCTS, ROW, TILE } from "./winograd.wgsl.ts";

/**
 * The transforms by the points 0, 3/4, -3/4, 3/2, -3/2 and infinity, all but the weights' exact in 32 bits. Sums come out 1.4 times as far
 * from f64 as direct ones, and 2 times by the usual points 0, 1, -1, 2, -2 (root of the mean square, 72 terms along y, x and channels).
 */
const OF_INPUT = [
  [81 / 64, 0, -45 / 16, 0, 1, 0],
  [0, -27 / 16, -9 / 4, 3 / 4, 1, 0],
  [0, 27 / 16, -9 / 4, -3 / 4, 1, 0],
  [0, -27 / 32, -9 / 16, 3 / 2, 1, 0],
  [0, 27 / 32, -9 / 16, -3 / 2, 1, 0],
  [0, 81 / 64, 0, -45 / 16, 0, 1],
];
const OF_WEIGHTS = [
  [64 / 81, 0, 0],
  [-128 / 243, -32 / 81, -8 / 27],
  [-128 / 243, 32 / 81, -8 / 27],
  [32 / 243, 16 / 81, 8 / 27],
  [32 / 243, -16 / 81, 8 / 27],
  [0, 0, 1],
];
const OF_OUTPUT = [
  [1, 1, 1, 1, 1, 0],
  [0, 3 / 4, -3 / 4, 3 / 2, -3 / 2, 0],
  [0, 9 / 16, 9 / 16, 9 / 4, 9 / 4, 0],
  [0, 27 / 64, -27 / 64, 27 / 8, -27 / 8, 1],
];

/**
 * WGSL that transforms weights: G w along z.
 *
 * Shapes: `weights` [filter z, y, x, input channel, output channel] of a convolution; `packed` f32
 * [product, block of 8 output channels, input channel, tap y, tap x, output channel], each block padded to `stride` floats. Channels are
 * the pass's: a gradient reads `weights` with input and output channels exchanged and the taps reversed. Workgroup: 64 invocations, one for
 * all products of a float. Tolerance: a rounding of a sum of three. An invocation for each float took 2.5 times as long.
 *
 * @param precision How weights are stored; transformed ones are f32, as half precision would round them once more.
 * @returns The WGSL.
 */
export function weightTransformWgsl(precision: Precision): string {
  return `${precision === "f16" ? "enable f16;" : ""}
struct P {
  inputs: i32, outputs: i32, fromInput: i32, fromOutput: i32, // channels; elements of weights between neighbours
  blocks: i32, stride: i32, count: u32, reversed: i32, // blocks of output channels; floats of a block, of a product; whether taps are
};
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> weights: array<${precision}>;
@group(0) @binding(2) var<storage, read_write> packed: array<f32>;

@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let item = id.x + id.y * groups.x * 64u;
  if (item >= p.count) { return; }
  let within = i32(item) % p.stride;
  let output = i32(item) / p.stride * ${BLOCK} + within % ${BLOCK};
  let forward = within / ${BLOCK} % 9;
  let input = within / ${9 * BLOCK};
  let inside = input < p.inputs && output < p.outputs;
  let layer = p.inputs * p.outputs;
  let first = select(forward, 26 - forward, p.reversed > 0) * layer;
  let plane = select(9, -9, p.reversed > 0) * layer;
  let at = select(0, first + input * p.fromInput + output * p.fromOutput, inside);
  ${
    range(3).map((z) =>
      `let w${z} = select(0.0, f32(weights[at + ${z} * select(0, plane, inside)]), inside);`
    )
      .join("\n  ")
  }
  ${
    OF_WEIGHTS.map((row, f) =>
      `packed[item + ${f}u * p.count] = ${combination(row, (z) => `w${z}`)};`
    ).join("\n  ")
  }
}`;
}

/** What makes a kernel that transforms inputs. */
export interface InputTransform {
  /** Input channels that are read at once; 4 needs a multiple of 4. */
  readonly lanes: 1 | 4;
  readonly precision: Precision;
}

/**
 * WGSL that transforms inputs: B' x along z, zeros outside, in rows of 8 voxels along x of which neighbours share two.
 *
 * Shapes: `input` [image, z, y, x, channel]; `output` f32 [tile of 4 outputs along z, product, row of the band, tile of 6 along x, channel, x]
 * from tile `first` along z on, the band one row beyond its outputs on both sides; of its `all` channels those from `start` on. Workgroup: 8
 * invocations, one for each vec4 of a row and `lanes` channels. Tolerance: sums of up to four products in f32.
 *
 * @param transform What makes the kernel.
 * @returns The WGSL.
 */
export function inputTransformWgsl({ lanes, precision }: InputTransform): string {
  const item = (type: string) => lanes === 4 ? `vec4<${type}>` : type;
  const component = (lane: number) => lanes === 4 ? `.${"xyzw"[lane]}` : "";
  return `${precision === "f16" ? "enable f16;" : ""}
alias I = ${item("f32")};
struct P {
  n: vec3i, channels: i32, // voxels along x, y, z; input items of a voxel
  tiles: vec3i, items: u32, // tiles along x, y of a band, z of an image
  all: i32, start: i32, first: i32, // channels of the output, the first that is written; first tile along z, of all images
  top: i32, rows: i32, // first row of the band, which may lie outside; rows of the band
};
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> input: array<${item(precision)}>;
@group(0) @binding(2) var<storage, read_write> output: array<vec4f>;

@compute @workgroup_size(8) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  // Invocations beyond the last item compute it once more: leaving early costs their neighbours.
  let t = i32(min(id.x + id.y * groups.x * 8u, p.items - 1u));
  let c = t % p.channels;
  let part = t / p.channels % ${ROW};
  let tile = t / (p.channels * ${ROW}) % p.tiles.x;
  let row = t / (p.channels * ${ROW} * p.tiles.x);
  let y = p.top + row % p.rows;
  let slab = row / p.rows;
  let z = (p.first + slab) % p.tiles.z * ${OUTPUTS} - 1;
  let image = (p.first + slab) / p.tiles.z;
  let x = tile * ${TILE[1]} + part * 4 - 1;
  let in_y = y >= 0 && y < p.n.y;
  ${
    range(4).map((k) =>
      `let x${k} = clamp(x + ${k}, 0, p.n.x - 1) * p.channels + c; let in_x${k} = in_y && x + ${k} >= 0 && x + ${k} < p.n.x;`
    ).join("\n  ")
  }
  ${
    range(PRODUCTS).map((j) =>
      `let in_z${j} = z + ${j} >= 0 && z + ${j} < p.n.z;
  let row${j} = ((image * p.n.z + clamp(z + ${j}, 0, p.n.z - 1)) * p.n.y + clamp(y, 0, p.n.y - 1)) * p.n.x * p.channels;
  ${
        range(4).map((k) =>
          `let d${j}_${k} = select(I(), I(input[row${j} + x${k}]), in_z${j} && in_x${k});`
        ).join("\n  ")
      }`
    ).join("\n  ")
  }
  ${
    OF_INPUT.map((row, f) =>
      `{
    ${
        range(4).map((k) => `let e${k} = ${combination(row, (j) => `d${j}_${k}`)};`)
          .join("\n    ")
      }
    let at = ((((slab * ${PRODUCTS} + ${f}) * p.rows + row % p.rows) * p.tiles.x + tile) * p.all + p.start + c * ${lanes}) * ${ROW} + part;
    ${
        range(lanes).map((lane) =>
          `output[at + ${lane * ROW}] = vec4f(${
            range(4).map((k) => `e${k}${component(lane)}`).join(", ")
          });`
        ).join("\n    ")
      }
  }`
    ).join("\n  ")
  }
}`;
}

/** What makes a kernel that transforms outputs. */
export interface OutputTransform {
  /** Whether output channels are written four at once, which needs a multiple of 4. */
  readonly wide: boolean;
  readonly precision: Precision;
}

/**
 * WGSL that transforms outputs, A' m along z, adds the bias and takes the leaky ReLU.
 *
 * Shapes: `products` as {@linkcode productsWgsl} writes them; `output` [image, z, y, x, channel] from tile `first` along z on, a band of rows along y. Workgroup:
 * 8 invocations, one for each tile along z, voxel along y and x, and item of channels. Tolerance: sums of six products in f32.
 *
 * @param transform What makes the kernel.
 * @returns The WGSL.
 */
export function outputTransformWgsl({ wide, precision }: OutputTransform): string {
  const item = (type: string) => wide ? `vec4<${type}>` : type;
  return `${precision === "f16" ? "enable f16;" : ""}
alias F = ${item("f32")};
alias O = ${item(precision)};
struct P {
  n: vec3i, channels: i32, // voxels along x, y, z; output items of a voxel
  tiles: vec3i, items: u32, // tiles along x, y of a band, z of an image
  padded: i32, first: i32, biased: i32, slope: f32, // items of a product's voxel; first tile along z, of all images
  top: i32, rows: i32, // first row of the band; rows of the band
};
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> products: array<F>;
@group(0) @binding(2) var<storage, read> bias: array<F>;
@group(0) @binding(3) var<storage, read_write> output: array<O>;

@compute @workgroup_size(8) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let t = i32(min(id.x + id.y * groups.x * 8u, p.items - 1u));
  let c = t % p.channels;
  let x = t / p.channels % p.n.x;
  let row = t / (p.channels * p.n.x) % p.rows;
  let slab = t / (p.channels * p.n.x * p.rows);
  let z = (p.first + slab) % p.tiles.z * ${OUTPUTS};
  let image = (p.first + slab) / p.tiles.z;
  let plane = p.tiles.y * ${TILE[0]} * p.tiles.x * ${TILE[1]} * p.padded;
  let source = slab * ${PRODUCTS} * plane + (row * p.tiles.x * ${TILE[1]} + x) * p.padded + c;
  ${range(PRODUCTS).map((f) => `let m${f} = products[source + ${f} * plane];`).join("\n  ")}
  let shift = select(F(), bias[c], p.biased > 0);
  let to = (((image * p.n.z + z) * p.n.y + p.top + row) * p.n.x + x) * p.channels + c;
  ${
    OF_OUTPUT.map((row, k) =>
      `let y${k} = ${combination(row, (f) => `m${f}`)} + shift;
  if (z + ${k} < p.n.z) { output[to + ${k} * p.n.y * p.n.x * p.channels] = O(select(p.slope * y${k}, y${k}, y${k} > F())); }`
    ).join("\n  ")
  }
}`;
}

/** WGSL of a sum of terms by their factors. */
function combination(factors: readonly number[], term: (k: number) => string): string {
  return factors.flatMap((factor, k) =>
    factor === 0 ? [] : [factor === 1 ? term(k) : `${factor} * ${term(k)}`]
  ).join(" + ");
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
