import { assertEquals, assertGreater } from "@std/assert";
import {
  closeReference,
  dilateReference,
  erodeReference,
  packReference,
} from "../../reference/mod.ts";
import type { Gpu } from "../../src/gpu/mod.ts";
import {
  close,
  dilate,
  erode,
  type PackedMask,
  packMask,
  type StructuringElement,
} from "../../src/morphology/mod.ts";
import { spreadPacked } from "../../src/morphology/packed.ts";
import { type Vec3, voxelCount } from "../../src/volume/mod.ts";
import { withGpu } from "../_gpu.ts";
import { type HostMask, not, randomElement, randomMask, soil } from "./_random.ts";

/** Entries of the kernels' tables: beyond it the work is split over dispatches. */
const TABLE = 1024;

/** How often each kernel ran, and the words of the result. */
async function counted(
  gpu: Gpu,
  mask: HostMask,
  work: (mask: PackedMask) => PackedMask,
): Promise<{ widen: number; gather: number; words: Uint32Array }> {
  using packed = packMask(gpu, mask.data, mask.dims);
  const counts = { widen: 0, gather: 0 };
  const dispatch = gpu.dispatch.bind(gpu);
  gpu.dispatch = (kernel, resources, workgroups) => {
    if (kernel.label === "morphology/widen") counts.widen++;
    if (kernel.label === "morphology/gather") counts.gather++;
    dispatch(kernel, resources, workgroups);
  };
  try {
    using result = work(packed);
    return { ...counts, words: await gpu.read(result.words, Uint32Array) };
  } finally {
    gpu.dispatch = dispatch;
  }
}

/** Dilation and erosion with either outside against the oracle; gives the dispatches that one takes. */
async function check(gpu: Gpu, mask: HostMask, element: StructuringElement) {
  let counts = { widen: 0, gather: 0 };
  for (const outside of ["background", "foreground"] as const) {
    const options = { outside };
    const { words, ...dispatches } = await counted(
      gpu,
      mask,
      (packed) => dilate(gpu, packed, element, options),
    );
    counts = dispatches;
    const dilated = dilateReference({ ...mask, element, outside });
    assertEquals(words, packReference(dilated, mask.dims), `dilation, ${outside} outside`);
    const eroded = erodeReference({ ...mask, element, outside });
    const got = await counted(gpu, mask, (packed) => erode(gpu, packed, element, options));
    assertEquals(got.words, packReference(eroded, mask.dims), `erosion, ${outside} outside`);
  }
  return counts;
}

function elementOf(
  dims: Vec3,
  origin: Vec3,
  inside: (x: number, y: number, z: number) => boolean,
): StructuringElement {
  const data = new Uint8Array(voxelCount(dims));
  for (let i = 0; i < data.length; i++) {
    const [x, y, z] = [
      i % dims[0],
      Math.floor(i / dims[0]) % dims[1],
      Math.floor(i / dims[0] / dims[1]),
    ];
    data[i] = Number(inside(x, y, z));
  }
  return { name: "test", dims, origin, data };
}

Deno.test(
  "levels whose steps do not fit a table come in several passes: runs of one voxel",
  withGpu(async (gpu) => {
    soil(gpu);
    // Every other voxel of a line: as many runs as voxels, none within another.
    const runs = TABLE + 77;
    const element = elementOf([2 * runs, 1, 1], [runs, 0, 0], (x) => x % 2 === 0);
    const mask = { data: new Uint8Array(700), dims: [700, 1, 1] } as const;
    for (const x of [5, 332, 699]) mask.data[x] = 1;
    // Two steps a level at most: 512 levels a pass, and 1101 runs.
    assertEquals((await check(gpu, mask, element)).widen, 3);
    await check(gpu, not(mask), element);
  }),
);

Deno.test(
  "levels whose steps do not fit a table come in several passes: runs within runs",
  withGpu(async (gpu) => {
    soil(gpu);
    // Row k holds offsets -k to k, two steps a level; levels at a table's border start afresh. 599 rows of 23 x 27.
    const rows = 599;
    const element = elementOf(
      [2 * rows + 1, 23, 27],
      [rows, 11, 13],
      (x, y, z) => Math.abs(x - rows) <= y + 23 * z && y + 23 * z < rows,
    );
    const dims: Vec3 = [66, 23, 27];
    // One voxel amid the grid shows the element's rows, each cut by the grid: the oracle would take hours.
    const data = new Uint8Array(voxelCount(dims));
    const drawn = new Uint8Array(data.length);
    data[33 + 66 * (11 + 23 * 13)] = 1;
    for (let i = 0; i < drawn.length; i++) {
      const row = Math.floor(i / 66);
      drawn[i] = Number(row < rows && Math.abs(i % 66 - 33) <= row);
    }
    const mask = { data, dims };
    const dilated = await counted(gpu, mask, (packed) => dilate(gpu, packed, element));
    assertGreater(dilated.widen, 1);
    assertEquals(dilated.words, packReference(drawn, dims));
    // The element does not fit where it would touch the one hole: the drawing turned through it.
    const eroded = await counted(
      gpu,
      not(mask),
      (packed) => erode(gpu, packed, element, { outside: "foreground" }),
    );
    const fits = Uint8Array.from(drawn, (_, i) => {
      const turned = 23 * 27 - 1 - Math.floor(i / 66);
      return Number(!(turned < rows && Math.abs(33 - i % 66) <= turned));
    });
    assertEquals(eroded.words, packReference(fits, dims));
  }),
);

