import { BLOCK } from "./correlate.wgsl.ts";

/** What makes a kernel of its own; sizes are in the uniform block, so that layers share kernels. */
export interface FilterGradientKernel {
  /** The filter's voxels along z, y, x that an invocation sums for. */
  readonly taps: readonly [z: number, y: number, x: number];
  /** Input voxels between neighbouring outputs. */
  readonly stride: number;
  /** Input channels that an invocation sums for; 4 needs a multiple of 4. */
  readonly lanes: 1 | 4;
  /** Whether output channels are read and written four at once, which needs a multiple of 4. */
  readonly wide: boolean;
  /** Output voxels along x that an invocation takes at once. */
  readonly tile: number;
  /** Invocations of a workgroup. */
  readonly workgroup: number;
}

/**
 * WGSL of partial sums of a convolution's gradient by its weights.
 *
 * Shapes: `input` and `gradient` as the convolution's input and output; `partial` [item, kz, ky, kx, input channel, output channel]; all f32.
 * An invocation keeps the sums of some taps, `lanes` input and 8 output channels in registers; it walks along y through a tile of
 * columns of some slices, and keeps the input rows that the next step sees again. Invocations run along x over tiles and slabs of
 * slices (the items), along y over groups of taps and input channels, along z over blocks of output channels.
 * It loops slices * output rows times. Tolerance: sums of products in f32, in the order of the loops.
 *
 * Versions tried, 8 to 8 channels, 3x3x3, 48 x 48 x 48 voxels on llvmpipe, 2 cores of a Xeon at 2.6 GHz, ms without the sum of the parts:
 * - one weight and 1,024 voxels an invocation: 380;
 * - 9 taps, 4 x 8 channels, tile of 6, every step reads its three rows: 9.5;
 * - rows that are seen again kept: 7.0 (this one); tile of 2: 9.8, 3: 8.3, 4: 7.9, 8: 7.1 but slower to compile, 12: 8.7; 16 output
 *   channels: no faster; an item for each slice instead of every fourth: 7.9.
 *
 * @param kernel What makes the kernel.
 * @returns The WGSL.
 */
