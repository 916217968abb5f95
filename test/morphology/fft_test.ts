import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertThrows,
} from "@std/assert";
import { defineKernel, type Gpu, type GpuArray, uniforms } from "../../src/gpu/mod.ts";
import {
  ball,
  box,
  dilate,
  erode,
  packMask,
  type StructuringElement,
  unpackMask,
} from "../../src/morphology/mod.ts";
import {
  columnLength,
  COMPLEX_BYTES,
  LONGEST_PAIR,
  planRows,
  rowLength,
} from "../../src/morphology/fft_plan.ts";
import { fftRowsWgsl, ROW_BYTES, rowsWgsl } from "../../src/morphology/fft_rows.wgsl.ts";
import { type FftSlabs, fftSlabs } from "../../src/morphology/fft_slabs.ts";
import { RandomStream } from "../../src/random/mod.ts";
import { type Vec3, voxelCount } from "../../src/volume/mod.ts";
import { withGpu } from "../_gpu.ts";
import { type HostMask, randomElement, randomMask } from "./_random.ts";

/** Whether a number is a product of 2, 3, 5 and 7: it then divides a high power of 210. */
function isSmooth(n: number): boolean {
  return 210n ** 12n % BigInt(n) === 0n;
}

const LENGTHS = [
  ...Array.from({ length: 64 }, (_, i) => i + 1).filter(isSmooth),
  ...[100, 105, 128, 210, 343, 500, 1024, 2048],
];

/** exp(-2 pi i k / n), as pairs. */
function unitRoots(n: number): Float64Array {
  const roots = new Float64Array(2 * n);
  for (let k = 0; k < n; k++) {
    roots[2 * k] = Math.cos(2 * Math.PI * k / n);
    roots[2 * k + 1] = -Math.sin(2 * Math.PI * k / n);
  }
  return roots;
}

/** Rows of a volume of 9 x n x 2 voxels along y, of which a workgroup takes eight at most: neighbours, strides and what is left count. */
const STRIDE = 9;
const ROWS = 18;

function rowStart(row: number, n: number): number {
  return row % STRIDE + Math.floor(row / STRIDE) * STRIDE * n;
}

async function onGpu(
  gpu: Gpu,
  n: number,
  data: Float32Array<ArrayBuffer>,
  directions: readonly ("forward" | "inverse")[],
  { rows = STRIDE, start = 0 } = {},
): Promise<Float32Array> {
  using volume = gpu.upload(data);
  using roots = gpu.upload(Float32Array.from(unitRoots(n)));
  const plan = planRows(n, workgroupElements(gpu))!;
  for (const direction of directions) {
    const kernel = defineKernel({
      label: `test/fft-rows-${n}`,
      code: fftRowsWgsl(plan, direction === "inverse"),
      bindings: { p: "uniform", roots: "read", data: "write" },
    });
    const p = uniforms({ u32: [STRIDE, STRIDE * n, rows, start] });
    gpu.dispatch(kernel, { p, roots, data: volume }, [Math.ceil(rows / plan.lanes), 2]);
  }
  return await gpu.read(volume, Float32Array);
}

/** Elements of rows that the adapter's workgroup memory holds. */
function workgroupElements(gpu: Gpu): number {
  return Math.floor(gpu.info.limits.maxComputeWorkgroupStorageSize! / ROW_BYTES);
}

/** The sum of its definition in f64, row by row. */
function directly(n: number, data: Float32Array, direction: "forward" | "inverse"): Float64Array {
  const roots = unitRoots(n);
  const sign = direction === "forward" ? 1 : -1;
  const result = new Float64Array(data.length);
  for (let row = 0; row < ROWS; row++) {
    const start = rowStart(row, n);
    for (let j = 0; j < n; j++) {
      let [re, im] = [0, 0];
      for (let i = 0; i < n; i++) {
        const at = 2 * (start + i * STRIDE);
        const k = 2 * ((i * j) % n);
        const [c, s] = [roots[k]!, sign * roots[k + 1]!];
        re += data[at]! * c - data[at + 1]! * s;
        im += data[at]! * s + data[at + 1]! * c;
      }
      result.set([re, im], 2 * (start + j * STRIDE));
    }
  }
  return result;
}