Deno.test(
  "rows beyond what a table holds come in several dispatches, whatever the number left over",
  withGpu(async (gpu) => {
    soil(gpu);
    const mask = randomMask([35, 6, 5], 0.03, 3);
    const holes = randomMask([35, 6, 5], 0.97, 4);
    for (const more of [0, 1, 2, 3, 5]) {
      // Four rows to an entry of the table: 64 x 64 rows of one voxel fill it.
      const rows = 4 * TABLE + more;
      const element = elementOf(
        [3, 64, 66],
        [1, 30, 33],
        (x, y, z) => y + 64 * z < rows && x === (y + z) % 3,
      );
      const { gather } = await check(gpu, mask, element);
      assertEquals(gather, more === 0 ? 1 : 2);
      await check(gpu, holes, element);
    }
  }),
);

Deno.test(
  "many distinct runs in many rows agree with the oracle",
  withGpu(async (gpu) => {
    soil(gpu);
    // All 1,081 runs of a row of 46 voxels, one a row.
    const runs: number[][] = [];
    for (let from = 0; from < 46; from++) {
      for (let to = from; to < 46; to++) runs.push([from, to]);
    }
    const element = elementOf([46, 33, 33], [20, 16, 16], (x, y, z) => {
      const [from, to] = runs[(y + 33 * z) % runs.length]!;
      return x >= from! && x <= to!;
    });
    const { widen } = await check(gpu, randomMask([70, 4, 3], 0.004, 5), element);
    assertGreater(widen, 1);
    await check(gpu, randomMask([70, 4, 3], 0.996, 6), element);
  }),
);

Deno.test(
  "an element of random voxels, hundreds of runs and several a row, closes as the oracle does",
  withGpu(async (gpu) => {
    soil(gpu);
    const element = randomElement([23, 7, 5], [11, 3, 2], 0.5, 7);
    for (const outside of ["background", "foreground"] as const) {
      for (const share of [0.02, 0.5]) {
        const mask = randomMask([45, 9, 6], share, 8);
        const { words } = await counted(
          gpu,
          mask,
          (packed) => close(gpu, packed, element, { outside }),
        );
        const expected = closeReference({ ...mask, element, outside });
        assertEquals(words, packReference(expected, mask.dims));
      }
    }
  }),
);

Deno.test(
  "offsets of several words to either side read the words they name, and the fill beyond the row",
  withGpu(async (gpu) => {
    soil(gpu);
    const mask = randomMask([130, 2, 1], 0.3, 9);
    for (const offset of [-131, -130, -129, -97, -96, -65, -64, -33, -32, -31, -1]) {
      for (const d of [offset, -offset]) {
        // A line of one voxel at offset d from its origin.
        const dims: Vec3 = [Math.abs(d) + 1, 1, 1];
        const origin: Vec3 = [d < 0 ? -d : 0, 0, 0];
        const element = elementOf(dims, origin, (x) => x - origin[0] === d);
        await check(gpu, mask, element);
      }
    }
  }),
);

Deno.test(
  "spreadPacked() works on another grid than its input's, shifted and larger or smaller",
  withGpu(async (gpu) => {
    soil(gpu);
    const input = randomMask([45, 5, 6], 0.2, 10);
    const element = randomElement([4, 3, 2], [1, 1, 1], 0.6, 11);
    for (
      const [dims, offset] of [
        [[109, 11, 10], [-32, -3, -2]],
        [[10, 2, 3], [32, 2, 1]],
        [[33, 1, 1], [-64, 4, 5]],
        [[1, 13, 1], [0, -4, -1]],
        [[5, 5, 9], [-32, -40, 20]],
      ] as [Vec3, Vec3][]
    ) {
      for (const fill of [false, true]) {
        const seen = (x: number, y: number, z: number) =>
          x >= 0 && x < 45 && y >= 0 && y < 5 && z >= 0 && z < 6
            ? input.data[x + 45 * (y + 5 * z)] === 1
            : fill;
        const expected = new Uint8Array(voxelCount(dims));
        for (let i = 0; i < expected.length; i++) {
          const p = [
            i % dims[0],
            Math.floor(i / dims[0]) % dims[1],
            Math.floor(i / dims[0] / dims[1]),
          ];
          const hit = [...element.data.keys()].some((k) =>
            element.data[k] === 1 && seen(
              p[0]! + offset[0] + k % 4 - 1,
              p[1]! + offset[1] + Math.floor(k / 4) % 3 - 1,
              p[2]! + offset[2] + Math.floor(k / 12) - 1,
            )
          );
          expected[i] = Number(hit);
        }
        const { words } = await counted(
          gpu,
          input,
          (mask) => spreadPacked(gpu, mask, { element, flip: false, fill, dims, offset }),
        );
        assertEquals(words, packReference(expected, dims), `${dims} at ${offset}, ${fill}`);
      }
    }
  }),
);