export function filterGradientWgsl(kernel: FilterGradientKernel): string {
  const { stride, lanes, wide, tile, workgroup, taps: [kz, ky, kx] } = kernel;
  const [planes, rows, columns] = [range(kz), range(ky), range((tile - 1) * stride + kx)];
  const [xs, halves] = [range(tile), range(BLOCK / 4)];
  const input = lanes === 4 ? "vec4f" : "f32";
  const component = (i: number) => lanes === 4 ? `.${"xyzw"[i]}` : "";
  const sums = planes.flatMap((z) =>
    rows.flatMap((y) =>
      range(kx).flatMap((x) => range(lanes).flatMap((i) => halves.map((h) => ({ z, y, x, i, h }))))
    )
  );
  const name = ({ z, y, x, i, h }: typeof sums[number]) => `s${z}_${y}_${x}_${i}_${h}`;
  const read = (z: number, y: number, row: string) =>
    `{
        let y = ${row} + ${y};
        let inside = in_z${z} && y >= 0 && y < p.n.y;
        let here = plane${z} + clamp(y, 0, p.n.y - 1) * p.n.x * p.channels;
        ${
      columns.map((x) =>
        `v${z}_${y}_${x} = select(${input}(), input[here + x${x}], inside && in_x${x});`
      )
        .join("\n        ")
    }
      }`;
  const kept = Math.max(0, ky - stride);
  const gradients = xs.flatMap((x) =>
    halves.map((h) =>
      wide
        ? `let g${x}_${h} = select(vec4f(), gradient[there + g${x} + ${h}], in_g${x} && left > ${
          4 * h
        });`
        : `let g${x}_${h} = vec4f(${
          range(4).map((k) =>
            `select(0, gradient[there + g${x} + ${4 * h + k}], in_g${x} && left > ${4 * h + k})`
          ).join(", ")
        });`
    )
  );
  const store = (sum: typeof sums[number]) => {
    const voxel = `((tap.z + ${sum.z}) * p.size.y + tap.y + ${sum.y}) * p.size.x + ${sum.x}`;
    const at = `to + (${voxel}) * layer + ${sum.i} * width${wide ? ` + ${sum.h}` : ""}`;
    return wide
      ? `if (live && left > ${4 * sum.h}) { partial[${at}] = ${name(sum)}; }`
      : range(4).map((k) =>
        `if (live && left > ${4 * sum.h + k}) { partial[${at} + ${4 * sum.h + k}] = ${name(sum)}.${
          "xyzw"[k]
        }; }`
      ).join(" ");
  };
  const element = wide ? "vec4f" : "f32";
  return `
struct P {
  n: vec3i, channels: i32, // input voxels along x, y, z; input items of a voxel
  m: vec3i, outputs: i32, // output voxels, output channels
  first: vec3i, tiles: i32, // input voxel of output 0 and tap 0; tiles along x
  size: vec3i, slices: i32, // the filter's voxels; slices of an item
  groups: vec2i, total: i32, items: u32, // groups of taps along y, z; slices of all images; items
};
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> input: array<${input}>;
@group(0) @binding(2) var<storage, read> gradient: array<${element}>;
@group(0) @binding(3) var<storage, read_write> partial: array<${element}>;

@compute @workgroup_size(${workgroup}) fn main(@builtin(global_invocation_id) id: vec3u) {
  let live = id.x < p.items;
  let item = i32(min(id.x, p.items - 1u));
  let group = i32(id.y);
  let tap = vec3i(0, group % p.groups.x * ${ky}, group / p.groups.x % p.groups.y * ${kz});
  let channel = group / (p.groups.x * p.groups.y);
  let left = p.outputs - i32(id.z) * ${BLOCK};
  let width = p.outputs${wide ? " / 4" : ""};
  let block = i32(id.z) * ${wide ? BLOCK / 4 : BLOCK};
  let tile = item % p.tiles * ${tile};
  let corner = p.first + tap + vec3i(tile * ${stride}, 0, 0);
  ${
    columns.map((x) =>
      `let x${x} = clamp(corner.x + ${x}, 0, p.n.x - 1) * p.channels; let in_x${x} = corner.x + ${x} >= 0 && corner.x + ${x} < p.n.x;`
    ).join("\n  ")
  }
  ${
    xs.map((x) =>
      `let g${x} = min(tile + ${x}, p.m.x - 1) * width; let in_g${x} = tile + ${x} < p.m.x;`
    ).join("\n  ")
  }
  ${sums.map((sum) => `var ${name(sum)} = vec4f();`).join("\n  ")}
  let begin = item / p.tiles * p.slices;
  for (var slice = begin; slice < min(begin + p.slices, p.total); slice++) {
    let image = slice / p.m.z;
    let z = slice % p.m.z * ${stride} + corner.z;
    ${
    planes.map((k) =>
      `let in_z${k} = z + ${k} >= 0 && z + ${k} < p.n.z; let plane${k} = (image * p.n.z + clamp(z + ${k}, 0, p.n.z - 1)) * p.n.y * p.n.x * p.channels + channel;`
    ).join("\n    ")
  }
    ${
    planes.flatMap((z) =>
      rows.map((y) => columns.map((x) => `var v${z}_${y}_${x} = ${input}();`).join(" "))
    )
      .join("\n    ")
  }
    ${planes.flatMap((z) => range(kept).map((y) => read(z, y, "corner.y"))).join("\n    ")}
    for (var row = 0; row < p.m.y; row++) {
      ${
    planes.flatMap((z) => rows.slice(kept).map((y) => read(z, y, `row * ${stride} + corner.y`)))
      .join("\n      ")
  }
      let there = (slice * p.m.y + row) * p.m.x * width + block;
      ${gradients.join("\n      ")}
      ${
    sums.map((sum) =>
      `${name(sum)} += ${
        xs.map((x) =>
          `v${sum.z}_${sum.y}_${x * stride + sum.x}${component(sum.i)} * g${x}_${sum.h}`
        ).join(" + ")
      };`
    ).join("\n      ")
  }
      ${
    planes.flatMap((z) =>
      range(kept).map((y) =>
        columns.map((x) => `v${z}_${y}_${x} = v${z}_${y + stride}_${x};`).join(" ")
      )
    ).join("\n      ")
  }
    }
  }
  let layer = p.channels * ${lanes} * width;
  let to = item * p.size.x * p.size.y * p.size.z * layer + channel * ${lanes} * width + block;
  ${sums.map(store).join("\n  ")}
}`;
}

function range(n: number): number[] {
  return Array.from({ length: Math.max(0, n) }, (_, i) => i);
}
