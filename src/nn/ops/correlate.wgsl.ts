import type { Precision } from "../tensor.ts";

/** Output channels of an invocation. */
export const BLOCK = 8;

/** What makes a kernel of its own; sizes are in the uniform block, so that layers share kernels. */
export interface CorrelateOptions {
  /** Input voxels weighed at each position along y and x. */
  readonly taps: readonly [y: number, x: number];
  /** Input voxels between positions. */
  readonly stride: number;
  /** Input channels that are read at once; 4 needs a multiple of 4. */
  readonly lanes: 1 | 4;
  /** Whether output channels are written four at once, which needs a multiple of 4. */
  readonly wide: boolean;
  /** Whether sums go on from what the output holds, rather than from the bias. */
  readonly carry: boolean;
  /** How input and output are stored. */
  readonly precision: { readonly input: Precision; readonly output: Precision };
  /** Positions of an invocation along y and x. */
  readonly tile: readonly [y: number, x: number];
  /** Invocations of a workgroup. */
  readonly workgroup: number;
}

/**
 * WGSL of a pass of weighted sums over neighbours: a convolution or its input gradient; see `Pass`.
 *
 * Shapes: `input` and `output` [batch, z, y, x, channel]; `weights` blocks of 8 output channels, each 8 biases, then
 * [kz, channel / lanes, ky, kx, lane, output channel], f32, as are all sums; where they go on from the output's, those are rounded to its
 * precision. Behind the sums comes a leaky ReLU. An invocation computes a tile of positions along y and x for a block of
 * channels in registers; invocations run along x, y, z, image, workgroups along z over blocks. It loops taps along z * input channels times.
 * Tolerance: sums of products in f32, in the order of the loops, rounded to the output's precision.
 *
 * Versions tried, 8 to 8 channels, 3x3x3, 48 x 48 x 48 voxels on llvmpipe, 2 cores of a Xeon at 2.6 GHz, ms:
 * - one output an invocation, weights in storage: 400;
 * - tile of 4 x 4, zero-padded copy of the input, loop over kz, ky and four channels, weights in a uniform: 18; 6 x 4: 12;
 * - loop over kz and single channels, ky and kx unrolled, 6 x 4: 9.8, without the copy and with any sizes 10.0 (this one). Bodies of two
 *   or four channels no longer fit the instruction cache: 11 to 19. Tiles of 6 x 3, 6 x 5, 4 x 6, 8 x 3, 12 x 2: 10.1 to 11.9;
 * - four channels read at once and taken one by one in an inner loop: 10.9; rows of a tile packed into 2 vec4 by a kernel before, without
 *   that kernel's time: 8.1, the same in a texture: 7.6; 16 output channels an invocation: 10 % slower, 4: a third slower.
 * What it costs there: half of the time goes into reading the input, lane by lane; a sixth into reading weights.
 *
 * @param options What makes the kernel.
 * @returns The WGSL.
 */