/** The largest relative error of a row, rms. */
function rowError(n: number, got: Float32Array, expected: Float64Array): number {
  let worst = 0;
  for (let row = 0; row < ROWS; row++) {
    let [error, norm] = [0, 0];
    for (let i = 0; i < n; i++) {
      for (const at of [0, 1].map((part) => 2 * (rowStart(row, n) + i * STRIDE) + part)) {
        error += (got[at]! - expected[at]!) ** 2;
        norm += expected[at]! ** 2;
      }
    }
    // Written so that NaN counts as the worst.
    worst = Math.max(worst, error >= 0 ? Math.sqrt(error / norm) : Infinity);
  }
  return worst;
}

function randomVolume(n: number): Float32Array<ArrayBuffer> {
  const random = new RandomStream({ seed: n, stream: 0 });
  return Float32Array.from({ length: 2 * n * ROWS }, () => random.uniform(-1, 1));
}

Deno.test("the direct transform of the test has the known values", () => {
  // Rows of [1, i, -1, -i] are one turn: all of it in element 1, forward; in element 3, inverse.
  const data = new Float32Array(2 * 4 * ROWS);
  for (let row = 0; row < ROWS; row++) {
    [[1, 0], [0, 1], [-1, 0], [0, -1]].forEach((value, i) =>
      data.set(value, 2 * (rowStart(row, 4) + i * STRIDE))
    );
  }
  for (const [direction, peak] of [["forward", 1], ["inverse", 3]] as const) {
    const result = directly(4, data, direction);
    for (let row = 0; row < ROWS; row++) {
      for (let j = 0; j < 4; j++) {
        const at = 2 * (rowStart(row, 4) + j * STRIDE);
        assertAlmostEquals(result[at]!, j === peak ? 4 : 0, 1e-12);
        assertAlmostEquals(result[at + 1]!, 0, 1e-12);
      }
    }
  }
});

Deno.test(
  "fftRowsWgsl() transforms rows of every smooth length to 64 and some to 2,048, within 1e-7 log2(n) rms",
  withGpu(async (gpu) => {
    for (const n of LENGTHS.filter((length) => length <= workgroupElements(gpu))) {
      const data = randomVolume(n);
      for (const direction of ["forward", "inverse"] as const) {
        const got = await onGpu(gpu, n, data, [direction]);
        const error = rowError(n, got, directly(n, data, direction));
        assert(error <= 1e-7 * Math.log2(n), `${direction} ${n}: ${error}`);
      }
    }
  }),
);

Deno.test(
  "fftRowsWgsl() forward, then inverse, is n times the identity",
  withGpu(async (gpu) => {
    for (const n of LENGTHS.filter((length) => length <= workgroupElements(gpu))) {
      const data = randomVolume(n);
      const got = await onGpu(gpu, n, data, ["forward", "inverse"]);
      const error = rowError(n, got, Float64Array.from(data, (value) => n * value));
      assert(error <= 2e-7 * Math.log2(n), `${n}: ${error}`);
    }
  }),
);

Deno.test(
  "fftRowsWgsl() transforms the rows it is given, and leaves others alone",
  withGpu(async (gpu) => {
    const data = new Float32Array(2 * 6 * ROWS).fill(1);
    // Of the nine rows of each plane the second and the third.
    const got = await onGpu(gpu, 6, data, ["forward"], { rows: 2, start: 1 });
    for (const [i, value] of got.entries()) {
      const row = (i >> 1) % STRIDE;
      const element = Math.floor((i >> 1) / STRIDE) % 6;
      if (row === 1 || row === 2) {
        // Six times 1 + i in element 0, nothing in the others.
        assertAlmostEquals(value, element === 0 ? 6 : 0, 1e-5);
      } else {
        assertEquals(value, 1);
      }
    }
  }),
);

