import {
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
  assertNotStrictEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { type Gpu, GpuMemoryError, GpuValidationError } from "../../src/gpu/mod.ts";
import { withGpu } from "../_gpu.ts";
import { copy, put, putting, step } from "./_kernels.ts";

/** Counts what is asked of the driver, whoever asks. */
function countBuffers(gpu: Gpu): () => number {
  const { device } = gpu;
  const create = device.createBuffer.bind(device);
  let count = 0;
  device.createBuffer = (descriptor) => {
    count++;
    return create(descriptor);
  };
  return () => count;
}

Deno.test(
  "memory tells what is held, in use, and was at most",
  withGpu((gpu) => {
    assertEquals(gpu.memory, { allocated: 0, inUse: 0, peak: 0 });
    const first = gpu.allocate(4096);
    const second = gpu.allocate(8192);
    assertEquals(gpu.memory, { allocated: 12288, inUse: 12288, peak: 12288 });
    second[Symbol.dispose]();
    second[Symbol.dispose]();
    assertEquals(gpu.memory, { allocated: 12288, inUse: 4096, peak: 12288 });
    first[Symbol.dispose]();
    const again = gpu.allocate(8192);
    assertEquals(gpu.memory, { allocated: 12288, inUse: 8192, peak: 12288 });
    again[Symbol.dispose]();
    assertEquals(gpu.memory, { allocated: 12288, inUse: 0, peak: 12288 });
    return Promise.resolve();
  }),
);

Deno.test(
  "allocate() takes at most an eighth more than it is asked for",
  withGpu((gpu) => {
    for (let bytes = 1; bytes < 2 ** 24; bytes = Math.ceil(bytes * 1.37)) {
      const before = gpu.memory.inUse;
      using array = gpu.allocate(bytes);
      const taken = gpu.memory.inUse - before;
      assertEquals(array.byteLength, Math.ceil(bytes / 4) * 4);
      assertGreaterOrEqual(taken, array.byteLength);
      assertLessOrEqual(taken, Math.max(256, array.byteLength * 1.125));
    }
    return Promise.resolve();
  }),
);

Deno.test(
  "allocate() gives two live arrays two buffers",
  withGpu(async (gpu) => {
    using first = gpu.upload(new Uint32Array([1]));
    using second = gpu.upload(new Uint32Array([2]));
    assertNotStrictEquals(first.buffer, second.buffer);
    assertEquals(await gpu.read(first, Uint32Array), new Uint32Array([1]));
  }),
);

Deno.test(
  "a kernel sees the length asked for, not that of the buffer beneath",
  withGpu(async (gpu) => {
    using long = gpu.upload(new Uint32Array(70).fill(1));
    using copied = gpu.allocate(70 * 4);
    gpu.dispatch(step, { to: long }, [2]);
    gpu.dispatch(copy, { source: long, to: copied }, [2]);
    long[Symbol.dispose]();
    using short = gpu.allocate(66 * 4);
    gpu.dispatch(step, { to: short }, [2]);
    assertEquals(await gpu.read(copied, Uint32Array), new Uint32Array(70).fill(4));
    assertEquals((await gpu.read(short, Uint32Array)).length, 66);
  }),
);

Deno.test(
  "1,000 uploads, dispatches and reads allocate nothing after the first",
  withGpu(async (gpu) => {
    const buffers = countBuffers(gpu);
    const round = async (i: number) => {
      using array = gpu.upload(new Uint32Array([i, 0]));
      using copied = gpu.allocate(8);
      gpu.dispatch(step, { to: array }, [1]);
      gpu.dispatch(put, { p: putting(1, i), to: array }, [1]);
      gpu.dispatch(copy, { source: array, to: copied }, [1]);
      assertEquals(await gpu.read(copied, Uint32Array), new Uint32Array([3 * i + 1, i]));
    };
    await round(0);
    const held = gpu.memory;
    const made = buffers();
    for (let i = 1; i <= 1000; i++) await round(i);
    assertEquals(gpu.memory, held);
    assertEquals(buffers(), made);
  }),
);

Deno.test(
  "reads that fail allocate nothing after the first",
  withGpu(async (gpu) => {
    const buffers = countBuffers(gpu);
    const round = async () => {
      using array = gpu.allocate(8);
      gpu.dispatch(copy, { source: array, to: array }, [1]);
      await assertRejects(() => gpu.read(array, Uint32Array), GpuValidationError);
    };
    await round();
    const made = buffers();
    for (let i = 0; i < 50; i++) await round();
    assertEquals(buffers(), made);
  }),
);

/**
 * Makes the driver refuse the next buffer. No driver does so on request (llvmpipe hands out more than the machine has), so the buffer
 * is made invalid by its usage, and that error is what the scope for memory gets to see.
 */
function refuseNextBuffer({ device }: Gpu): void {
  const create = device.createBuffer;
  const push = device.pushErrorScope;
  device.pushErrorScope = (filter) => {
    push.call(device, filter === "out-of-memory" ? "validation" : filter);
  };
  device.createBuffer = (descriptor) => {
    device.createBuffer = create;
    device.pushErrorScope = push;
    return create.call(device, { ...descriptor, usage: 0 });
  };
}

Deno.test(
  "done() throws GpuMemoryError with the need and what is held when the driver refuses memory",
  withGpu(async (gpu) => {
    using _held = gpu.allocate(3 * 2 ** 20);
    const { allocated } = gpu.memory;
    refuseNextBuffer(gpu);
    const refused = gpu.upload(new Uint32Array(2 ** 18), "volume");
    gpu.dispatch(step, { to: refused }, [1]);
    const error = await assertRejects(() => gpu.read(refused, Uint32Array), GpuMemoryError);
    assertStringIncludes(error.message, 'GPU array "volume": 1.0 MiB beside the 3.0 MiB held');
    assertEquals(error.message.split("\n").length, 1);

    // The refused buffer is not taken for memory.
    assertEquals(gpu.memory.allocated, allocated);
    refused[Symbol.dispose]();
    await gpu.done();
    const data = Uint32Array.from({ length: 2 ** 18 }, (_, i) => i);
    using array = gpu.upload(data);
    assertEquals(await gpu.read(array, Uint32Array), data);
  }),
);

Deno.test(
  "done() throws GpuMemoryError also when the refused array was disposed of and reused before",
  withGpu(async (gpu) => {
    refuseNextBuffer(gpu);
    gpu.allocate(2 ** 20, "volume")[Symbol.dispose]();
    await assertRejects(() => gpu.done(), GpuMemoryError);
    using array = gpu.upload(new Uint32Array(2 ** 18).fill(3));
    assertEquals((await gpu.read(array, Uint32Array)).every((value) => value === 3), true);
  }),
);

Deno.test(
  "read() throws GpuMemoryError when the driver refuses memory for the result",
  withGpu(async (gpu) => {
    using array = gpu.upload(new Uint32Array(2 ** 18).fill(3));
    refuseNextBuffer(gpu);
    const error = await assertRejects(() => gpu.read(array, Uint32Array), GpuMemoryError);
    assertStringIncludes(error.message, "1.0 MiB");
    assertEquals((await gpu.read(array, Uint32Array))[2 ** 18 - 1], 3);
  }),
);
