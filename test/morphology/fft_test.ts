import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertThrows,
} from "@std/assert";
import { defineKernel, type Gpu, uniforms } from "../../src/gpu/mod.ts";
import {
  ball,
  box,
  dilate,
  erode,
  packMask,
  type StructuringElement,
} from "../../src/morphology/mod.ts";
import {
  factorize,
  FFT_ROW_BYTES,
  fftRowsWgsl,
  RADICES,
  smoothLength,
} from "../../src/morphology/fft_rows.wgsl.ts";
import { RandomStream } from "../../src/random/mod.ts";
import type { Vec3 } from "../../src/volume/mod.ts";
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

/** Rows of a volume of `stride` x n x slices: six of them, in two slices, so that strides count. */
const STRIDE = 3;
const ROWS = 6;

function rowStart(row: number, n: number): number {
  return row % STRIDE + Math.floor(row / STRIDE) * STRIDE * n;
}

async function onGpu(
  gpu: Gpu,
  n: number,
  data: Float32Array<ArrayBuffer>,
  directions: readonly ("forward" | "inverse")[],
): Promise<Float32Array> {
  using volume = gpu.upload(data);
  using roots = gpu.upload(Float32Array.from(unitRoots(n)));
  for (const direction of directions) {
    const kernel = defineKernel({
      label: `test/fft-rows-${n}`,
      code: fftRowsWgsl(n, direction === "inverse"),
      bindings: { p: "uniform", roots: "read", data: "write" },
    });
    const p = uniforms({ u32: [STRIDE, ROWS] });
    gpu.dispatch(kernel, { p, roots, data: volume }, gpu.workgroups(ROWS, 1));
  }
  return await gpu.read(volume, Float32Array);
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
    const longest = gpu.info.limits.maxComputeWorkgroupStorageSize! / FFT_ROW_BYTES;
    for (const n of LENGTHS.filter((length) => length <= longest)) {
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
    const longest = gpu.info.limits.maxComputeWorkgroupStorageSize! / FFT_ROW_BYTES;
    for (const n of LENGTHS.filter((length) => length <= longest)) {
      const data = randomVolume(n);
      const got = await onGpu(gpu, n, data, ["forward", "inverse"]);
      const error = rowError(n, got, Float64Array.from(data, (value) => n * value));
      assert(error <= 2e-7 * Math.log2(n), `${n}: ${error}`);
    }
  }),
);

Deno.test(
  "fftRowsWgsl() leaves alone what lies behind the last row, however many workgroups there are",
  withGpu(async (gpu) => {
    const data = new Float32Array(2 * 6 * 4).fill(1);
    using volume = gpu.upload(data);
    using roots = gpu.upload(Float32Array.from(unitRoots(6)));
    const kernel = defineKernel({
      label: "test/fft-rows",
      code: fftRowsWgsl(6, false),
      bindings: { p: "uniform", roots: "read", data: "write" },
    });
    // Three of four contiguous rows, from eight workgroups.
    gpu.dispatch(kernel, { p: uniforms({ u32: [1, 3] }), roots, data: volume }, [4, 2]);
    const got = await gpu.read(volume, Float32Array);
    for (let row = 0; row < 3; row++) {
      const values = [...got.subarray(12 * row, 12 * row + 12)];
      // Six times 1 + i in element 0, nothing in the others.
      values.forEach((value, i) => assertAlmostEquals(value, i < 2 ? 6 : 0, 1e-5));
    }
    assertEquals([...got.subarray(36)], new Array(12).fill(1));
  }),
);

Deno.test("factorize() takes fours first, then 2, 3, 5 and 7", () => {
  assertEquals([...RADICES], [4, 2, 3, 5, 7]);
  assertEquals(factorize(1), []);
  assertEquals(factorize(2), [2]);
  assertEquals(factorize(8), [4, 2]);
  assertEquals(factorize(64), [4, 4, 4]);
  assertEquals(factorize(105), [3, 5, 7]);
  assertEquals(factorize(168), [4, 2, 3, 7]);
  assertEquals(factorize(2048), [4, 4, 4, 4, 4, 2]);
});