Deno.test("rowLength() is the next product of two factors up to 16, beyond 256 of 2, 3, 5 and 7", () => {
  // 189 = 3 x 7 x 9 alone; 11 and 13 are no factors.
  const lengths = [1, 11, 13, 31, 97, 113, 127, 185, 226, 241, 257, 1025, 2047].map(rowLength);
  assertEquals(lengths, [1, 12, 14, 32, 98, 120, 128, 192, 240, 256, 270, 1029, 2048]);
  for (let n = 1; n <= 600; n++) {
    let next = n;
    while (!(n <= 256 ? isPair(next) : isSmooth(next))) next++;
    assertEquals(rowLength(n), next);
  }
});

Deno.test("columnLength() has two factors, and none beyond 256", () => {
  for (let n = 1; n <= 256; n++) assertEquals(columnLength(n), rowLength(n));
  assertEquals(LONGEST_PAIR, 256);
  assertEquals(columnLength(257), undefined);
});

/** Whether a number is a product of two whole numbers up to 16 whose primes are 2, 3, 5 and 7. */
function isPair(n: number): boolean {
  return Array.from({ length: 16 }, (_, i) => i + 1).some((a) =>
    n % a === 0 && n / a <= 16 && isSmooth(a) && isSmooth(n / a)
  );
}

Deno.test("planRows() takes rows apart into as few factors up to 16 as can be", () => {
  for (const n of LENGTHS) {
    const { radices } = planRows(n, 1e6)!;
    assertEquals(radices.reduce((product, radix) => product * radix), n);
    assert(radices.every((radix) => radix <= 16 && isSmooth(radix)));
    const least = n <= 16 ? 1 : isPair(n) ? 2 : n <= 16 ** 3 ? 3 : Infinity;
    assertEquals(radices.length, least, `${n}`);
  }
});

Deno.test("planRows() gives a workgroup as many rows as it holds, eight at most, and none too long", () => {
  assertEquals(planRows(168, 8 * 168)!.lanes, 8);
  assertEquals(planRows(168, 8 * 168 - 1)!.lanes, 4);
  assertEquals(planRows(168, 168)!.lanes, 1);
  assertEquals(planRows(168, 167), undefined);
});

Deno.test("planRows() refuses a length with a prime above 7", () => {
  for (const n of [11, 2 * 169]) {
    assertThrows(() => planRows(n, 1e6), RangeError, `rows of ${n}: no product of 2, 3, 5, 7`);
  }
});

/** The kernel that ends with bits, but for its threshold: complex counts of several slabs. */
function inverseAlongX(plan: NonNullable<ReturnType<typeof planRows>>) {
  return defineKernel({
    label: "test/fft-inverse-x",
    code: rowsWgsl(plan, {
      inverse: true,
      neighbours: "elements",
      declarations: `struct P { rows: u32 };
@group(0) @binding(2) var<storage, read> data: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> sums: array<vec2f>;`,
      setup: `  let start = (row + p.rows * plane) * ${plan.length}u;`,
      load: (i) => `data[start + ${i}]`,
      store: (i, value) => `if (live) { sums[start + ${i}] = ${value}; }`,
    }),
    bindings: { p: "uniform", roots: "read", data: "read", sums: "write" },
  });
}

