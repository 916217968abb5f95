import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { defineKernel, type Gpu, type GpuArray, uniforms } from "../../src/gpu/mod.ts";
import { withGpu } from "../_gpu.ts";
import { copy, put, putting, step } from "./_kernels.ts";

const OLD = new Uint32Array([1, 2, 3]);
const NEW = new Uint32Array([4, 5, 6]);

function copyOf(gpu: Gpu, source: GpuArray): GpuArray {
  const to = gpu.allocate(source.byteLength, "copy");
  gpu.dispatch(copy, { source, to }, [1]);
  return to;
}

Deno.test(
  "dispatch() runs kernels one after the other, each seeing what the last one wrote",
  withGpu(async (gpu) => {
    using array = gpu.upload(new Uint32Array([0, 1, 2]));
    for (let i = 0; i < 5; i++) gpu.dispatch(step, { to: array }, [1]);
    // x -> 3 x + 1 five times is 243 x + 121.
    assertEquals(await gpu.read(array, Uint32Array), new Uint32Array([121, 364, 607]));
  }),
);

Deno.test(
  "copy() takes what an array is when it is recorded, and refuses an array that is too short",
  withGpu(async (gpu) => {
    using array = gpu.upload(new Uint32Array([0, 1, 2]));
    using long = gpu.upload(new Uint32Array([7, 8, 9, 10]));
    using short = gpu.allocate(8, "short");
    gpu.dispatch(step, { to: array }, [1]);
    gpu.copy(array, long);
    gpu.dispatch(step, { to: array }, [1]);
    assertEquals(await gpu.read(long, Uint32Array), new Uint32Array([1, 4, 7, 10]));
    assertEquals(await gpu.read(array, Uint32Array), new Uint32Array([4, 13, 22]));
    assertThrows(() => gpu.copy(array, short), RangeError, '"short" has 8');
  }),
);

Deno.test(
  "upload() into a disposed array's memory leaves earlier recorded work its old contents",
  withGpu(async (gpu) => {
    const old = gpu.upload(OLD);
    const { buffer } = old;
    using copied = copyOf(gpu, old);
    old[Symbol.dispose]();
    using fresh = gpu.upload(NEW);
    assertStrictEquals(fresh.buffer, buffer, "the test needs the same memory");
    assertEquals(await gpu.read(copied, Uint32Array), OLD);
    assertEquals(await gpu.read(fresh, Uint32Array), NEW);
  }),
);

Deno.test(
  "dispatch() into a disposed array's memory runs after the work that still needs it",
  withGpu(async (gpu) => {
    const old = gpu.upload(OLD);
    const { buffer } = old;
    using copied = copyOf(gpu, old);
    old[Symbol.dispose]();
    using fresh = gpu.allocate(OLD.byteLength);
    assertStrictEquals(fresh.buffer, buffer, "the test needs the same memory");
    gpu.clear(fresh);
    gpu.dispatch(put, { p: putting(1, 7), to: fresh }, [1]);
    assertEquals(await gpu.read(copied, Uint32Array), OLD);
    assertEquals(await gpu.read(fresh, Uint32Array), new Uint32Array([0, 7, 0]));
  }),
);

Deno.test(
  "read() gives what the array held when it was called, though not yet awaited",
  withGpu(async (gpu) => {
    // Twice: the first read makes its staging buffer, the second finds it.
    for (let round = 0; round < 2; round++) {
      using array = gpu.upload(OLD);
      const before = gpu.read(array, Uint32Array);
      gpu.dispatch(put, { p: putting(0, 100), to: array }, [1]);
      const after = gpu.read(array, Uint32Array);
      assertEquals(await before, OLD);
      assertEquals(await after, new Uint32Array([100, 2, 3]));
    }
  }),
);

Deno.test(
  "read() is right when the array is disposed of and its memory reused before the await",
  withGpu(async (gpu) => {
    const readAndDispose = () => {
      using array = gpu.upload(OLD);
      return gpu.read(array, Uint32Array);
    };
    for (let round = 0; round < 2; round++) {
      const pending = readAndDispose();
      using fresh = gpu.upload(NEW);
      assertEquals(await pending, OLD);
      assertEquals(await gpu.read(fresh, Uint32Array), NEW);
    }
  }),
);

Deno.test(
  "read() may be called many times at once",
  withGpu(async (gpu) => {
    const arrays = Array.from({ length: 20 }, (_, i) => gpu.upload(new Uint32Array([i, i * i])));
    const values = await Promise.all(arrays.map((array) => gpu.read(array, Uint32Array)));
    values.forEach((value, i) => assertEquals(value, new Uint32Array([i, i * i])));
  }),
);