Deno.test("factorize() refuses a length with a prime above 7, and names what is left", () => {
  assertThrows(() => factorize(11), RangeError, "rows of 11: 11 is not");
  assertThrows(() => factorize(2 * 3 * 169), RangeError, "rows of 1014: 169 is not");
});

Deno.test("smoothLength() is the next product of 2, 3, 5 and 7", () => {
  const lengths = [1, 10, 11, 13, 22, 31, 97, 101, 113, 127, 129, 211, 1025, 2047].map(
    smoothLength,
  );
  assertEquals(lengths, [1, 10, 12, 14, 24, 32, 98, 105, 120, 128, 135, 216, 1029, 2048]);
  for (let n = 1; n <= 600; n++) {
    let next = n;
    while (!isSmooth(next)) next++;
    assertEquals(smoothLength(n), next);
  }
});

/** What the convolution counted before its threshold: copied as the kernel that collects it is dispatched. */
async function countsOf(
  gpu: Gpu,
  mask: HostMask,
  element: StructuringElement,
  operation: typeof dilate,
): Promise<Float64Array> {
  using packed = packMask(gpu, mask.data, mask.dims);
  const dispatch = gpu.dispatch.bind(gpu);
  let copy: Promise<Float32Array> | undefined;
  gpu.dispatch = (kernel, resources, workgroups) => {
    if (kernel.label === "morphology/fft-collect") {
      copy = gpu.read((resources as unknown as Record<"data", never>).data, Float32Array);
    }
    dispatch(kernel, resources, workgroups);
  };
  try {
    using _result = operation(gpu, packed, element, { method: "fft" });
    const scaled = await copy!;
    const size = scaled.length / 2;
    return Float64Array.from({ length: size }, (_, i) => scaled[2 * i]! / size);
  } finally {
    gpu.dispatch = dispatch;
  }
}

function volumeOf({ data }: StructuringElement): number {
  return data.reduce((sum, bit) => sum + bit, 0);
}

const UNIT: Vec3 = [1, 1, 1];

Deno.test(
  "the counts of elements up to 25 x 25 x 25 are within 0.1 of whole numbers, and within their bound",
  withGpu(async (gpu) => {
    const cases: [StructuringElement, HostMask][] = [
      [box({ size: [25, 25, 25], spacing: UNIT }), randomMask([39, 26, 30], 1, 1)],
      [box({ size: [25, 25, 25], spacing: UNIT }), randomMask([40, 40, 40], 0.5, 2)],
      [ball({ diameter: 25, spacing: UNIT }), randomMask([48, 32, 32], 0.8, 3)],
      [randomElement([25, 25, 25], [3, 20, 12], 0.5, 4), randomMask([41, 46, 26], 0.5, 5)],
      [randomElement([7, 24, 11], [0, 0, 0], 0.9, 6), randomMask([100, 8, 9], 0.99, 7)],
    ];
    for (const [element, mask] of cases) {
      const volume = volumeOf(element);
      const counts = await countsOf(gpu, mask, element, dilate);
      const error = counts.reduce((most, v) => Math.max(most, Math.abs(v - Math.round(v))), 0);
      assertLess(error, 0.1, element.name);
      assertLess(error, volume * 1e-7 * Math.log2(counts.length), element.name);
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
    // 11 + 3, 6 + 2 and 5 + 1 voxels: lengths 14, 8 and 6.
    const counts = await countsOf(gpu, mask, element, dilate);
    assertEquals(counts.length, 14 * 8 * 6);
    for (const [i, expected] of pairs.entries()) {
      const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / nx / ny)];
      assertAlmostEquals(counts[x + 14 * (y + 8 * z)]!, expected, 1e-4);
    }
    assertGreater(Math.max(...pairs), 3);
    assertLess(Math.max(...pairs), volume + 1);
    // Erosion counts x[p + b], which is all of the element where it fits.
    const full = { ...mask, data: new Uint8Array(mask.data.length).fill(1) };
    const fits = await countsOf(gpu, full, element, erode);
    assertAlmostEquals(fits.reduce((most, v) => Math.max(most, v), 0), volume, 1e-4);
  }),
);