/** What the convolution counted before its threshold, several slabs in a number: [slice of a slab, y, x, part]. */
async function sumsOf(
  gpu: Gpu,
  mask: HostMask,
  element: StructuringElement,
  operation: typeof dilate,
): Promise<Sums> {
  const slabs = fftSlabs(gpu, { element, dims: mask.dims });
  const { size, plans: { x } } = slabs;
  using packed = packMask(gpu, mask.data, mask.dims);
  using sums = gpu.allocate(COMPLEX_BYTES * voxelCount(size), "sums");
  const dispatch = gpu.dispatch.bind(gpu);
  gpu.dispatch = (kernel, resources, workgroups) => {
    if (kernel.label === "morphology/fft-to-bits") {
      const { roots, data } = resources as unknown as Record<"roots" | "data", GpuArray>;
      const p = uniforms({ u32: [size[1]] });
      dispatch(inverseAlongX(x), { p, roots, data, sums }, [
        Math.ceil(size[1] / x.lanes),
        size[2],
      ]);
    }
    dispatch(kernel, resources, workgroups);
  };
  try {
    using _result = operation(gpu, packed, element, { method: "fft" });
  } finally {
    gpu.dispatch = dispatch;
  }
  const plane = 2 * size[0] * size[1];
  const first = plane * (element.dims[2] - 1);
  const scaled = (await gpu.read(sums, Float32Array)).subarray(first, first + plane * slabs.depth);
  return { ...slabs, sums: Float64Array.from(scaled, (sum) => sum / voxelCount(size)) };
}

type Sums = FftSlabs & { readonly sums: Float64Array };

function volumeOf({ data }: StructuringElement): number {
  return data.reduce((sum, bit) => sum + bit, 0);
}

const UNIT: Vec3 = [1, 1, 1];

Deno.test(
  "sums of counts of elements up to 25 x 25 x 25 are within their bound of whole numbers",
  withGpu(async (gpu) => {
    const cases: [StructuringElement, HostMask, slabs: number][] = [
      [box({ size: [25, 25, 25], spacing: UNIT }), randomMask([39, 26, 30], 1, 1), 2],
      [box({ size: [25, 25, 25], spacing: UNIT }), randomMask([40, 40, 40], 0.5, 2), 2],
      [ball({ diameter: 25, spacing: UNIT }), randomMask([48, 32, 32], 0.8, 3), 2],
      [randomElement([25, 25, 25], [3, 20, 12], 0.5, 4), randomMask([41, 46, 26], 0.5, 5), 2],
      [randomElement([7, 24, 11], [0, 0, 0], 0.9, 6), randomMask([100, 8, 9], 0.99, 7), 2],
      // As large as four slabs may be: sums up to 512 x 514.
      [randomElement([8, 8, 8], [0, 0, 0], 1, 8), randomMask([25, 17, 40], 1, 8), 4],
      [randomElement([8, 8, 8], [7, 3, 4], 1, 9), randomMask([24, 16, 60], 0.97, 9), 4],
    ];
    for (const [element, mask, slabs] of cases) {
      const { count, scale, size, sums } = await sumsOf(gpu, mask, element, dilate);
      assertEquals(count, slabs, element.name);
      const most = volumeOf(element) * (count === 4 ? 1 + scale : 1);
      const error = sums.reduce((most, v) => Math.max(most, Math.abs(v - Math.round(v))), 0);
      assertLess(error, most * 1e-7 * Math.log2(voxelCount(size)), element.name);
      assertLess(error, 0.1, element.name);
    }
  }),
);

Deno.test(
  "what is counted is the element's voxels that meet the mask",
  withGpu(async (gpu) => {
    const mask = randomMask([11, 6, 5], 0.4, 8);
    const element = randomElement([4, 3, 2], [1, 2, 0], 0.6, 9);
    const volume = volumeOf(element);
    const [nx, ny, nz] = mask.dims;
    const pairs: number[] = [];
    for (const i of mask.data.keys()) {
      let count = 0;
      for (const k of element.data.keys()) {
        // Dilation: x[p - b].
        const x = i % nx - (k % 4 - 1);
        const y = Math.floor(i / nx) % ny - (Math.floor(k / 4) % 3 - 2);
        const z = Math.floor(i / nx / ny) - Math.floor(k / 12);
        const inside = x >= 0 && x < nx && y >= 0 && y < ny && z >= 0 && z < nz;
        if (inside && element.data[k] && mask.data[x + nx * (y + ny * z)]) count++;
      }
      pairs.push(count);
    }
    // 11 + 3 and 6 + 2 voxels; four slabs of two slices, the last beyond the mask, and one slice more.
    const { size, depth, count, scale, sums } = await sumsOf(gpu, mask, element, dilate);
    assertEquals([size, depth, count, scale], [[14, 8, 3], 2, 4, volume + 1]);
    for (const [i, expected] of pairs.entries()) {
      const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / nx / ny)];
      const slab = Math.floor(z / depth);
      // Its first count is at (3, 2): sooner the element would reach around.
      const at = x + 3 + 14 * (y + 2 + 8 * (z % depth));
      const sum = sums[2 * at + slab % 2]!;
      const high = Math.floor((sum + 0.5) / scale);
      assertAlmostEquals(slab < 2 ? sum - scale * high : high, expected, 1e-3);
    }
    assertGreater(Math.max(...pairs), 3);
    assertLess(Math.max(...pairs), volume + 1);
  }),
);