Deno.test(
  "uploadTexture() into a disposed texture's memory leaves earlier recorded work its old contents",
  withGpu(async (gpu) => {
    const load = defineKernel({
      label: "test/load",
      code: `@group(0) @binding(0) var image: texture_3d<f32>;
@group(0) @binding(1) var<storage, read_write> to: array<f32>;
@compute @workgroup_size(1) fn main(@builtin(global_invocation_id) id: vec3u) {
  to[id.x] = textureLoad(image, vec3u(id.x, 0, 0), 0).x;
}`,
      bindings: { image: "texture-3d", to: "write" },
    });
    using first = gpu.allocate(8);
    using second = gpu.allocate(8);
    const old = gpu.uploadTexture(new Float32Array([1, 2]), [2, 1, 1]);
    gpu.dispatch(load, { image: old.view, to: first }, [2]);
    old[Symbol.dispose]();
    using fresh = gpu.uploadTexture(new Float32Array([3, 4]), [2, 1, 1]);
    gpu.dispatch(load, { image: fresh.view, to: second }, [2]);
    assertEquals(await gpu.read(first, Float32Array), new Float32Array([1, 2]));
    assertEquals(await gpu.read(second, Float32Array), new Float32Array([3, 4]));
  }),
);

Deno.test(
  "dispatch() gives each of many dispatches of one submit its own uniforms",
  withGpu(async (gpu) => {
    const submits = countSubmits(gpu);
    const n = 1000;
    using array = gpu.allocate(4 * n);
    for (let i = 0; i < n; i++) gpu.dispatch(put, { p: putting(i, 7 * i + 3), to: array }, [1]);
    const values = await gpu.read(array, Uint32Array);
    assertEquals(values, Uint32Array.from({ length: n }, (_, i) => 7 * i + 3));
    assertEquals(submits(), 1);
  }),
);

Deno.test(
  "dispatch() keeps uniforms apart beyond the 256 KiB of one submit",
  withGpu(async (gpu) => {
    // Each uniform takes 256 bytes, so 1024 fit.
    const n = 5000;
    using array = gpu.allocate(4 * n);
    for (let i = 0; i < n; i++) gpu.dispatch(put, { p: putting(i, 7 * i + 3), to: array }, [1]);
    const values = await gpu.read(array, Uint32Array);
    assertEquals(values, Uint32Array.from({ length: n }, (_, i) => 7 * i + 3));
  }),
);

Deno.test(
  "dispatch() takes uniforms of 64 KiB, copied when it is called",
  withGpu(async (gpu) => {
    const last = defineKernel({
      label: "test/last",
      code: `struct Table { index: vec4u, rest: array<vec4u, 4095> };
@group(0) @binding(0) var<uniform> table: Table;
@group(0) @binding(1) var<storage, read_write> to: array<u32>;
@compute @workgroup_size(1) fn main() { to[table.index.x] = table.rest[4094].w; }`,
      bindings: { table: "uniform", to: "write" },
    });
    const table = new Uint32Array(1 << 14);
    using array = gpu.allocate(4 * 10);
    for (let i = 0; i < 10; i++) {
      table[0] = i;
      table[(1 << 14) - 1] = 1000 + i;
      gpu.dispatch(last, { table, to: array }, [1]);
    }
    table.fill(0);
    const values = await gpu.read(array, Uint32Array);
    assertEquals(values, Uint32Array.from({ length: 10 }, (_, i) => 1000 + i));
  }),
);

Deno.test(
  "dispatch() takes the part of a buffer that a uniform's view shows",
  withGpu(async (gpu) => {
    const bytes = new Uint8Array(3 + 16);
    bytes.set(uniforms({ u32: [1, 0x01020304] }), 3);
    using array = gpu.upload(new Uint32Array(2));
    gpu.dispatch(put, { p: bytes.subarray(3), to: array }, [1]);
    assertEquals(await gpu.read(array, Uint32Array), new Uint32Array([0, 0x01020304]));
  }),
);

Deno.test("uniforms() lays numbers one after the other and pads to 16 bytes", () => {
  const bytes = uniforms({ f32: [1, -2] }, { u32: [2 ** 32 - 1] }, { i32: [-5, 6] });
  const view = new DataView(bytes.buffer);
  assertEquals(bytes.length, 32);
  assertEquals(view.getFloat32(0, true), 1);
  assertEquals(view.getFloat32(4, true), -2);
  assertEquals(view.getUint32(8, true), 2 ** 32 - 1);
  assertEquals(view.getInt32(12, true), -5);
  assertEquals(view.getInt32(16, true), 6);
  assertEquals([...bytes.subarray(20)], new Array(12).fill(0));
});

function countSubmits(gpu: Gpu): () => number {
  const { queue } = gpu.device;
  const submit = queue.submit.bind(queue);
  let count = 0;
  queue.submit = (buffers) => {
    count++;
    return submit(buffers);
  };
  return () => count;
}
