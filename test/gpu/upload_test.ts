import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { type Gpu, type GpuData, GpuMemoryError } from "../../src/gpu/mod.ts";
import { formatBytes } from "../../src/gpu/errors.ts";
import { withGpu } from "../_gpu.ts";

type DataType = {
  new (source: ArrayLike<number>): GpuData;
  new (buffer: ArrayBuffer, byteOffset?: number, length?: number): GpuData;
  readonly BYTES_PER_ELEMENT: number;
  readonly name: string;
};

// The extremes of each type, then values that differ from one another.
const TYPES = [
  [Int8Array, [-128, 127, 0]],
  [Uint8Array, [255, 0, 128]],
  [Int16Array, [-32768, 32767, 0]],
  [Uint16Array, [65535, 0, 32768]],
  [Int32Array, [-(2 ** 31), 2 ** 31 - 1, 0]],
  [Uint32Array, [2 ** 32 - 1, 0, 2 ** 31]],
  [Float32Array, [-Infinity, 3.4028234663852886e38, -0, 1e-45]],
] as unknown as [DataType, number[]][];

/** Leaves no zeros where the pool's buffers will be taken from. */
function soil(gpu: Gpu): void {
  gpu.upload(new Uint32Array(64).fill(0xdeadbeef))[Symbol.dispose]();
}

Deno.test(
  "read() gives back what upload() took, of every type and of odd lengths",
  withGpu(async (gpu) => {
    soil(gpu);
    for (const [type, extremes] of TYPES) {
      for (let length = 0; length <= 9; length++) {
        const data = new type(Array.from({ length }, (_, i) => extremes[i] ?? 11 * i));
        using array = gpu.upload(data, type.name);
        const back = await gpu.read(array, type, { length });
        assertEquals(back, data, `${length} of ${type.name}`);
        assertEquals(back.length, length);
      }
    }
  }),
);

Deno.test(
  "upload() takes the part of a buffer that a view shows",
  withGpu(async (gpu) => {
    const bytes = Uint8Array.from({ length: 32 }, (_, i) => i);
    for (const [offset, length] of [[1, 5], [3, 8], [2, 1], [7, 0]] as const) {
      using array = gpu.upload(bytes.subarray(offset, offset + length));
      const expected = bytes.slice(offset, offset + length);
      assertEquals(await gpu.read(array, Uint8Array, { length }), expected);
    }
  }),
);

Deno.test(
  "upload() pads the last word with zeros",
  withGpu(async (gpu) => {
    soil(gpu);
    using array = gpu.upload(new Uint8Array([1, 2, 3, 4, 5]));
    assertEquals(array.byteLength, 8);
    assertEquals(await gpu.read(array, Uint8Array), new Uint8Array([1, 2, 3, 4, 5, 0, 0, 0]));
  }),
);

Deno.test(
  "upload() has copied the data when it returns",
  withGpu(async (gpu) => {
    const data = new Uint32Array([1, 2, 3]);
    using array = gpu.upload(data);
    data.fill(9);
    assertEquals(await gpu.read(array, Uint32Array), new Uint32Array([1, 2, 3]));
  }),
);

Deno.test(
  "upload() and read() carry 16 MiB",
  withGpu(async (gpu) => {
    const data = Uint32Array.from({ length: 1 << 22 }, (_, i) => Math.imul(i, 0x9e3779b9));
    using array = gpu.upload(data);
    const back = await gpu.read(array, Uint32Array);
    assertEquals(back.length, data.length);
    assertEquals(back.findIndex((value, i) => value !== data[i]), -1);
  }),
);

Deno.test(
  "read() stops at the length asked for and refuses one the array does not hold",
  withGpu(async (gpu) => {
    using array = gpu.upload(new Int16Array([1, 2, 3, 4]), "four");
    assertEquals(await gpu.read(array, Int16Array, { length: 3 }), new Int16Array([1, 2, 3]));
    for (const length of [5, 1e12, -1, 1.5, NaN]) {
      const error = await assertRejects(() => gpu.read(array, Int16Array, { length }), RangeError);
      assertEquals(error.message, `Cannot read ${length} elements of GPU array "four": it holds 4`);
    }
  }),
);

Deno.test(
  "read() gives memory that nothing else writes to",
  withGpu(async (gpu) => {
    using array = gpu.upload(new Uint32Array([1, 2]));
    const first = await gpu.read(array, Uint32Array);
    first.fill(9);
    assertEquals(await gpu.read(array, Uint32Array), new Uint32Array([1, 2]));
    assertEquals(first, new Uint32Array([9, 9]));
    assertEquals(first.buffer.byteLength, 8);
  }),
);

Deno.test(
  "read() does nothing when it is aborted before",
  withGpu(async (gpu) => {
    using array = gpu.upload(new Uint32Array([1]));
    const reason = new Error("stopped");
    const signal = AbortSignal.abort(reason);
    assertEquals(await assertRejects(() => gpu.read(array, Uint32Array, { signal })), reason);
    assertEquals(await gpu.read(array, Uint32Array), new Uint32Array([1]));
  }),
);

Deno.test(
  "clear() fills with zeros, in its place among the work",
  withGpu(async (gpu) => {
    using array = gpu.upload(new Uint32Array([1, 2, 3]));
    const before = gpu.read(array, Uint32Array);
    gpu.clear(array);
    assertEquals(await before, new Uint32Array([1, 2, 3]));
    assertEquals(await gpu.read(array, Uint32Array), new Uint32Array(3));
  }),
);

Deno.test(
  "clear() fills a part and leaves the rest",
  withGpu(async (gpu) => {
    using array = gpu.upload(new Uint32Array([1, 2, 3, 4]));
    gpu.clear(array, 4, 8);
    assertEquals(await gpu.read(array, Uint32Array), new Uint32Array([1, 0, 0, 4]));
    gpu.clear(array, 12);
    assertEquals(await gpu.read(array, Uint32Array), new Uint32Array([1, 0, 0, 0]));
  }),
);

Deno.test(
  "allocate() refuses what one binding cannot hold, naming the need and the limit",
  withGpu(async (gpu) => {
    const limit = Math.min(
      gpu.device.limits.maxStorageBufferBindingSize,
      gpu.device.limits.maxBufferSize,
    );
    const error = assertThrows(() => gpu.allocate(2 ** 42, "huge"), GpuMemoryError);
    assertStringIncludes(error.message, '"huge"');
    assertStringIncludes(error.message, "needs 4.0 TiB");
    assertStringIncludes(error.message, `offers ${formatBytes(Math.floor(limit / 4) * 4)}`);
    assertThrows(() => gpu.allocate(limit + 1), GpuMemoryError);
    assertEquals(gpu.memory.allocated, 0);
    await gpu.done();
  }),
);

Deno.test(
  "allocate() refuses a size that is none",
  withGpu((gpu) => {
    for (const bytes of [-1, NaN]) {
      const error = assertThrows(() => gpu.allocate(bytes, "odd"), RangeError);
      assertStringIncludes(error.message, `"odd": ${bytes} bytes`);
    }
    return Promise.resolve();
  }),
);

Deno.test("formatBytes() uses binary units", () => {
  const sizes: [number, string][] = [
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1.0 KiB"],
    [1536, "1.5 KiB"],
    [10 * 1024, "10 KiB"],
    [2 ** 27, "128 MiB"],
    [2 ** 27 + 1, "129 MiB"],
    [3 * 2 ** 29, "1.5 GiB"],
    [2 ** 44, "16 TiB"],
    [2 ** 54, "16384 TiB"],
  ];
  for (const [bytes, text] of sizes) assertEquals(formatBytes(bytes), text);
});