export function correlateWgsl(options: CorrelateOptions): string {
  const { stride, lanes, wide, carry, precision, tile: [height, width], workgroup } = options;
  const [ky, kx] = options.taps;
  const columns = range((width - 1) * stride + kx);
  const rows = range((height - 1) * stride + ky);
  const [ys, xs, halves] = [range(height), range(width), range(BLOCK / 4)];
  const tile = ys.flatMap((y) => xs.map((x) => ({ y, x })));
  const width4 = halves.length;
  const half = Object.values(precision).includes("f16");
  const item = (width: 1 | 4, type: string) => width === 4 ? `vec4<${type}>` : type;
  const component = (i: number) => lanes === 4 ? `.${"xyzw"[i]}` : "";
  const taps = range(ky).flatMap((y) =>
    range(kx).flatMap((x) => range(lanes).map((lane) => ({ y, x, lane })))
  );
  const weights = taps.flatMap(({ y, x, lane }, tap) =>
    halves.map((h) => `let w${y}_${x}_${lane}_${h} = weights[w + ${tap * width4 + h}];`)
  );
  const row = (r: number) => `
      {
        let here = plane + y${r} + c;
        let inside = in_z && in_y${r};
        ${
    columns.map((x) => `let v${x} = select(I(), I(input[here + x${x}]), inside && in_x${x});`)
      .join("\n        ")
  }
        ${
    range(ky).flatMap((tapY) => {
      const y = (r - tapY) / stride;
      if (!ys.includes(y)) return [];
      return xs.flatMap((x) =>
        halves.map((h) =>
          `s${y}_${x}_${h} += ${
            taps.filter((tap) => tap.y === tapY).map((tap) =>
              `w${tapY}_${tap.x}_${tap.lane}_${h} * v${x * stride + tap.x}${component(tap.lane)}`
            ).join(" + ")
          };`
        )
      );
    }).join("\n        ")
  }
      }`;
  const seen = rows.filter((r) => range(ky).some((tap) => ys.includes((r - tap) / stride)));
  const loop = ky * kx === 0 ? "" : `
  for (var k = 0; k < p.depth; k++) {
    let z = corner.z + k;
    let in_z = z >= 0 && z < p.n.z;
    let plane = (image * p.n.z + clamp(z, 0, p.n.z - 1)) * p.n.y * p.n.x * p.channels + p.start;
    for (var c = 0; c < p.count; c++) {
      let w = block + ${width4} + (k * p.chunk + c) * ${taps.length * width4};
      ${weights.join("\n      ")}${seen.map(row).join("")}
    }
  }`;
  const first = (h: number, voxel: string) =>
    carry
      ? wide
        ? `vec4f(output[${voxel} + ${h}])`
        : `vec4f(${range(4).map((k) => `f32(output[${voxel} + ${4 * h + k}])`).join(", ")})`
      : `weights[block + ${h}]`;
  const voxel = (y: number, x: number) =>
    `out + (${y} * p.m.x + ${x}) * p.spread * ${wide ? "(p.outputs / 4)" : "p.outputs"}`;
  const store = (y: number, x: number) =>
    halves.flatMap((h) => [
      `let z${h} = select(p.slope * s${y}_${x}_${h}, s${y}_${x}_${h}, s${y}_${x}_${h} > vec4f());`,
      ...wide
        ? [`if (left > ${4 * h}) { output[at + ${h}] = O(z${h}); }`]
        : range(4).map((k) =>
          `if (left > ${4 * h + k}) { output[at + ${4 * h + k}] = O(z${h}.${"xyzw"[k]}); }`
        ),
    ]).join(" ");
  return `${half ? "enable f16;" : ""}
alias I = ${item(lanes, "f32")};
alias O = ${item(wide ? 4 : 1, precision.output)};
struct P {
  n: vec3i, channels: i32, // input voxels along x, y, z; input items of a voxel
  m: vec3i, outputs: i32, // output voxels, output channels
  grid: vec3i, items: u32, // positions; tiles of all images
  first: vec3i, start: i32, // first tap of position 0; first input item of a voxel that is read
  offset: vec3i, count: i32, // output voxel of position 0; how many input items are read
  tiles: vec2i, spread: i32, chunk: i32, // tiles along x, y; output voxels between positions; input items in a block of weights
  block: i32, stride: i32, depth: i32, // first block of channels; vec4 of weights in a block; taps along z
  slope: f32, // of the leaky ReLU behind
};
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<uniform> weights: array<vec4f, 4096>;
@group(0) @binding(2) var<storage, read> input: array<${item(lanes, precision.input)}>;
@group(0) @binding(3) var<storage, read_write> output: array<O>;

@compute @workgroup_size(${workgroup}) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  // Invocations beyond the last tile compute the last one once more, since leaving early costs all of their neighbours.
  let item = id.x + id.y * groups.x * ${workgroup}u;
  let live = item < p.items;
  let t = i32(min(item, p.items - 1u));
  let place = vec3i(t % p.tiles.x * ${width}, t / p.tiles.x % p.tiles.y * ${height}, t / (p.tiles.x * p.tiles.y) % p.grid.z);
  let image = t / (p.tiles.x * p.tiles.y * p.grid.z);
  let block = i32(id.z) * p.stride;
  let left = p.outputs - (p.block + i32(id.z)) * ${BLOCK};
  let corner = place * ${stride} + p.first;
  ${
    columns.map((x) =>
      `let x${x} = clamp(corner.x + ${x}, 0, p.n.x - 1) * p.channels; let in_x${x} = corner.x + ${x} >= 0 && corner.x + ${x} < p.n.x;`
    ).join("\n  ")
  }
  ${
    seen.map((y) =>
      `let y${y} = clamp(corner.y + ${y}, 0, p.n.y - 1) * p.n.x * p.channels; let in_y${y} = corner.y + ${y} >= 0 && corner.y + ${y} < p.n.y;`
    ).join("\n  ")
  }
  let to = place * p.spread + p.offset;
  let out = (((image * p.m.z + to.z) * p.m.y + to.y) * p.m.x + to.x) * ${
    wide
      ? `(p.outputs / 4) + (p.block + i32(id.z)) * ${BLOCK / 4}`
      : `p.outputs + (p.block + i32(id.z)) * ${BLOCK}`
  };
  ${
    tile.flatMap(({ y, x }) =>
      halves.map((h) => `var s${y}_${x}_${h} = ${first(h, `(${voxel(y, x)})`)};`)
    ).join("\n  ")
  }${loop}
  ${
    tile.map(({ y, x }) =>
      `if (live && place.x + ${x} < p.grid.x && place.y + ${y} < p.grid.y) { let at = ${
        voxel(y, x)
      }; ${store(y, x)} }`
    ).join("\n  ")
  }
}`;
}

function range(n: number): number[] {
  return Array.from({ length: Math.max(0, n) }, (_, i) => i);
}
