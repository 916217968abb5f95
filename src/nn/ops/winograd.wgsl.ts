import { BLOCK } from "./correlate.wgsl.ts";

// A 3x3x3 filter on Winograd's terms along z (Winograd 1980; Lavin and Gray 2016, F(4, 3)): four outputs along z come from the six inputs
// that they see by six products instead of twelve, y = A' ((G w) * (B' x)), where * is a correlation along y and x alone.
//
// What it is good for: llvmpipe has no fused multiply-add, and reads storage lane by lane, 44 cycles for a vec4 of 8 lanes and 22 for a
// single float, where a multiply-add of 8 lanes takes one. Summing directly spends half of its time on arithmetic, a third on reading inputs.
// Here there are half as many products, and inputs come as vec4 along x, without bounds to be checked.
//
// Versions tried, on llvmpipe, 2 cores of a Xeon at 2.6 GHz, ms of processor time a core while other work ran, for 8 to 8 channels,
// 48 x 48 x 48 voxels / 16 to 16, 24 x 24 x 24 / 16 to 8, 48 x 32 x 56; `correlate.wgsl.ts` takes 9.7 / 4.2 / 15:
// - two outputs from four products, F(2, 3), outputs transformed where they are summed: 8.9; four outputs from six: 7.0, but 8 s to compile
// - outputs transformed by a kernel of their own: 7.5 / 2.7 / 10.2 (this); tile of 3 x 6: 8.1 / 3.0 / 10.9; 6 x 6: 8.1 / 3.2 / 11.9; 8 x 6:
//   8.3 / 3.0 / 10.7; 2 x 10: 8.4 / 3.3 / 10.9; 3 x 10: 8.2 / 3.3 / 10.3; 4 x 10: 8.9 / 4.0 / 11.9
// How exact: where outputs have a deviation of 1, they are 3e-7 from f64 (root of the mean square; at most 2.6e-6), by summing directly
// 2e-7 (1.8e-6), for 16 to 16 channels. See the transforms for the points.

/** Outputs along z that are computed together, and products for them. */
export const OUTPUTS = 4;
export const PRODUCTS = 6;

/** Positions along y and x that an invocation multiplies for; the input is laid out in rows of two more, as vec4. */
export const TILE = [4, 6] as const;
/** vec4 of such a row. */
export const ROW = (TILE[1] + 2) / 4;

/**
 * WGSL of the products: for each of the six a correlation along y and x.
 *
 * Shapes: `weights` and `input` as the transforms write them, weights from product and block `begin` on; `output` f32
 * [tile along z, product, row of the band, x, channel], rows and x whole tiles, channels whole blocks. An invocation computes a tile of 4 x 6
 * positions for a block of 8 channels; invocations run along x, y, tile along z, workgroups along z over products and blocks. It loops over
 * input channels. Workgroup: 8 invocations. Tolerance: sums of products in f32, in the order of the loop.
 *
 * @returns The WGSL.
 */
export function productsWgsl(): string {
  const [height, width] = TILE;
  const [ys, xs, halves, rows] = [height, width, BLOCK / 4, height + 2].map(range) as [
    number[],
    number[],
    number[],
    number[],
  ];
  const tile = ys.flatMap((y) => xs.flatMap((x) => halves.map((h) => ({ y, x, h }))));
  const sums = (r: number) =>
    range(3).flatMap((tap) => {
      const y = r - tap;
      if (!ys.includes(y)) return [];
      return xs.flatMap((x) =>
        halves.map((h) =>
          `s${y}_${x}_${h} += ${
            range(3).map((k) => `w${tap}_${k}_${h} * v${(x + k) >> 2}.${"xyzw"[(x + k) % 4]}`).join(
              " + ",
            )
          };`
        )
      );
    }).join("\n      ");
  return `
struct P {
  tiles: vec3i, items: u32, // tiles along x, y, z
  channels: i32, rows: i32, stride: i32, blocks: i32, // input channels; rows of a product; vec4 of a block; blocks
  begin: i32, // first of the pairs of a product and a block
};
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<uniform> weights: array<vec4f, 4096>;
@group(0) @binding(2) var<storage, read> input: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> output: array<vec4f>;

@compute @workgroup_size(8) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let t = i32(min(id.x + id.y * groups.x * 8u, p.items - 1u));
  let tile = vec3i(t % p.tiles.x, t / p.tiles.x % p.tiles.y, t / (p.tiles.x * p.tiles.y));
  let product = tile.z * ${PRODUCTS} + (p.begin + i32(id.z)) / p.blocks;
  let block = (p.begin + i32(id.z)) % p.blocks;
  let row = p.tiles.x * p.channels * ${ROW};
  let here = product * p.rows * row + tile.x * p.channels * ${ROW};
  // Rows beyond the last give sums that nobody reads.
  ${
    rows.map((r) => `let row${r} = here + min(tile.y * ${height} + ${r}, p.rows - 1) * row;`).join(
      "\n  ",
    )
  }
  ${tile.map(({ y, x, h }) => `var s${y}_${x}_${h} = vec4f();`).join("\n  ")}
  var w = i32(id.z) * p.stride;
  // There are always workgroups; but where a bound is a uniform alone, llvmpipe may compile the kernel anew at each dispatch.
  let end = select(p.channels * ${ROW}, 0, groups.x == 0u);
  for (var c = 0; c < end; c += ${ROW}) {
    ${
    range(9).flatMap((tap) =>
      halves.map((h) =>
        `let w${Math.floor(tap / 3)}_${tap % 3}_${h} = weights[w + ${tap * halves.length + h}];`
      )
    ).join("\n    ")
  }
    w += ${9 * halves.length};
    ${
    rows.map((r) =>
      `{
      ${range(ROW).map((k) => `let v${k} = input[row${r} + c + ${k}];`).join(" ")}
      ${sums(r)}
    }`
    ).join("\n    ")
  }
  }
  let width = p.tiles.x * ${width};
  let out = ((product * p.tiles.y + tile.y) * ${height} * width + tile.x * ${width}) * p.blocks + block;
  ${
    tile.map(({ y, x, h }) =>
      `output[(out + (${y} * width + ${x}) * p.blocks) * ${halves.length} + ${h}] = s${y}_${x}_${h};`
    ).join("\n  ")
  }
}`;
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