Deno.test("fftSlabs() cuts into four slabs while f32 counts them exactly, else into two", () => {
  const dims: Vec3 = [160, 160, 130];
  const small = fftSlabs(adapter(2 ** 27), { dims, element: ball({ diameter: 9, spacing: UNIT }) });
  // 160 + 8 = 12 x 14, and 33 + 8 -> 42 = 6 x 7.
  assertEquals([small.count, small.depth, small.size], [4, 33, [168, 168, 42]]);
  const large = fftSlabs(adapter(2 ** 27), {
    dims,
    element: ball({ diameter: 25, spacing: UNIT }),
  });
  // 160 + 24 -> 192 = 12 x 16, and 65 + 24 -> 90 = 9 x 10.
  assertEquals([large.count, large.depth, large.size], [2, 65, [192, 192, 90]]);
});

Deno.test("fftSlabs() cuts what the largest array does not hold into slabs for several turns", () => {
  const work = { dims: [160, 160, 130], element: ball({ diameter: 9, spacing: UNIT }) } as const;
  const bytes = COMPLEX_BYTES * 168 * 168 * 42;
  assertEquals(fftSlabs(adapter(bytes), work).depth, 33);
  // Two turns: 17 + 8 -> 25.
  const half = fftSlabs(adapter(bytes - 1), work);
  assertEquals([half.depth, half.size], [17, [168, 168, 25]]);
  // A single slice is left for allocation to refuse.
  assertEquals(fftSlabs(adapter(1), work).depth, 1);
});

Deno.test("fftSlabs() refuses an element of more slices than a column may have", () => {
  const refused = (slices: number) =>
    fftSlabs(adapter(2 ** 27), {
      dims: [8, 8, 8],
      element: randomElement([1, 1, slices], [0, 0, 0], 1, 12),
    });
  assertEquals(refused(256).depth, 1);
  assertThrows(() => refused(257), RangeError, "an element of 257 slices: there may be 256");
});

/** An adapter of the workgroup memory that WebGPU promises. */
function adapter(largestArray: number) {
  const limits = { maxComputeWorkgroupStorageSize: 16_384 } as GPUSupportedLimits;
  return { largestArray, device: { limits } as GPUDevice };
}

Deno.test(
  "dilation and erosion in several turns of slabs are the same",
  withGpu(async (gpu) => {
    const mask = randomMask([40, 20, 61], 0.3, 10);
    const element = randomElement([5, 4, 6], [0, 3, 2], 0.5, 11);
    using packed = packMask(gpu, mask.data, mask.dims);
    const { size, count } = fftSlabs(gpu, { dims: mask.dims, element });
    const value = COMPLEX_BYTES * voxelCount(size) / 3;
    Object.defineProperty(gpu, "largestArray", { value, configurable: true });
    const { depth } = fftSlabs(gpu, { dims: mask.dims, element });
    assertGreater(Math.ceil(61 / (count * depth)), 2);
    for (const operation of [dilate, erode]) {
      using expected = operation(gpu, packed, element);
      using got = operation(gpu, packed, element, { method: "fft" });
      assertEquals(await unpackMask(gpu, got), await unpackMask(gpu, expected));
    }
    Reflect.deleteProperty(gpu, "largestArray");
  }),
);
